package memory

import (
	"fmt"

	"gocached/engine"
	"gocached/item"
)

const (
	// maxDump bounds the answer of cachedump in bytes, as in memcached.
	maxDump = 2 << 20

	// maxDumpOver bounds how many items of a class that are over it passes by.
	maxDumpOver = 1 << 16
)

// statsCachedump lists the keys of one of memcached's classes in the order of the policy, newest first. It leaves out items that
// are over. An item that does not expire is shown with the time at which the server started, as in memcached 1.4.5, or with 0. A
// class is locked only while its items are noted, not while they are emitted.
func (e *Engine) statsCachedump(q engine.Query, emit emitter) {
	var lists [][]dumped
	for i := range e.classes[1:] {
		if c := &e.classes[i+1]; c.nominal == q.Class && c.pages.Load() > 0 {
			lists = append(lists, e.dump(c, q))
		}
	}
	const frame = len("ITEM  \r\n")
	size := len("END\r\n")
	for n := 0; n < q.Limit || q.Limit == 0; n++ {
		d := newest(lists)
		if d == nil {
			return
		}
		if size += frame + len(d.key) + len(d.text); size > maxDump {
			return
		}
		emit(d.key, d.text)
	}
}

// dumped is an item as cachedump shows it, and what says how new it is.
type dumped struct {
	key, text string
	idle      uint32
	stamp     uint64
}

// newest takes the newest item off lists that have their newest first, or returns nil.
func newest(lists [][]dumped) (best *dumped) {
	from := 0
	for i, l := range lists {
		if len(l) > 0 && (best == nil || l[0].idle < best.idle || l[0].idle == best.idle && l[0].stamp > best.stamp) {
			best, from = &l[0], i
		}
	}
	if best != nil {
		lists[from] = lists[from][1:]
	}
	return best
}

// dump notes the items of a class, as many as are asked for.
func (e *Engine) dump(c *class, q engine.Query) (list []dumped) {
	size, over, now := 0, maxDumpOver, e.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	left := c.living.items
	for ref := c.policy.Newest(); left > 0 && over > 0 && size < maxDump && (q.Limit == 0 || len(list) < q.Limit); {
		h := e.at(ref)
		ref = c.policy.Older(e.arena, ref, h)
		if h.Stamp() >= c.living.horizon {
			left--
		}
		if e.expired(h, now) {
			over--
			continue
		}
		d := e.show(h, q.ZeroForever)
		d.idle = h.Idle(now)
		size += len(d.key) + len(d.text)
		list = append(list, d)
	}
	return list
}

// show returns an item as cachedump shows it.
func (e *Engine) show(h *item.Header, zeroForever bool) dumped {
	ends := e.unix(h.Exptime())
	if zeroForever && h.Exptime() == 0 {
		ends = 0
	}
	return dumped{key: string(h.Key()), text: fmt.Sprintf("[%d b; %d s]", h.ValueLen(), ends), stamp: h.Stamp()}
}
