package memory

import (
	"fmt"

	"gocached/clock"
	"gocached/engine"
	"gocached/figure"
	"gocached/item"
	"gocached/slab"
)

const (
	// maxDump bounds the answer of cachedump in bytes, as in memcached.
	maxDump = 2 << 20

	// maxDumpOver bounds how many items that are over it passes by.
	maxDumpOver = 1 << 16

	// sizeStep is the width of a bucket of "sizes" in bytes.
	sizeStep = 32
)

// sizeRow describes each line of the group "sizes".
var sizeRow = figure.New("{size}", figure.Gauge, figure.Items,
	"Items of this many bytes or up to 31 less, each as large as it would be in memcached 1.4.5.")

// statsSizes counts items by their nominal size. It goes through memory page by page, so that a class is locked only for the
// time of one page. An item that is stored or deleted meanwhile may or may not be counted.
func (e *Engine) statsSizes(_ engine.Query, emit emitter) {
	now := e.clock.Now()
	found := make([]uint64, e.itemMax/sizeStep+2)
	e.arena.EachPage(func(page uint32, number int) {
		c := &e.classes[number]
		c.mu.Lock()
		defer c.mu.Unlock()
		if number == 0 || e.arena.ClassOf(e.arena.Chunk(page, 0)) != number {
			return // changing hands
		}
		e.eachChunk(c, page, func(_ slab.Ref, h *item.Header) {
			if h.State() == item.Linked && !e.expired(h, now) {
				found[(h.NominalSize()+sizeStep-1)/sizeStep]++
			}
		})
	})
	for i, n := range found {
		if n > 0 {
			emit(text(i*sizeStep), text(n))
		}
	}
}

// statsCachedump lists the keys of a class in the order of its LRU, newest first. It leaves out items that are over. An item
// that does not expire is shown with the time at which the server started, as in memcached. The class is locked only while its
// items are noted, not while they are emitted.
func (e *Engine) statsCachedump(q engine.Query, emit emitter) {
	if q.Class < 1 || q.Class >= len(e.classes) {
		return
	}
	for _, d := range e.dump(&e.classes[q.Class], q.Limit) {
		emit(d.key, d.text)
	}
}

type dumped struct{ key, text string }

func (e *Engine) dump(c *class, limit int) (list []dumped) {
	const frame = len("ITEM  \r\n")
	size, now := len("END\r\n"), e.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	left, over := c.living.items, maxDumpOver
	for ref := c.policy.Newest(); left > 0 && over > 0 && (limit == 0 || len(list) < limit); {
		h := e.at(ref)
		ref = c.policy.Older(e.arena, ref, h)
		if h.Stamp() >= c.living.horizon {
			left--
		}
		if e.expired(h, now) {
			over--
			continue
		}
		d := dumped{string(h.Key()), fmt.Sprintf("[%d b; %d s]", h.ValueLen(), e.unix(h.Exptime()))}
		size += frame + len(d.key) + len(d.text)
		if size > maxDump {
			break
		}
		list = append(list, d)
	}
	return list
}

// unix returns the Unix time of an expiry.
func (e *Engine) unix(t clock.Time) int64 { return e.started + int64(t) }
