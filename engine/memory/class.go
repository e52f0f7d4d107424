package memory

import (
	"sort"
	"sync"
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/lru"
	"gocached/slab"
)

// counter is a number that is counted without a lock.
type counter = atomic.Uint64

// class is one slab class with the policy of its items and its counters.
type class struct {
	mu     sync.Mutex // the class lock: guards everything down to counts
	chunks slab.Class
	policy lru.Policy
	counts counts
	living living

	below   int   // bytes of the next smaller class's chunks: what fits there is a guest here
	came    int64 // items that came to stay here and fit best here: see inflow
	idle    bool  // no chunk was taken or given back since this second began
	empty   int   // as told to Engine.empty
	surplus int   // as told to Engine.surplus

	// What others read without the lock, to know whether it is worth taking.
	spare  atomic.Uint64 // chunks that can be had
	pages  atomic.Int64  // pages owned
	quiet  atomic.Uint64 // the moment at which the last search found no expired item
	hand   atomic.Uint64 // age of the last victim: see older
	abroad atomic.Int64  // as came, but of items that fit best here and are guests elsewhere
	needed atomic.Bool   // some item ever fitted this class best

	_       [cacheLine]byte // what is written without the lock, and the next class's lock, are on lines of their own
	tallies tallies
	_       [cacheLine]byte
}

// counts are the gauges and counters of a class.
type counts struct {
	requested uint64 // nominal bytes of all chunks in use

	linked      uint64 // items that were ever linked
	sets        uint64 // items given to Store by a client
	unlinked    [reasons]uint64
	nonzero     uint64 // evicted though they had an expiry
	evictedTime uint32 // seconds for which the last evicted was not used
	outOfMemory uint64
	searches    uint64 // for expired items
	promotions  uint64 // of items that were about to be evicted
}

// living is what no flush has ended of the linked items of a class.
type living struct {
	items   int
	bytes   uint64 // nominal
	horizon uint64 // the flush horizon as of when they were counted: what is stamped before it does not count
}

// recount makes what was flushed count no more. Since a horizon stands before anything is stamped beyond it, and whoever
// links an item calls recount before, it is never too late for that: nothing linked by now is stamped beyond a horizon of
// which the class does not know. Needs the class lock.
func (e *Engine) recount(c *class) {
	if horizon := e.flush.horizon.Load(); horizon != c.living.horizon {
		c.living = living{horizon: horizon}
	}
}

// count counts an item that was linked, or takes one back that was unlinked, unless it was flushed.
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
	replaced                // a newer one took its place, or would have if there had been memory for it
	swapped                 // the same, by a CAS store
	expired                 // a call found it over, in whichever way
	flushed                 // a flush had ended it, and its chunk was taken back
	reclaimed               // its time was over, and its chunk was taken back
	evicted                 // its chunk was wanted though it was alive
	reasons
)

// makeClasses makes everything that follows from the table of sizes.
func makeClasses(sizes []int, pageSize int) []class {
	classes := make([]class, len(sizes)+1)
	for i, size := range sizes {
		classes[i+1].chunks.Init(i+1, size, pageSize)
		classes[i+1].below = classes[i].chunks.Size
	}
	return classes
}

// occupy makes a chunk that was just taken a held item. Needs the class lock.
func (e *Engine) occupy(c *class, h *item.Header, w *want) {
	h.SetShape(w.shape)
	c.counts.requested += uint64(w.size)
	c.idle = false
	e.hint(c)
}

// attach makes a held item a linked one, in the place of old if that is not None: an item of the class, which the caller
// detaches. Needs the class lock and the item's stripe lock.
func (e *Engine) attach(c *class, r, old slab.Ref, h *item.Header, l *linking) {
	h.Link(l.stamp, l.now)
	e.recount(c)
	c.living.count(h, 1)
	t := h.Exptime()
	c.policy.Insert(e.arena, r, h, old, t != clock.Never && t <= l.now)
	e.ends(c, r, t, l.now)
	e.inflow(c, h, 1)
	c.counts.linked++
	c.counts.sets += l.sets
}

// drop takes a linked item that is in no bucket any longer out of the LRU, and frees it unless it is lent. Needs the
// class lock and the item's stripe lock.
func (e *Engine) drop(c *class, r slab.Ref, h *item.Header, why reason) {
	c.policy.Remove(e.arena, r, h, why == evicted)
	e.dropUnlisted(c, r, h, why)
}

