package slab

import (
	"fmt"
	"math/bits"
)

// The limit may change while pages are in use, up to what there are addresses for. Pages beyond it are absent: nobody may have
// them. Those that a class owns when the limit falls are stranded, until their owner has moved what is in them and gives them
// back (package memory).

// Resize changes how many pages there may be, but not to more than Most. Takes the page lock.
func (a *Arena) Resize(pages int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	pages = max(1, min(pages, a.most))
	old := a.Pages()
	a.total.Store(int64(pages))
	if pages > old {
		came := a.pool.admit(uint32(old+1), pages-old)
		a.left.Add(int64(came))
		a.stranded.Add(-int64(pages - old - came - a.flight.among(old+1, pages)))
	} else if pages < old {
		a.forgetAhead()
		went := a.pool.dismiss(uint32(pages+1), old-pages)
		a.left.Add(-int64(went))
		a.stranded.Add(int64(old - pages - went - a.flight.among(pages+1, old)))
	}
}

// forgetAhead counts what was backed ahead of need as pages that the system has memory for, so that it goes back. Needs the page lock.
func (a *Arena) forgetAhead() {
	end := uintptr(a.used+1) * a.stride
	if goal := uintptr(a.ahead.goal.Load()); goal > end {
		ahead := min(int((goal-end+a.stride-1)/a.stride), a.most-int(a.used))
		set(a.pool.backed, a.used+1, ahead)
		set(a.pool.aged, a.used+1, ahead)
		a.pool.cooling.Store(true)
		a.ahead.goal.Store(uint64(end))
	}
}

// Stranded returns how many pages beyond the limit are owned. It takes no lock.
func (a *Arena) Stranded() int { return int(a.stranded.Load()) }

// LastStranded returns the first page of the highest run that reaches beyond the limit and begins at a page or before, and the
// class that owns it; class 0 if there is none.
func (a *Arena) LastStranded(from uint32) (first uint32, class int) {
	a.mu.Lock()
	from = min(from, a.used)
	a.mu.Unlock()
	for page := from; int(page) > a.Pages(); page-- {
		if first, class = a.Owner(page); class != 0 {
			return first, class
		}
	}
	return 0, 0
}

// within returns how many pages of a run are not beyond the limit. Needs the page lock.
func (a *Arena) within(page uint32, span int) int {
	return max(0, min(span, a.Pages()-int(page)+1))
}

// among returns how many of the pages are from one to another.
func (f flight) among(from, to int) int {
	return max(0, min(int(f.page)+f.n-1, to)-max(int(f.page), from)+1)
}

// retire makes pages absent that the system may have memory for. That goes back at once.
func (p *pool) retire(page uint32, n int) {
	for _, words := range [][]uint64{p.absent, p.backed, p.aged} {
		set(words, page, n)
	}
	p.cooling.Store(true)
}

// admit puts the absent ones of some pages into the pool, and returns how many those are.
func (p *pool) admit(page uint32, n int) (came int) {
	p.lowest = min(p.lowest, int(page/64))
	p.without.Store(0)
	return move(p.absent, p.free, page, n, func(int, uint64) {})
}

// dismiss makes those of some pages absent that are in the pool, and returns how many those are.
func (p *pool) dismiss(page uint32, n int) (went int) {
	return move(p.free, p.absent, page, n, func(i int, moved uint64) {
		p.aged[i] |= moved & p.backed[i] // their memory goes back at once
	})
}

// move moves the bits of some pages from one set to another, and returns how many there were. f is told of each word's.
func move(from, to []uint64, page uint32, n int, f func(i int, moved uint64)) (count int) {
	each(page, n, func(i int, mask uint64) {
		moved := from[i] & mask
		from[i] &^= moved
		to[i] |= moved
		count += bits.OnesCount64(moved)
		f(i, moved)
	})
	return count
}

// Check compares the pool with the page table and the counters. Nothing may move or be released meanwhile. It is for checks, and
// takes the page lock.
func (a *Arena) Check() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	left, stranded, owned := 0, 0, 0
	for page := 1; page <= a.most; page++ {
		_, class := a.Owner(uint32(page))
		beyond, free, absent := page > a.Pages(), has(a.pool.free, uint32(page)), has(a.pool.absent, uint32(page))
		switch {
		case class != 0 && (free || absent), class == 0 && free == absent, free && beyond, absent && !beyond:
			return fmt.Errorf("page %d of %d: class %d, free is %v, absent %v", page, a.Pages(), class, free, absent)
		case class != 0 && beyond:
			stranded, owned = stranded+1, owned+1
		case class != 0:
			owned++
		case free:
			left++
		}
	}
	if left != a.Left() || stranded != a.Stranded() || owned != a.owned {
		return fmt.Errorf("%d pages left, %d stranded, %d owned, counted %d, %d, %d", left, stranded, owned, a.Left(), a.Stranded(), a.owned)
	}
	return nil
}
