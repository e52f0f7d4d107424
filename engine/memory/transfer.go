package memory

import "gocached/clock"

// transfer moves pages from one class to another: a run that the giver clears, or if the taker's runs are longer, a stretch
// around it. The moving lock is held.
func (e *Engine) transfer(from, to *class, now clock.Time, keep uint32, asked sacrifice) bool {
	page := e.clear(from, now, keep, asked)
	if page == 0 {
		return false
	}
	if rest := from.chunks.Span - to.chunks.Span; rest >= 0 {
		if rest > 0 {
			e.arena.GiveBack(page+uint32(to.chunks.Span), rest)
		}
		e.hand(page, to)
		return true
	}
	e.arena.GiveBack(page, from.chunks.Span)
	if e.addPage(to) {
		return true
	}
	start := e.assemble(to.chunks.Span, search{now, page, keep, asked})
	if start != 0 {
		e.hand(start, to)
	}
	return start != 0
}

// hand gives a class a run of pages that nobody owns and that are not in the pool. The moving lock is held.
func (e *Engine) hand(page uint32, to *class) {
	to.mu.Lock()
	defer to.mu.Unlock()
	to.chunks.Adopt(e.arena, page)
	e.hint(to)
}

const (
	// windows is how many blocks of pages are looked at to find the stretch that costs least.
	windows = 16

	// attempts is how many of them are cleared, should others fail.
	attempts = 3
)

// search says where and at what cost pages are looked for.
type search struct {
	now   clock.Time
	near  uint32 // page from whose block on
	keep  uint32 // page that must stay
	asked sacrifice
}

// assemble empties a stretch of so many pages, which belong to several classes or to nobody, and takes it away. It returns the
// first page, or 0. The moving lock is held.
func (e *Engine) assemble(span int, s search) uint32 {
	for range attempts {
		start := e.cheapest(span, &s)
		if start == 0 {
			return 0
		}
		if e.vacate(start, span, s.now) {
			return start
		}
		s.near = start + uint32(span)
	}
	return 0
}

// cheapest returns the first page of the stretch in which the fewest bytes are in use, of some blocks. It returns 0 if none can be
// emptied.
func (e *Engine) cheapest(span int, s *search) (best uint32) {
	block, step, least := e.arena.Block(), max(1, span/2), -1
	blocks := e.arena.BlockOf(uint32(e.arena.Pages())) + 1
	for n, b := 0, e.arena.BlockOf(s.near)%blocks; n < blocks && (n < windows || best == 0); n++ {
		first := b*block + 1
		for at := first; at+span <= min(first+block, e.arena.Pages()+1); at += step {
			if cost := e.cost(uint32(at), span, s); cost >= 0 && (least < 0 || cost < least) {
				best, least = uint32(at), cost
			}
		}
		b = (b + 1) % blocks
	}
	return best
}

// cost returns how many bytes are in use in the runs that reach into a stretch, or -1 if one of them cannot be emptied, or not at
// the sacrifice that is asked for. The only run of a class costs as much as two that are full.
func (e *Engine) cost(start uint32, span int, s *search) (bytes int) {
	end := start + uint32(span)
	for page := start; page < end; {
		first, number := e.arena.Owner(page)
		if number == 0 {
			page++
			continue
		}
		n := e.costOfRun(&e.classes[number], first, s)
		if n < 0 {
			return -1
		}
		bytes += n
		page = first + uint32(e.classes[number].chunks.Span)
	}
	return bytes
}

func (e *Engine) costOfRun(c *class, first uint32, s *search) (bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case first == s.keep, e.pinned(e.pinOfRun(first, c.chunks.Span)), !e.rankLocked(c, s.now).bears(s.asked):
		return -1
	case e.noEvict && !e.clearable(c, first, s.now):
		return -1
	case c.chunks.Pages() == 1:
		return 2 * c.chunks.Span * e.arena.PageSize() // nowhere else is a chunk for the items
	}
	return e.arena.InUse(first) * c.chunks.Size
}

// vacate takes away all pages of a stretch. If one cannot be had all go to the pool, and it returns false.
func (e *Engine) vacate(start uint32, span int, now clock.Time) bool {
	end, got := start+uint32(span), start
	for got < end {
		if e.arena.Claim(got) {
			got++
			continue
		}
		first, number := e.arena.Owner(got)
		n := 0
		if number != 0 {
			n = e.clearRun(&e.classes[number], first, now)
		}
		if n == 0 {
			break
		}
		if before := int(got - first); before > 0 {
			e.arena.GiveBack(first, before)
		}
		got = first + uint32(n)
	}
	if got > end {
		e.arena.GiveBack(end, int(got-end))
	}
	if got < end && got > start {
		e.arena.GiveBack(start, int(got-start))
	}
	return got >= end
}

// clearRun empties the run of a class that begins with a page and takes it away. It returns how many pages that are, 0 if it
// cannot be done. The moving lock is held, so nobody else moves the run.
func (e *Engine) clearRun(c *class, page uint32, now clock.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !e.clearable(c, page, now) || e.clearPage(c, page, now) == 0 {
		return 0
	}
	return c.chunks.Span
}
