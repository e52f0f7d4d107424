// Cases for go-memcache, which speaks the meta commands of memcached 1.6: with_go_memcache ADDRESS
package main

import (
	"fmt"
	"strings"

	"gocached/conformance/cases"

	"github.com/QuangTung97/go-memcache/memcache"
)

// lease is for how many seconds a client that wins a key may take to fill it.
const lease = 30

func main() {
	arguments := cases.Begin("go-memcache", cases.Version("github.com/QuangTung97/go-memcache"), 1)
	connected, err := memcache.New(arguments[0], 4, memcache.WithBufferSize(2<<20))
	if err != nil {
		panic(err)
	}
	c := client{connected}
	c.values()
	c.leases()
	c.changes()
	for _, count := range []int{100, 10_000} {
		cases.Run(fmt.Sprintf("%d requests in one pipeline", count), func() { c.many(count) })
	}
	c.keys()
	cases.Run("expiry", c.expiry)
	cases.Run("flush", func() {
		pipeline := c.Pipeline()
		defer pipeline.Finish()
		cases.NoError(pipeline.FlushAll()())
		c.missing("a")
	})
	cases.Done()
}

type client struct{ *memcache.Client }

func (c client) set(key string, value []byte, options memcache.MSetOptions) memcache.MSetResponseType {
	pipeline := c.Pipeline()
	defer pipeline.Finish()
	response, err := pipeline.MSet(key, value, options)()
	cases.NoError(err)
	return response.Type
}

func (c client) store(key, value string) {
	cases.Same(c.set(key, []byte(value), memcache.MSetOptions{}), memcache.MSetResponseTypeHD)
}

func (c client) get(key string, options memcache.MGetOptions) memcache.MGetResponse {
	pipeline := c.Pipeline()
	defer pipeline.Finish()
	response, err := pipeline.MGet(key, options)()
	cases.NoError(err)
	return response
}

func (c client) delete(key string, options memcache.MDelOptions) memcache.MDelResponseType {
	pipeline := c.Pipeline()
	defer pipeline.Finish()
	response, err := pipeline.MDel(key, options)()
	cases.NoError(err)
	return response.Type
}

func (c client) has(key, value string) {
	response := c.get(key, memcache.MGetOptions{})
	cases.Same(response.Type, memcache.MGetResponseTypeVA)
	cases.Same(string(response.Data), value)
	cases.Same(response.Flags, 0)
}

func (c client) missing(key string) {
	cases.Same(c.get(key, memcache.MGetOptions{}).Type, memcache.MGetResponseTypeEN)
}

func (c client) values() {
	cases.Run("set and get", func() {
		c.store("a", "one")
		c.has("a", "one")
	})
	cases.Run("get of a missing key", func() { c.missing("missing") })
	for _, length := range cases.Sizes[1:] { // it writes no number for a length of 0, and the answers after that are another key's
		cases.Run(fmt.Sprintf("value of %d bytes", length), func() {
			value := string(cases.Value(length))
			c.store("size", value)
			c.has("size", value)
		})
	}
	cases.Run("value over the maximum is refused", func() {
		pipeline := c.Pipeline()
		defer pipeline.Finish()
		if _, err := pipeline.MSet("large", make([]byte, cases.TooLarge), memcache.MSetOptions{})(); err == nil {
			cases.Fail("it was stored")
		}
		c.missing("large")
	})
	cases.Run("value of all bytes", func() {
		c.store("bytes", string(cases.AllBytes()))
		c.has("bytes", string(cases.AllBytes()))
	})
}

