// Cases for memcachier's mc, which speaks the binary protocol: with_mc ADDRESS [NAME PASSWORD]
package main

import (
	"fmt"
	"strings"
	"time"

	"gocached/conformance/cases"

	"github.com/memcachier/mc/v3"
)

func main() {
	arguments := cases.Begin("mc", cases.Version("github.com/memcachier/mc/v3"), 1)
	address, login := arguments[0], [2]string{}
	copy(login[:], arguments[1:])
	c := &client{connect(address, login[0], login[1])}
	c.values()
	c.stores()
	c.changes()
	for _, count := range []int{100, 10_000} {
		cases.Run(fmt.Sprintf("%d keys, one after the other", count), func() { c.many(count) })
	}
	c.keys()
	cases.Run("expiry", c.expiry)
	c.questions(address)
	if login[0] != "" {
		logins(c, address, login[0], login[1])
	}
	cases.Done()
}

// client keeps to the calls that every case needs; 0 means: whatever the CAS.
type client struct{ *mc.Client }

func connect(address, name, password string) *mc.Client {
	config := mc.DefaultConfig()
	config.ConnectionTimeout = 20 * time.Second
	config.Failover = false
	return mc.NewMCwithConfig(address, name, password, config)
}

func (c *client) set(key, value string, expiration uint32) (cas uint64) {
	cas, err := c.Set(key, value, 0x12345678, expiration, 0)
	cases.NoError(err)
	return cas
}

func (c *client) has(key, value string) {
	got, _, _, err := c.Get(key)
	cases.NoError(err)
	cases.Same(got, value)
}

func (c *client) missing(key string) {
	_, _, _, err := c.Get(key)
	cases.Want(err, mc.ErrNotFound)
}

func (c *client) values() {
	cases.Run("set and get", func() {
		set := c.set("a", "one", 0)
		got, flags, cas, err := c.Get("a")
		cases.NoError(err)
		cases.Same(got, "one")
		cases.Same(flags, 0x12345678)
		cases.Same(cas, set)
	})
	cases.Run("get of a missing key", func() { c.missing("missing") })
	for _, length := range cases.Sizes {
		cases.Run(fmt.Sprintf("value of %d bytes", length), func() {
			value := string(cases.Value(length))
			c.set("size", value, 0)
			c.has("size", value)
		})
	}
	cases.Run("value over the maximum is refused", func() {
		if _, err := c.Set("large", strings.Repeat("x", cases.TooLarge), 0, 0, 0); err == nil {
			cases.Fail("it was stored")
		}
		c.missing("large")
	})
	cases.Run("value of all bytes", func() {
		c.set("bytes", string(cases.AllBytes()), 0)
		c.has("bytes", string(cases.AllBytes()))
	})
}

func (c *client) stores() {
	cases.Run("add", func() {
		_, err := c.Add("add", "1", 0, 0)
		cases.NoError(err)
		_, err = c.Add("add", "2", 0, 0)
		cases.Want(err, mc.ErrKeyExists)
		c.has("add", "1")
	})
	cases.Run("replace", func() {
		_, err := c.Replace("replace", "1", 0, 0, 0)
		cases.Want(err, mc.ErrNotFound)
		c.set("replace", "1", 0)
		_, err = c.Replace("replace", "2", 0, 0, 0)
		cases.NoError(err)
		c.has("replace", "2")
	})
	cases.Run("append and prepend", func() {
		_, err := c.Append("grow", "x", 0)
		cases.Want(err, mc.ErrValueNotStored)
		c.set("grow", "b", 0)
		_, err = c.Append("grow", "c", 0)
		cases.NoError(err)
		_, err = c.Prepend("grow", "a", 0)
		cases.NoError(err)
		c.has("grow", "abc")
	})
	cases.Run("cas", func() {
		old := c.set("cas", "one", 0)
		_, err := c.Set("cas", "two", 0, 0, old)
		cases.NoError(err)
		for _, stale := range []func() error{
			func() error { _, err := c.Set("cas", "x", 0, 0, old); return err },
			func() error { _, err := c.Replace("cas", "x", 0, 0, old); return err },
			func() error { _, err := c.Append("cas", "x", old); return err },
			func() error { return c.DelCAS("cas", old) },
		} {
			cases.Want(stale(), mc.ErrKeyExists)
		}
		_, err = c.Set("cas-missing", "x", 0, 0, old)
		cases.Want(err, mc.ErrNotFound)
		c.has("cas", "two")
	})
}