// dropUnlisted is drop for an item that is not in the LRU either.
func (e *Engine) dropUnlisted(c *class, r slab.Ref, h *item.Header, why reason) {
	e.detach(c, h, why)
	if h.Unpin() {
		e.free(c, r, h)
	}
}

// detach makes a linked item that is in no bucket and no LRU any longer a held one. Needs both locks.
func (e *Engine) detach(c *class, h *item.Header, why reason) {
	if why != evicted {
		e.inflow(c, h, -1)
	}
	c.living.count(h, -1)
	c.counts.unlinked[why]++
	h.SetState(item.Held)
}

// ends sees to it that an item is found when it is over. It is called when it was linked, or given another exptime.
func (e *Engine) ends(c *class, r slab.Ref, t, now clock.Time) {
	if t == clock.Never {
		return
	}
	e.due.note(r, t)
	if t <= now {
		c.quiet.Store(0) // no moment: it can be found now
	}
}

// inflow counts an item that was linked, or takes one back that was unlinked and not evicted: it takes no more room.
// It is counted for the class that it fits best, whichever it is in. Unlike the counters, these numbers are never reset.
// Needs the lock of the class it is in.
func (e *Engine) inflow(c *class, h *item.Header, n int64) {
	size := h.Shape().Size(h.KeyLen())
	if size > c.below {
		c.came += n
	} else {
		c = &e.classes[e.finder.class(size)]
		c.abroad.Add(n)
	}
	if !c.needed.Load() {
		c.needed.Store(true)
	}
}

// free gives the chunk of a held item back. Needs the class lock.
func (e *Engine) free(c *class, r slab.Ref, h *item.Header) {
	e.freeSized(c, r, h, h.NominalSize())
}

// freeSized is free for a chunk of which the item's own bytes do not tell the nominal size yet.
func (e *Engine) freeSized(c *class, r slab.Ref, h *item.Header, size int) {
	c.counts.requested -= uint64(size)
	h.Clear()
	c.chunks.Release(e.arena, r)
	c.idle = false
	e.hint(c)
}

// hint publishes what can be had, after that has changed. Needs the class lock.
func (e *Engine) hint(c *class) {
	if n := uint64(c.chunks.Spare()); n != c.spare.Load() {
		c.spare.Store(n)
	}
	if n := int64(c.chunks.Pages()); n != c.pages.Load() {
		c.pages.Store(n)
	}
	e.offer(c)
}

// offer publishes which pages of the class are unused, and which of those others may have: not the only one, unless the
// class is idle. Needs the class lock.
func (e *Engine) offer(c *class) {
	n := c.chunks.Empty()
	if n != c.empty {
		e.empty.Add(int64(n - c.empty))
		c.empty = n
	}
	if n > 0 && n == c.chunks.Pages() && !c.idle {
		n--
	}
	if n != c.surplus {
		e.surplus.Add(int64(n - c.surplus))
		c.surplus = n
	}
}

// markIdle is called when a second has begun. Classes of which nobody has wanted anything for the whole of the last one
// offer their only page too.
func (e *Engine) markIdle() {
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		c.mu.Lock()
		e.offer(c)
		c.idle = true
		c.mu.Unlock()
	}
}

const _ = uint8(slab.MaxClasses) // a number of a class in a finder

// finder knows which class is the smallest that holds a number of bytes.
type finder struct {
	small [1025]uint8 // for sizes up to 8 KiB, by size / 8 rounded up; 0 if that is more than the last class holds
	sizes []int
}

func (f *finder) init(sizes []int) {
	f.sizes = sizes
	for i := range f.small {
		f.small[i] = uint8(f.search(i * 8))
	}
}

// class returns the number of the class, or 0 if not even the last one's chunks are as large.
func (f *finder) class(size int) int {
	if i := uint(size+7) / 8; i < uint(len(f.small)) && f.small[i] != 0 {
		return int(f.small[i])
	}
	return f.search(size)
}

func (f *finder) search(size int) int {
	i := sort.SearchInts(f.sizes, size)
	if i == len(f.sizes) {
		return 0
	}
	return i + 1
}
