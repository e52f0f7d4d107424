package memory

import (
	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// clearRounds is how often a run is swept, for items whose stripe was locked the time before.
	clearRounds = 200

	// clearStep is how many chunks of a run are looked at under one hold of the class lock.
	clearStep = 64

	// At least pageTries runs of a donor are looked at to find one that can be cleared, and runs of at least smallTries
	// chunks.
	pageTries  = 8
	smallTries = 4096
)

// clear empties one run of pages of the class and takes it away. It returns the first page, or 0 if that cannot be done, or if it
// would by now be a greater sacrifice than is asked for. A run can be cleared if no item in it is held or lent, and it is not
// the run to keep. Items that are alive move to other chunks of the class, for which its next victims go. If nothing may be
// evicted there must be free chunks enough.
func (e *Engine) clear(c *class, t *transfer) (page uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !e.rankLocked(c, t.now).bears(t.asked) {
		return 0
	}
	if t.asked == unused {
		return e.clearPage(c, c.chunks.Emptiest(e.arena), t)
	}
	if page = e.choosePage(c, t.now, t.keep); page == 0 {
		return 0
	}
	return e.clearPage(c, page, t)
}

// clearPage empties the run that begins with a page of the class and takes it away. It returns 0 if that cannot be done. Needs the
// moving lock and the class lock. It unlocks the class now and then, unless the run is unused.
func (e *Engine) clearPage(c *class, page uint32, t *transfer) uint32 {
	c.chunks.Leave(e.arena, page)
	e.eachChunk(c, page, func(r slab.Ref, h *item.Header) {
		if h.State() == item.Free {
			c.chunks.Withdraw(e.arena, r)
		}
	})
	c.chunks.LeaveEnd(e.arena, func(r slab.Ref) { e.at(r).Clear() })
	e.hint(c)
	for range clearRounds {
		left := c.chunks.Left()
		if left == 0 {
			defer e.hint(c)
			return c.chunks.Part(e.arena)
		}
		e.sweep(c, page, t)
		if e.noEvict && c.chunks.Left() == left {
			break // there is no chunk for what is left
		}
		e.breathe(c)
	}
	c.chunks.Stay(e.arena, func(r slab.Ref) bool { return e.at(r).State() == item.Free })
	e.hint(c)
	return 0
}

// choosePage returns a run of the class that can be cleared, and never the one to keep; 0 if there is none. If a run's worth of
// chunks is free, it is the run with the fewest in use. Else it is one where the next victims are. Needs the class lock.
func (e *Engine) choosePage(c *class, now clock.Time, keep uint32) uint32 {
	if c.chunks.Spare() >= c.chunks.PerPage {
		if page := c.chunks.Emptiest(e.arena); page != 0 && page != keep && e.clearable(c, page, now) {
			return page
		}
	}
	tries := max(pageTries*c.chunks.PerPage, smallTries)
	ref := c.policy.Victim()
	for n := tries / c.chunks.PerPage / 2; n > 0 && ref != slab.None; n-- {
		if page := e.arena.PageOf(ref); page != keep && e.clearable(c, page, now) {
			return page
		}
		tries -= c.chunks.PerPage
		ref = c.policy.NextVictim(e.arena, ref, e.at(ref))
	}
	for i := 0; i < c.chunks.Pages() && tries > 0; i++ {
		page := c.chunks.Page(i)
		if page == keep {
			continue
		}
		if e.clearable(c, page, now) {
			return page
		}
		tries -= c.chunks.PerPage
	}
	return 0
}

// clearable says whether every item in a run could go or move now. Needs the class lock.
func (e *Engine) clearable(c *class, page uint32, now clock.Time) bool {
	alive, spare, ok := e.load(c, page, now)
	return ok && (!e.noEvict || alive <= spare)
}

// load returns how many items in a run are alive, and how many chunks the class has to spare elsewhere. ok is false if one of them
// cannot go or move now. Needs the class lock.
func (e *Engine) load(c *class, page uint32, now clock.Time) (alive, spare int, ok bool) {
	spare = c.chunks.Spare()
	for i := range c.chunks.PerPage {
		if i >= c.chunks.Used(e.arena, page) {
			spare--
			continue
		}
		h := e.at(e.arena.Chunk(page, i))
		switch h.State() {
		case item.Free:
			spare--
		case item.Held:
			return 0, 0, false
		case item.Linked:
			if h.Lent() {
				return 0, 0, false
			}
			if !e.expired(h, now) {
				alive++
			}
		}
	}
	return alive, spare, true
}

// eachChunk calls f for every chunk of the page that was ever handed out. Needs the class lock.
func (e *Engine) eachChunk(c *class, page uint32, f func(slab.Ref, *item.Header)) {
	for i := range c.chunks.Used(e.arena, page) {
		r := e.arena.Chunk(page, i)
		f(r, e.at(r))
	}
}

// sweep goes through a leaving run once, and moves or evicts what it can. It unlocks the class now and then.
func (e *Engine) sweep(c *class, page uint32, t *transfer) {
	w, step := &want{class: c, now: t.now, also: t.key, more: t.more || t.to != nil && t.to.chunks.Span > c.chunks.Span}, e.clearStep()
	for i := range c.chunks.PerPage {
		r := e.arena.Chunk(page, i)
		if h := e.at(r); h.State() == item.Linked {
			e.relocate(c, r, h, w)
		}
		if i%step == step-1 {
			e.breathe(c)
		}
	}
}