func (c *client) changes() {
	cases.Run("delete", func() {
		c.set("gone", "1", 0)
		cases.NoError(c.Del("gone"))
		cases.Want(c.Del("gone"), mc.ErrNotFound)
		c.missing("gone")
	})
	cases.Run("incr and decr", func() {
		_, _, err := c.Incr("no-number", 1, 0, 0xffffffff, 0)
		cases.Want(err, mc.ErrNotFound)
		c.counts(c.Incr, 3, 10)
		c.counts(c.Incr, 10, 20)
		c.counts(c.Decr, 5, 15)
		c.counts(c.Decr, 50, 0)
	})
	cases.Run("incr wraps at 2^64", func() {
		c.set("n", "18446744073709551615", 0)
		c.counts(c.Incr, 1, 0)
	})
	cases.Run("incr of words is refused", func() {
		c.set("words", "some words", 0)
		_, _, err := c.Incr("words", 1, 0, 0, 0)
		cases.Want(err, mc.ErrNonNumeric)
		c.has("words", "some words")
	})
	cases.Run("touch", func() {
		c.set("touch", "1", 1)
		_, err := c.Touch("touch", 100)
		cases.NoError(err)
		_, err = c.Touch("touch-missing", 100)
		cases.Want(err, mc.ErrNotFound)
	})
	cases.Run("get and touch", func() {
		c.set("gat", "1", 1)
		got, flags, _, err := c.GAT("gat", 100)
		cases.NoError(err)
		cases.Same(got, "1")
		cases.Same(flags, 0x12345678)
		_, _, _, err = c.GAT("gat-missing", 100)
		cases.Want(err, mc.ErrNotFound)
	})
}

// counts changes the counter n, which is made with 10 if it is missing.
func (c *client) counts(change func(string, uint64, uint64, uint32, uint64) (uint64, uint64, error), delta, want uint64) {
	got, _, err := change("n", delta, 10, 0, 0)
	cases.NoError(err)
	cases.Same(got, want)
}

// many stores and gets that many items; the client has no way to ask for several at once.
func (c *client) many(count int) {
	for i := range count {
		c.set(fmt.Sprint("m", i), fmt.Sprint("value ", i), 0)
	}
	for i := range count {
		c.has(fmt.Sprint("m", i), fmt.Sprint("value ", i))
	}
}

func (c *client) keys() {
	cases.Run("key of 250 bytes", func() {
		key := strings.Repeat("k", 250)
		c.set(key, "long", 0)
		c.has(key, "long")
	})
	cases.Run("key of 251 bytes is refused", func() {
		_, err := c.Set(strings.Repeat("k", 251), "longer", 0, 0, 0)
		cases.Want(err, mc.ErrInvalidArgs)
	})
	cases.Run("odd keys", func() {
		for _, key := range append([]string{"two words", "line\r\nend"}, cases.Odd...) {
			c.set(key, key, 0)
			c.has(key, key)
		}
	})
}

func (c *client) expiry() {
	c.set("short", "1", 1)
	c.set("long", "1", 100)
	c.set("past", "1", uint32(cases.Past()))
	c.set("future", "1", uint32(cases.Future()))
	c.missing("past")
	c.has("future", "1")
	cases.Expire()
	c.missing("short")
	for _, key := range []string{"long", "touch", "gat"} {
		c.has(key, "1")
	}
}

func (c *client) questions(address string) {
	cases.Run("noop", func() { cases.NoError(c.NoOp()) })
	cases.Run("statistics", func() {
		stats, err := c.Stats()
		cases.NoError(err)
		versions, err := c.Version()
		cases.NoError(err)
		cases.Same(stats[address]["version"], versions[address])
		settings, err := c.StatsWithKey("settings")
		cases.NoError(err)
		if settings[address]["maxbytes"] == "" {
			cases.Fail("no settings")
		}
	})
	cases.Run("flush", func() {
		cases.NoError(c.Flush(0))
		c.missing("a")
	})
}

// logins checks that only the right name and password let a client in, and that a refused one does no harm to others.
func logins(c *client, address, name, password string) {
	refused := func(name, password string) {
		other := connect(address, name, password)
		defer other.Quit()
		for range 2 {
			_, _, _, err := other.Get("secret")
			cases.Want(err, mc.ErrAuthRequired)
		}
	}
	cases.Run("wrong password", func() {
		c.set("secret", "1", 0)
		refused(name, "wrong")
		refused(name, password+"x")
		refused("nobody-of-that-name", password)
		c.has("secret", "1")
	})
	cases.Run("empty password", func() { refused(name, "") })
	cases.Run("no password", func() { refused("", "") })
}
