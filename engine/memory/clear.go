package memory

import (
	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// clearRounds is how often a page is swept, for items whose stripe was locked the time before.
	clearRounds = 200

	// clearStep is how many chunks of a page are looked at under one hold of the class lock.
	clearStep = 256

	// At least pageTries pages of a donor are looked at to find one that can be cleared, and pages of at least smallTries
	// chunks.
	pageTries  = 8
	smallTries = 4096
)

// clear empties one page of the class and takes it away. It returns 0 if that cannot be done, or if it would by now be a
// greater sacrifice than is asked for. A page can be cleared if no item in it is held or lent, and it is not the page to
// keep. If nothing may be evicted no item in it may be alive.
func (e *Engine) clear(c *class, now clock.Time, keep uint32, asked sacrifice) (page uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !e.rankLocked(c, now).bears(asked) {
		return 0
	}
	if asked == unused {
		return e.clearPage(c, c.chunks.Emptiest(e.arena), now)
	}
	if page = e.choosePage(c, now, keep); page == 0 {
		return 0
	}
	return e.clearPage(c, page, now)
}

// clearPage empties a page of the class and takes it away. It returns 0 if that cannot be done. Needs the moving lock and the
// class lock. It unlocks the class now and then, unless the page is unused.
func (e *Engine) clearPage(c *class, page uint32, now clock.Time) uint32 {
	c.chunks.Leave(e.arena, page)
	e.eachChunk(c, page, func(r slab.Ref, h *item.Header) {
		if h.State() == item.Free {
			c.chunks.Withdraw(e.arena, r)
		}
	})
	c.chunks.LeaveEnd(e.arena, func(r slab.Ref) { e.at(r).Clear() })
	e.hint(c)
	for range clearRounds {
		if c.chunks.Left() == 0 {
			defer e.hint(c)
			return c.chunks.Part(e.arena)
		}
		e.sweep(c, page, now)
		e.breathe(c)
	}
	c.chunks.Stay(e.arena, func(r slab.Ref) bool { return e.at(r).State() == item.Free })
	e.hint(c)
	return 0
}

// choosePage returns a page of the class that can be cleared, and never the page to keep; 0 if there is none. If a page's worth
// of chunks is free, it is the page with the fewest in use. Else it is a page full of old items. Needs the class lock.
//
// Chunks are reused in the order in which their items get old. So the newest item often lies next to the oldest one. The item
// that is half a page's worth of items away from the tail lies in a page that holds mostly old ones.
func (e *Engine) choosePage(c *class, now clock.Time, keep uint32) uint32 {
	if c.chunks.Spare() >= c.chunks.PerPage {
		if page := c.chunks.Emptiest(e.arena); page != 0 && page != keep && e.clearable(c, page, now) {
			return page
		}
	}
	ref := c.policy.Victim()
	for n := c.chunks.PerPage / 2; n > 0 && ref != slab.None; n-- {
		if next := c.policy.NextVictim(e.arena, ref, e.at(ref)); next != slab.None {
			ref = next
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
		if page == keep || e.pinned(page) {
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

// sweep goes through a leaving page once, and evicts what it can. It unlocks the class now and then.
func (e *Engine) sweep(c *class, page uint32, now clock.Time) {
	w, step := &want{now: now}, e.clearStep()
	for i := range c.chunks.PerPage {
		r := e.arena.Chunk(page, i)
		if h := e.at(r); h.State() == item.Linked {
			e.seize(c, r, h, w) // returns None: the page is leaving
		}
		if i%step == step-1 {
			e.breathe(c)
		}
	}
}
