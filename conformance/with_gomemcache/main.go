// Cases for gomemcache, which speaks the text protocol: with_gomemcache ADDRESS
package main

import (
	"fmt"
	"strings"
	"time"

	"gocached/conformance/cases"

	"github.com/bradfitz/gomemcache/memcache"
)

func main() {
	arguments := cases.Begin("gomemcache", cases.Version("github.com/bradfitz/gomemcache"), 1)
	c := &client{memcache.New(arguments[0])}
	c.Timeout = 20 * time.Second
	c.values()
	c.stores()
	c.changes()
	for _, count := range []int{100, 10_000} {
		cases.Run(fmt.Sprintf("%d keys in one get", count), func() { c.many(count) })
	}
	c.keys()
	cases.Run("expiry", c.expiry)
	cases.Run("ping", func() { cases.NoError(c.Ping()) })
	cases.Run("flush", func() {
		cases.NoError(c.FlushAll())
		c.missing("a")
	})
	cases.Done()
}

type client struct{ *memcache.Client }

func (c *client) set(key, value string, expiration int32) {
	cases.NoError(c.Set(&memcache.Item{Key: key, Value: []byte(value), Flags: 0x1234, Expiration: expiration}))
}

func (c *client) has(key, value string) {
	item, err := c.Get(key)
	cases.NoError(err)
	cases.Same(string(item.Value), value)
}

func (c *client) missing(key string) {
	_, err := c.Get(key)
	cases.Want(err, memcache.ErrCacheMiss)
}

func (c *client) values() {
	cases.Run("set and get", func() {
		c.set("a", "one", 0)
		item, err := c.Get("a")
		cases.NoError(err)
		cases.Same(string(item.Value), "one")
		cases.Same(item.Flags, 0x1234)
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
		if c.Set(&memcache.Item{Key: "large", Value: make([]byte, cases.TooLarge)}) == nil {
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
	one, two := []byte("1"), []byte("2")
	cases.Run("add", func() {
		cases.NoError(c.Add(&memcache.Item{Key: "add", Value: one}))
		cases.Want(c.Add(&memcache.Item{Key: "add", Value: two}), memcache.ErrNotStored)
		c.has("add", "1")
	})
	cases.Run("replace", func() {
		cases.Want(c.Replace(&memcache.Item{Key: "replace", Value: one}), memcache.ErrNotStored)
		c.set("replace", "1", 0)
		cases.NoError(c.Replace(&memcache.Item{Key: "replace", Value: two}))
		c.has("replace", "2")
	})
	cases.Run("append and prepend", func() {
		cases.Want(c.Append(&memcache.Item{Key: "grow", Value: one}), memcache.ErrNotStored)
		c.set("grow", "b", 0)
		cases.NoError(c.Append(&memcache.Item{Key: "grow", Value: []byte("c")}))
		cases.NoError(c.Prepend(&memcache.Item{Key: "grow", Value: []byte("a")}))
		c.has("grow", "abc")
	})
	cases.Run("cas", func() {
		c.set("cas", "one", 0)
		first, err := c.Get("cas")
		cases.NoError(err)
		second := *first
		first.Value, second.Value = []byte("two"), []byte("three")
		cases.NoError(c.CompareAndSwap(first))
		cases.Want(c.CompareAndSwap(&second), memcache.ErrCASConflict)
		c.has("cas", "two")
		cases.NoError(c.Delete("cas"))
		cases.Want(c.CompareAndSwap(&second), memcache.ErrCacheMiss)
	})
}

func (c *client) changes() {
	cases.Run("delete", func() {
		c.set("gone", "1", 0)
		cases.NoError(c.Delete("gone"))
		cases.Want(c.Delete("gone"), memcache.ErrCacheMiss)
		c.missing("gone")
	})
	cases.Run("incr and decr", func() {
		c.set("n", "10", 0)
		c.counts(c.Increment, 10, 20)
		c.counts(c.Decrement, 5, 15)
		c.counts(c.Decrement, 50, 0)
		_, err := c.Increment("no-number", 1)
		cases.Want(err, memcache.ErrCacheMiss)
	})
	cases.Run("incr wraps at 2^64", func() {
		c.set("n", "18446744073709551615", 0)
		c.counts(c.Increment, 1, 0)
	})
	cases.Run("incr of words is refused", func() {
		c.set("words", "some words", 0)
		if _, err := c.Increment("words", 1); err == nil {
			cases.Fail("it was done")
		}
		c.has("words", "some words")
	})
	cases.Run("touch", func() {
		c.set("touch", "1", 1)
		cases.NoError(c.Touch("touch", 100))
		cases.Want(c.Touch("touch-missing", 100), memcache.ErrCacheMiss)
	})
	cases.Run("get and touch", func() {
		c.set("gat", "1", 1)
		item, err := c.GetAndTouch("gat", 100)
		cases.NoError(err)
		cases.Same(string(item.Value), "1")
		_, err = c.GetAndTouch("gat-missing", 100)
		cases.Want(err, memcache.ErrCacheMiss)
	})
}

func (c *client) counts(change func(string, uint64) (uint64, error), delta, want uint64) {
	got, err := change("n", delta)
	cases.NoError(err)
	cases.Same(got, want)
}

func (c *client) many(count int) {
	keys := make([]string, 0, 2*count)
	for i := range count {
		c.set(fmt.Sprint("m", i), fmt.Sprint("value ", i), 0)
		keys = append(keys, fmt.Sprint("m", i), fmt.Sprint("none", i))
	}
	found, err := c.GetMulti(keys)
	cases.NoError(err)
	cases.Same(len(found), count)
	for i := range count {
		cases.Same(string(found[fmt.Sprint("m", i)].Value), fmt.Sprint("value ", i))
	}
}

func (c *client) keys() {
	cases.Run("key of 250 bytes", func() {
		key := strings.Repeat("k", 250)
		c.set(key, "long", 0)
		c.has(key, "long")
	})
	cases.Run("odd keys", func() {
		for _, key := range cases.Odd {
			c.set(key, key, 0)
			c.has(key, key)
		}
	})
}

func (c *client) expiry() {
	c.set("short", "1", 1)
	c.set("long", "1", 100)
	c.set("past", "1", int32(cases.Past()))
	c.set("negative", "1", -1)
	c.set("future", "1", int32(cases.Future()))
	c.missing("past")
	c.missing("negative")
	c.has("future", "1")
	cases.Expire()
	c.missing("short")
	for _, key := range []string{"long", "touch", "gat"} {
		c.has(key, "1")
	}
}
