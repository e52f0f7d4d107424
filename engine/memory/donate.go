package memory

import (
	"gocached/clock"
	"gocached/slab"
)

// sacrifice is how much a class may be asked to give.
type sacrifice int

const (
	unused       sacrifice = iota // a page in which no chunk is in use, even its only one
	oneOfSeveral                  // or a run of a class that has several
	stale                         // or the only run of a class to which no item has come for a while
	theOnly                       // or any run
)

// donate gives a run of pages to the class of a want that has no chunk to give, when the pool has none. It clears a run of the
// class that can best spare one, and hands it over. It returns false if no class can give one under the sacrifice that is asked
// for. It takes locks of all kinds, one class lock at a time, so its caller must hold none.
//
// A call that finds no donor notes that in scarce, and calls in the same second do not search again. With -M, where nothing may
// be evicted, that holds for theOnly too: what can be had then changes little within a second.
func (e *Engine) donate(w *want, most sacrifice) bool {
	to, now, moment := w.class, w.now, e.moment(w.now)
	if (most == oneOfSeveral || most == theOnly && e.noEvict) && e.scarce[most].Load() == moment {
		return false
	}
	if !e.lockMoving() {
		return false
	}
	defer e.moving.Unlock()
	if e.canYield(to, w) || e.addPage(to) {
		return true // another call was faster
	}
	t := &transfer{to: to, now: now, keep: e.pageOf(w.keep), key: w.keep, near: e.balancer.cursor.Add(1)}
	for tried := make(map[*class]bool); ; {
		from, asked := e.donor(to, tried, most, now)
		if from == nil {
			if t.keep == 0 {
				e.scarce[most].Store(moment)
			}
			return false
		}
		t.asked = asked
		if from.chunks.Span < to.chunks.Span {
			t.asked = most // several give
		}
		if e.run(t, from) {
			e.donated.Add(1)
			return true
		}
		tried[from] = asked == most || from.chunks.Span < to.chunks.Span // else it has begun to use the page meanwhile, and is ranked again
	}
}

// addPage gives a class a run of the pool, if there is one.
func (e *Engine) addPage(c *class) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chunks.Unused() > 0 {
		return true
	}
	defer e.hint(c)
	return c.chunks.AddPage(e.arena)
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

// donor chooses the class that gives a page. It prefers a class with an unused page, then one with a page's worth of free
// chunks, then one with several pages, then the class whose oldest item was idle for longest, then the one with the most pages.
// A class that is chosen for its unused page is asked for that page only.
func (e *Engine) donor(to *class, tried map[*class]bool, most sacrifice, now clock.Time) (best *class, asked sacrifice) {
	var bestRank donorRank
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		if c == to || tried[c] {
			continue
		}
		rank := e.rank(c, now)
		if !rank.bears(most) {
			continue
		}
		if best == nil || bestRank.less(rank) {
			best, bestRank = c, rank
		}
	}
	if bestRank.unused {
		return best, unused
	}
	return best, most
}

// donorRank says how well a class can spare a page.
type donorRank struct {
	several, free, unused, stale bool
	idle                         uint32
	pages                        int
}

// bears says whether a class may be asked for a sacrifice.
func (r donorRank) bears(most sacrifice) bool {
	switch most {
	case unused:
		return r.unused
	case oneOfSeveral:
		return r.unused || r.several
	case stale:
		return r.unused || r.several || r.pages > 0 && r.stale
	}
	return r.pages > 0
}

func (r donorRank) less(o donorRank) bool {
	switch {
	case r.unused != o.unused:
		return o.unused
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
	return e.rankLocked(c, now)
}

// rankLocked is rank with the class lock held.
func (e *Engine) rankLocked(c *class, now clock.Time) donorRank {
	r := donorRank{pages: c.chunks.Pages()}
	r.several = r.pages > 1
	r.unused = c.chunks.Empty() > 0
	r.stale = c.settled && c.arrived == c.seen && !c.overwritten.Load()
	r.free = c.chunks.Spare() >= c.chunks.PerPage
	if oldest := c.policy.Victim(); oldest != slab.None {
		r.idle = e.at(oldest).Idle(now)
	}
	return r
}

// sparePage takes unused runs from classes that can spare them, until the pool has one for the class of a want. It returns false
// if there is none. The caller must hold no lock.
func (e *Engine) sparePage(w *want) bool {
	if !e.lockMoving() {
		return false
	}
	defer e.moving.Unlock()
	if e.addPage(w.class) {
		return true
	}
	return e.eachUnused(w.now, func() bool {
		e.donated.Add(1)
		return !e.addPage(w.class)
	})
}

// eachUnused puts the runs that no class uses into the pool, one after the other, as long as goOn returns true. It reports whether
// that ended it. The moving lock is held.
func (e *Engine) eachUnused(now clock.Time, goOn func() bool) (ended bool) {
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		for page := e.clearSurplus(c, now); page != 0; page = e.clearSurplus(c, now) {
			e.arena.GiveBack(page, c.chunks.Span)
			if !goOn() {
				return true
			}
		}
	}
	return false
}

func (e *Engine) clearSurplus(c *class, now clock.Time) (page uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.surplus == 0 {
		return 0
	}
	return e.clearPage(c, c.chunks.Emptiest(e.arena), &transfer{now: now})
}
