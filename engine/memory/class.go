package memory

import (
	"sync"
	"sync/atomic"

	"gocached/assoc"
	"gocached/clock"
	"gocached/item"
	"gocached/lru"
	"gocached/slab"
)

// counter is a number that is counted without a lock.
type counter = atomic.Uint64

// class is one size of chunks for the items of one nominal class (sizes.go), with the policy of its items and its counters.
type class struct {
	mu     sync.Mutex // the class lock: guards everything down to counts
	chunks slab.Class
	policy lru.Policy
	counts counts
	living living

	came    int64 // items that came to stay here and fit best here: see inflow
	arrived int64 // items that were ever linked here, guests and all
	seen    int64 // as arrived, when the balancer looked last
	settled bool  // hardly an item had come when it looked: the only run may go
	idle    bool  // no chunk was taken or given back since this second began
	empty   int   // this class's part of Engine.empty, in pages
	surplus int   // this class's part of Engine.surplus, in pages

	// Others read these without the lock, to see whether the lock is worth taking.
	spare  atomic.Uint64 // free and unused chunks
	pages  atomic.Int64  // pages owned
	quiet  atomic.Uint64 // the moment at which the last search found no expired item
	abroad atomic.Int64  // as came, but of items that fit best here and are guests elsewhere

	_           [cacheLine]byte // what follows is hardly ever written
	nominal     int             // the class of memcached 1.4.5's whose items these are
	below       int             // bytes of the next smaller chunks: an item that fits there is a guest here
	overwritten atomic.Bool     // items were stored in place since the balancer looked last

	_       [cacheLine]byte // the tallies, and the next class's lock, have cache lines of their own
	tallies tallies
	_       [cacheLine]byte
}

// counts are the gauges and counters of a class.
type counts struct {
	requested uint64 // nominal bytes of all chunks in use

	linked      uint64 // items that were ever linked
	sets        uint64 // items given to Store by a client
	unlinked    [reasons]uint64
	nonzero     uint64     // evicted though they had an expiry
	evictedTime uint32     // seconds for which the last evicted was not used
	evictedAt   clock.Time // when it was evicted
	outOfMemory uint64
	searches    uint64 // for expired items
	promotions  uint64 // of items that were about to be evicted
}

// living counts the linked items of a class that no flush has ended.
type living struct {
	items   int
	bytes   uint64 // nominal
	horizon uint64 // the flush horizon when they were counted: items stamped before it do not count
}

// recount sets the count to zero if there was a flush since the last call: then all items that were counted are over. This is
// exact. A horizon is set before any item is stamped beyond it, and recount is called before an item is linked. So no linked
// item is stamped beyond a horizon that the class does not know. Needs the class lock.
func (e *Engine) recount(c *class) {
	if horizon := e.flush.horizon.Load(); horizon != c.living.horizon {
		c.living = living{horizon: horizon}
	}
}

// count counts an item that was linked (items is 1), or no longer counts one that was unlinked (-1). A flushed item does not
// count.
func (l *living) count(h *item.Header, items int) {
	if h.Stamp() < l.horizon {
		return
	}
	l.items += items
	l.bytes += uint64(items * h.NominalSize())
}

// reason says why an item was unlinked.
type reason int

const (
	removed   reason = iota // a client deleted it
	replaced                // a newer one took its place, or there was no memory for the newer one
	swapped                 // the same, by a CAS store
	expired                 // a call found that it was over, by time or by a flush
	flushed                 // a flush had ended it, and its chunk was taken back
	reclaimed               // its time was over, and its chunk was taken back
	evicted                 // it was alive, and its chunk was needed
	reasons
)

// makeClasses makes the classes of a table of sizes.
func makeClasses(s *sizes, pageSize int) []class {
	classes := make([]class, s.classes+1)
	s.each(func(id, nominal int, l slab.Layout, below int) {
		c := &classes[id]
		c.chunks.Init(id, l.Size, l.Span, pageSize)
		c.nominal, c.below = nominal, below
	})
	return classes
}

// occupy makes a held item of a chunk that was just taken, and has fetched what says whether its key was evicted lately. Needs the
// class lock.
func (e *Engine) occupy(c *class, h *item.Header, w *want) {
	h.SetShape(w.shape)
	assoc.Prefetch(c.policy.GhostHint(w.hash))
	c.counts.requested += uint64(w.size)
	c.idle = false
	e.hint(c)
}

