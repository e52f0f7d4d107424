package memory

import (
	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// clearRounds is how often a page that is being cleared is gone over for items whose stripe was locked before.
	clearRounds = 200

	// clearStep is how many chunks of a page are looked at under one hold of the class lock.
	clearStep = 256

	// pageTries is how many pages of a donor are looked at for one without held items, at least; smallTries is how many
	// chunks.
	pageTries  = 8
	smallTries = 4096
)

// donate gives a page to the nominal class of a want, which has none, or only held items, when every page belongs to a
// class: a page of the class that can best spare one is cleared, and handed over. False means that no class can; if
// severalOnly, none that would keep another page. It takes locks of all kinds, one class lock at a time, so it must be
// called with none.
func (e *Engine) donate(w *want, severalOnly bool) bool {
	to, now, moment := w.nominal, w.now, e.moment(w.now)
	if severalOnly && e.scarce.Load() == moment {
		return false // a moment ago nobody had
	}
	if !e.lockMoving() {
		return false
	}
	defer e.moving.Unlock()
	if e.canYield(to, w) || e.arena.Left() > 0 {
		return true // somebody else was faster
	}
	keep := e.pageOf(w.keep)
	for tried := make(map[*class]bool); ; {
		from := e.donor(to, tried, severalOnly, now)
		if from == nil {
			if severalOnly && keep == 0 {
				e.scarce.Store(moment)
			}
			return false
		}
		if page := e.clear(from, now, keep); page != 0 {
			e.hand(page, to)
			e.donated.Add(1)
			return true
		}
		tried[from] = true
	}
}

// hand gives a cleared page to a class. The moving lock is held.
func (e *Engine) hand(page uint32, to *class) {
	to.mu.Lock()
	defer to.mu.Unlock()
	to.chunks.Adopt(e.arena, page)
	to.hint()
}

// pageOf returns the page of the item under a key, or 0.
func (e *Engine) pageOf(key []byte) uint32 {
	if key == nil {
		return 0
	}
	hash := e.table.Hash(key)
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	defer stripe.Unlock()
	_, ref, _ := e.table.Find(hash, key)
	return e.arena.PageOf(ref)
}

// donor chooses: a class with a page's worth of free chunks, else the class whose oldest item was idle for longest, else
// the one with the most pages. A class with only one page comes last.
func (e *Engine) donor(to *class, tried map[*class]bool, severalOnly bool, now clock.Time) *class {
	var best *class
	var bestRank donorRank
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		if c == to || tried[c] {
			continue
		}
		rank := e.rank(c, now)
		if rank.pages == 0 || severalOnly && rank.pages == 1 && !rank.free {
			continue
		}
		if best == nil || bestRank.less(rank) {
			best, bestRank = c, rank
		}
	}
	return best
}

// donorRank says how well a class can spare a page.
type donorRank struct {
	several, free bool
	idle          uint32
	pages         int
}

func (r donorRank) less(o donorRank) bool {
	switch {
	case r.free != o.free:
		return o.free
	case r.several != o.several:
		return o.several
	case r.idle != o.idle:
		return r.idle < o.idle
	}
	return r.pages < o.pages
}

func (e *Engine) rank(c *class, now clock.Time) donorRank {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := donorRank{pages: c.chunks.Pages()}
	r.several = r.pages > 1
	r.free = c.chunks.Spare() >= c.chunks.PerPage
	if c.list.Tail != slab.None {
		r.idle = e.at(c.list.Tail).Idle(now)
	}
	return r
}

// clear empties one page of the class and takes it away. It returns 0 if the class has no page that can be cleared: one
// other than the one to keep in which no item is held by anybody, nor, if nothing may be evicted, alive.
func (e *Engine) clear(c *class, now clock.Time, keep uint32) (page uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if page = e.choosePage(c, now, keep); page == 0 {
		return 0
	}
	c.chunks.Leave(page)
	e.eachChunk(c, page, func(r slab.Ref, h *item.Header) {
		if h.State() == item.Free {
			c.chunks.Withdraw(e.arena, r)
		}
	})
	c.chunks.LeaveEnd(e.arena, func(r slab.Ref) { e.at(r).Clear() })
	c.hint()
	for range clearRounds {
		e.sweep(c, page, now)
		if c.chunks.Left() == 0 {
			defer c.hint()
			return c.chunks.Part(e.arena)
		}
		e.breathe(c)
	}
	c.chunks.Stay(e.arena, func(r slab.Ref) bool { return e.at(r).State() == item.Free })
	c.hint()
	return 0
}

// choosePage returns a page of the class that can be cleared, first of all one that is full of old items, and never the one
// to keep; 0 if there is none. Needs the class lock.
//
// Chunks are reused in the order in which their items get old, so next to the oldest item often lies the newest. Half a
// page's worth of items further from the tail is a page that holds mostly old ones.
func (e *Engine) choosePage(c *class, now clock.Time, keep uint32) uint32 {
	ref := c.list.Tail
	for n := c.chunks.PerPage / 2; n > 0 && ref != slab.None; n-- {
		if before := c.list.Before(e.arena, ref); before != slab.None {
			ref = before
		}
	}
	if ref != slab.None {
		if page := e.arena.PageOf(ref); page != keep && e.clearable(c, page, now) {
			return page
		}
	}
	tries := max(pageTries*c.chunks.PerPage, smallTries)
	for i := 0; i < c.chunks.Pages() && tries > 0; i++ {
		page := c.chunks.Page(i)
		if page == keep || e.lending.lentFrom(page) {
			continue
		}
		if e.clearable(c, page, now) {
			return page
		}
		tries -= c.chunks.PerPage
	}
	return 0
}

func (e *Engine) clearable(c *class, page uint32, now clock.Time) bool {
	for i := range c.chunks.Used(e.arena, page) {
		h := e.at(e.arena.Chunk(page, i))
		switch h.State() {
		case item.Held:
			return false
		case item.Linked:
			if h.Lent() || e.noEvict && !e.expired(h, now) {
				return false
			}
		}
	}
	return true
}

// eachChunk calls f for every chunk of the page that was ever handed out. Needs the class lock.
func (e *Engine) eachChunk(c *class, page uint32, f func(slab.Ref, *item.Header)) {
	for i := range c.chunks.Used(e.arena, page) {
		r := e.arena.Chunk(page, i)
		f(r, e.at(r))
	}
}

// sweep evicts what it can from a leaving page, one go. It lets the class lock go now and then.
func (e *Engine) sweep(c *class, page uint32, now clock.Time) {
	w, step := &want{now: now}, e.clearStep()
	for i := range c.chunks.PerPage {
		r := e.arena.Chunk(page, i)
		if h := e.at(r); h.State() == item.Linked {
			e.seize(c, r, h, w) // never yields the chunk: the page is leaving
		}
		if i%step == step-1 {
			e.breathe(c)
		}
	}
}
