//go:build gocachedfifo

package lru

import (
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// Policy is FIFO in builds with the tag gocachedfifo. They are for tests alone: what passes them does not count on the
// order in which the usual policy lets items go.
type Policy = FIFO

// FIFO lets items go in the order in which they were stored. Its methods are described at policy.
type FIFO struct{ list }

// Insert makes r the newest, or the oldest if it is over.
func (f *FIFO) Insert(a *slab.Arena, r slab.Ref, h *item.Header, old slab.Ref, over bool) {
	if old != slab.None {
		f.remove(a, item.At(a, old))
	}
	next := f.head
	if over {
		next = slab.None
	}
	f.before(a, r, h, next)
}

// Remove takes r out.
func (f *FIFO) Remove(a *slab.Arena, _ slab.Ref, h *item.Header, _ bool) { f.remove(a, h) }

// Moved puts to in the place of from.
func (f *FIFO) Moved(a *slab.Arena, _, to slab.Ref) { f.between(a, item.At(a, to), to, to) }

// Hit notes the time alone.
func (f *FIFO) Hit(h *item.Header, now clock.Time, _ *atomic.Uint64) { h.Used(now, 0) }

// Spares spares nobody.
func (f *FIFO) Spares(*item.Header) bool { return false }

// Renew is never called.
func (f *FIFO) Renew(*slab.Arena, slab.Ref, *item.Header) {}