// attach makes a held item a linked one. If old is not None the item takes its place in the LRU: old is an item of the class,
// and the caller detaches it. Needs the class lock and the item's stripe lock.
func (e *Engine) attach(c *class, r, old slab.Ref, h *item.Header, l *linking) {
	h.Link(l.stamp, l.now)
	if l.as.Given {
		h.Choose(l.as.CAS)
	}
	e.recount(c)
	c.living.count(h, 1)
	t := h.Exptime()
	c.policy.Insert(e.arena, r, h, l.hash, lru.Arrival{Old: old, Over: t != clock.Never && t <= l.now})
	e.ends(c, r, t, l.now)
	e.inflow(c, h, 1)
	c.arrived++
	c.counts.linked++
	c.counts.sets += l.sets
}

// drop takes an item out of the LRU that the caller has taken out of its bucket, for another reason than that its chunk is
// needed. It frees the item unless it is lent. Needs the class lock and the item's stripe lock.
func (e *Engine) drop(c *class, r slab.Ref, h *item.Header, why reason) {
	c.policy.Remove(e.arena, r, h)
	e.dropUnlisted(c, r, h, why)
}

// dropUnlisted is drop for an item that is not in the LRU either.
func (e *Engine) dropUnlisted(c *class, r slab.Ref, h *item.Header, why reason) {
	e.detach(c, h, why)
	if h.Unpin() {
		e.free(c, r, h)
	}
}

// detach makes a held item of a linked one that the caller has taken out of its bucket and its LRU. Needs both locks.
func (e *Engine) detach(c *class, h *item.Header, why reason) {
	if why != evicted {
		e.inflow(c, h, -1)
	}
	c.living.count(h, -1)
	c.counts.unlinked[why]++
	h.Unlink()
}

// ends notes when an item ends, so that it is found then. It is called when the item was linked, or got another exptime.
func (e *Engine) ends(c *class, r slab.Ref, t, now clock.Time) {
	if t == clock.Never {
		return
	}
	e.due.note(r, t)
	if t <= now {
		c.quiet.Store(0) // no moment: it can be found now
	}
}

// inflow counts an item that was linked (n is 1), or no longer counts one that was unlinked and not evicted (-1). It counts for
// the class that the item fits best, not for the class that the item is in. Unlike the counters, these numbers are never
// reset. Needs the lock of the class that the item is in.
func (e *Engine) inflow(c *class, h *item.Header, n int64) {
	size := h.Shape().Size(h.KeyLen())
	if size > c.below {
		c.came += n
	} else {
		c = &e.classes[e.sizes.class(e.sizes.nominal.class(h.NominalSize()), size)]
		c.abroad.Add(n)
	}
}

// free gives back the chunk of a held item. Needs the class lock.
func (e *Engine) free(c *class, r slab.Ref, h *item.Header) {
	e.freeSized(c, r, h, h.NominalSize())
}

// freeSized is free for an item whose own bytes do not tell its nominal size yet.
func (e *Engine) freeSized(c *class, r slab.Ref, h *item.Header, size int) {
	c.counts.requested -= uint64(size)
	h.Clear()
	c.chunks.Release(e.arena, r)
	c.idle = false
	e.hint(c)
}

// hint publishes how many chunks and pages the class has, after that has changed. Needs the class lock.
func (e *Engine) hint(c *class) {
	if n := uint64(c.chunks.Spare()); n != c.spare.Load() {
		c.spare.Store(n)
	}
	if n := int64(c.chunks.Pages()); n != c.pages.Load() {
		c.pages.Store(n)
	}
	e.offer(c)
}

// offer publishes how many pages of the class are unused, and how many of those others may take. The only page of a class is
// not offered unless the class is idle. Needs the class lock.
func (e *Engine) offer(c *class) {
	n := c.chunks.Empty() * c.chunks.Span
	if n != c.empty {
		e.empty.Add(int64(n - c.empty))
		c.empty = n
	}
	if n > 0 && c.chunks.Empty() == c.chunks.Pages() && !c.idle {
		n -= c.chunks.Span
	}
	if n != c.surplus {
		e.surplus.Add(int64(n - c.surplus))
		c.surplus = n
	}
}

// markIdle is called when a second has begun. A class that nobody has used during the whole last second offers its only page
// too.
func (e *Engine) markIdle() {
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		c.mu.Lock()
		e.offer(c)
		c.idle = true
		c.mu.Unlock()
	}
}