// leases has the cases of a key that is missing or stale: one client wins it and may fill it, the others are told so.
func (c client) leases() {
	cases.Run("a missing key is won by the first", func() {
		won := c.get("lease", memcache.MGetOptions{N: lease, CAS: true})
		cases.Same(won.Flags, memcache.MGetFlagW)
		cases.Same(len(won.Data), 0)
		cases.Same(c.get("lease", memcache.MGetOptions{N: lease, CAS: true}).Flags, memcache.MGetFlagZ)
		cases.Same(c.set("lease", []byte("filled"), memcache.MSetOptions{CAS: won.CAS}), memcache.MSetResponseTypeHD)
		c.has("lease", "filled")
	})
	cases.Run("a lease is over once the key is deleted", func() {
		won := c.get("lost", memcache.MGetOptions{N: lease, CAS: true})
		cases.Same(c.delete("lost", memcache.MDelOptions{}), memcache.MDelResponseTypeHD)
		cases.Same(c.set("lost", []byte("late"), memcache.MSetOptions{CAS: won.CAS}), memcache.MSetResponseTypeNF)
		again := c.get("lost", memcache.MGetOptions{N: lease, CAS: true})
		cases.Same(again.Flags, memcache.MGetFlagW)
		cases.Same(c.set("lost", []byte("late"), memcache.MSetOptions{CAS: won.CAS}), memcache.MSetResponseTypeEX)
		cases.Same(c.set("lost", []byte("new"), memcache.MSetOptions{CAS: again.CAS}), memcache.MSetResponseTypeHD)
		c.has("lost", "new")
	})
	cases.Run("a stale value is shown, and won by the first", func() {
		c.store("stale", "old")
		cases.Same(c.delete("stale", memcache.MDelOptions{I: true, TTL: lease}), memcache.MDelResponseTypeHD)
		won := c.get("stale", memcache.MGetOptions{N: lease, CAS: true})
		cases.Same(won.Flags, memcache.MGetFlagW|memcache.MGetFlagX)
		cases.Same(string(won.Data), "old")
		other := c.get("stale", memcache.MGetOptions{N: lease, CAS: true})
		cases.Same(other.Flags, memcache.MGetFlagX|memcache.MGetFlagZ)
		cases.Same(c.set("stale", []byte("new"), memcache.MSetOptions{CAS: won.CAS}), memcache.MSetResponseTypeHD)
		c.has("stale", "new")
	})
}

func (c client) changes() {
	cases.Run("cas", func() {
		c.store("cas", "one")
		first := c.get("cas", memcache.MGetOptions{CAS: true})
		cases.Same(c.set("cas", []byte("two"), memcache.MSetOptions{CAS: first.CAS}), memcache.MSetResponseTypeHD)
		cases.Same(c.set("cas", []byte("three"), memcache.MSetOptions{CAS: first.CAS}), memcache.MSetResponseTypeEX)
		cases.Same(c.delete("cas", memcache.MDelOptions{CAS: first.CAS}), memcache.MDelResponseTypeEX)
		c.has("cas", "two")
	})
	cases.Run("delete", func() {
		c.store("gone", "1")
		cases.Same(c.delete("gone", memcache.MDelOptions{}), memcache.MDelResponseTypeHD)
		cases.Same(c.delete("gone", memcache.MDelOptions{}), memcache.MDelResponseTypeNF)
		c.missing("gone")
	})
}

// many has so many sets in one pipeline, and then gets of these and of as many missing keys.
func (c client) many(count int) {
	pipeline := c.Pipeline()
	defer pipeline.Finish()
	var stored []func() (memcache.MSetResponse, error)
	for i := range count {
		stored = append(stored, pipeline.MSet(fmt.Sprint("m", i), fmt.Append(nil, "value ", i), memcache.MSetOptions{}))
	}
	for _, wait := range stored {
		response, err := wait()
		cases.NoError(err)
		cases.Same(response.Type, memcache.MSetResponseTypeHD)
	}
	var found, none []func() (memcache.MGetResponse, error)
	for i := range count {
		found = append(found, pipeline.MGet(fmt.Sprint("m", i), memcache.MGetOptions{}))
		none = append(none, pipeline.MGet(fmt.Sprint("none", i), memcache.MGetOptions{}))
	}
	for i := range count {
		response, err := found[i]()
		cases.NoError(err)
		cases.Same(string(response.Data), fmt.Sprint("value ", i))
		response, err = none[i]()
		cases.NoError(err)
		cases.Same(response.Type, memcache.MGetResponseTypeEN)
	}
}

func (c client) keys() {
	cases.Run("key of 250 bytes", func() {
		c.store(strings.Repeat("k", 250), "long")
		c.has(strings.Repeat("k", 250), "long")
	})
	cases.Run("odd keys", func() {
		for _, key := range cases.Odd {
			c.store(key, key)
			c.has(key, key)
		}
	})
}

func (c client) expiry() {
	for key, seconds := range map[string]uint32{"short": 1, "long": 100, "future": uint32(cases.Future()), "past": uint32(cases.Past())} {
		cases.Same(c.set(key, []byte("1"), memcache.MSetOptions{TTL: seconds}), memcache.MSetResponseTypeHD)
	}
	c.missing("past")
	cases.Expire()
	c.missing("short")
	c.has("long", "1")
	c.has("future", "1")
}
