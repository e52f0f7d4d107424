package curve

import (
	"container/list"

	"gocached/clock"
)

// cache is one that evicts exactly what was not used for longest. It is what estimates are compared with.
type cache struct {
	limit, used  int64
	items        map[uint64]*cached
	order        *list.List // the newest first
	hits, misses float64
}

type cached struct {
	hash  uint64
	bytes int
	ends  clock.Time
	at    *list.Element
}

func newCache(limit int64) *cache {
	return &cache{limit: limit, items: map[uint64]*cached{}, order: list.New()}
}

func (c *cache) ratio() float64 { return c.hits / (c.hits + c.misses) }

// get asks for an item, and stores it if it is missing.
func (c *cache) get(hash uint64, bytes int, lives, now clock.Time) (hit bool) {
	i := c.items[hash]
	if i != nil && (i.ends == clock.Never || i.ends > now) {
		c.hits++
		c.order.MoveToFront(i.at)
		return true
	}
	c.misses++
	if i != nil {
		c.drop(i)
	}
	i = &cached{hash: hash, bytes: bytes}
	if lives > 0 {
		i.ends = now + lives
	}
	i.at = c.order.PushFront(i)
	c.items[hash] = i
	for c.used += int64(bytes); c.used > c.limit && c.order.Len() > 1; {
		c.drop(c.order.Back().Value.(*cached))
	}
	return false
}

func (c *cache) drop(i *cached) {
	c.order.Remove(i.at)
	delete(c.items, i.hash)
	c.used -= int64(i.bytes)
}
