package memory

import "gocached/clock"

// transfer is how pages come to a class.
type transfer struct {
	to    *class
	now   clock.Time
	keep  uint32 // the run that must stay where it is; 0 is none
	key   []byte // the key of an item that must not go, which is in that run; nil is none
	asked sacrifice
	more  bool   // items that move may have chunks of new runs
	near  uint32 // a page: stretches are looked for from its block on

	hopeless bool // no stretch can be had from several classes
}

// run moves pages from one class: a run that it gives, or if the taker's runs are longer, a stretch where several classes give. It
// reports whether it could. The moving lock is held.
func (e *Engine) run(t *transfer, from *class) bool {
	rest := from.chunks.Span - t.to.chunks.Span
	if rest < 0 {
		t.hopeless = t.hopeless || !e.assemble(t)
		return !t.hopeless
	}
	page := e.clear(from, t)
	if page == 0 {
		return false
	}
	if rest > 0 {
		e.arena.GiveBack(page+uint32(t.to.chunks.Span), rest)
	}
	e.hand(page, t.to)
	return true
}

// hand gives a class a run of pages that nobody owns and that are not in the pool. The moving lock is held.
func (e *Engine) hand(page uint32, to *class) {
	to.mu.Lock()
	defer to.mu.Unlock()
	to.chunks.Adopt(e.arena, page)
	e.hint(to)
}

const (
	// windows is how many blocks of pages are looked at to find a stretch that costs little, and manyWindows how many if none of
	// those is nearly empty.
	windows, manyWindows = 16, 256

	// nearlyEmpty is which part of a stretch, as a divisor, is in use at most when no better one is looked for.
	nearlyEmpty = 4

	// attempts is how many stretches are cleared, should others fail.
	attempts = 3
)

// assemble gives the taker a stretch of pages that belong to several classes or to nobody, and reports whether it could. The moving
// lock is held.
func (e *Engine) assemble(t *transfer) bool {
	for range attempts {
		start := e.cheapest(t)
		if start == 0 {
			return false
		}
		if e.vacate(start, t) {
			e.hand(start, t.to)
			return true
		}
		t.near = start + uint32(t.to.chunks.Span)
	}
	return false
}

// cheapest returns the first page of the stretch in which the fewest bytes are in use, of some blocks. It returns 0 if none can be
// emptied.
func (e *Engine) cheapest(t *transfer) (best uint32) {
	span := t.to.chunks.Span
	block, step, least := e.arena.Block(), max(1, span/2), -1
	blocks, most := e.arena.BlockOf(uint32(e.arena.Pages()))+1, span*e.arena.PageSize()/nearlyEmpty
	for n, b := 0, e.arena.BlockOf(max(t.near, 1))%blocks; n < blocks; n++ {
		if best != 0 && (n >= windows && least <= most || n >= manyWindows) {
			break
		}
		first := b*block + 1
		for at := first; at+span <= min(first+block, e.arena.Pages()+1); at += step {
			if cost := e.cost(uint32(at), t); cost >= 0 && (least < 0 || cost < least) {
				best, least = uint32(at), cost
			}
		}
		b = (b + 1) % blocks
	}
	return best
}

// cost returns how many bytes are in use in the runs that reach into a stretch, or -1 if one of them cannot be emptied, or not at
// the sacrifice that is asked for. The only run of a class costs as much as two that are full.
func (e *Engine) cost(start uint32, t *transfer) (bytes int) {
	end := start + uint32(t.to.chunks.Span)
	for page := start; page < end; {
		first, number := e.arena.Owner(page)
		if number == 0 {
			page++
			continue
		}
		n := e.costOfRun(&e.classes[number], first, t)
		if n < 0 {
			return -1
		}
		bytes += n
		page = first + uint32(e.classes[number].chunks.Span)
	}
	return bytes
}

func (e *Engine) costOfRun(c *class, first uint32, t *transfer) (bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c == t.to, first == t.keep, e.pinned(e.pinOfRun(first, c.chunks.Span)), !e.rankLocked(c, t.now).bears(t.asked):
		return -1
	case e.noEvict && !e.clearable(c, first, t.now):
		return -1
	case c.chunks.Pages() == 1:
		return 2 * c.chunks.Span * e.arena.PageSize() // nowhere else is a chunk for the items
	}
	return e.arena.InUse(first) * c.chunks.Size
}

// vacate takes away all pages of a stretch: first those that nobody owns, so that no item moves there. If one cannot be had all go
// to the pool, and it returns false.
func (e *Engine) vacate(start uint32, t *transfer) bool {
	ours, all := make([]bool, t.to.chunks.Span), true
	for i := range ours {
		ours[i] = e.arena.Claim(start + uint32(i))
	}
	for i := range ours {
		if !ours[i] && all {
			all = e.vacateRun(start, start+uint32(i), ours, t)
		}
	}
	for i := range ours {
		if !all && ours[i] {
			e.arena.GiveBack(start+uint32(i), 1)
		}
	}
	return all
}

// vacateRun takes away the run to which a page belongs, notes which of its pages are of the stretch, and puts the others into the
// pool. It reports whether it could.
func (e *Engine) vacateRun(start, page uint32, ours []bool, t *transfer) bool {
	first, number := e.arena.Owner(page)
	if number == 0 {
		return false // somebody has just given it back
	}
	c := &e.classes[number]
	if !e.clearRun(c, first, t) {
		return false
	}
	for p := first; p < first+uint32(c.chunks.Span); p++ {
		if i := int(p) - int(start); i >= 0 && i < len(ours) {
			ours[i] = true
		} else {
			e.arena.GiveBack(p, 1)
		}
	}
	return true
}

// clearRun empties the run of a class that begins with a page and takes it away, and reports whether it could. The moving lock is
// held, so nobody else moves the run.
func (e *Engine) clearRun(c *class, page uint32, t *transfer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return e.clearable(c, page, t.now) && e.clearPage(c, page, t) != 0
}
