package slab

import (
	"math/bits"
	"sync/atomic"
)

// pool is the pages that nobody owns, a bit for each. The page lock guards it, but for mayHave.
type pool struct {
	free    []uint64     // by page number
	absent  []uint64     // those that nobody may have, since they are beyond the limit (resize.go)
	block   int          // pages of a block
	lowest  int          // no word before this one has a bit
	backed  []uint64     // those of both that the system may have memory for
	aged    []uint64     // those of these that were so when the pool was last aged
	cooling atomic.Bool  // some page is backed
	without atomic.Int64 // there is no run of so many pages or more; see mayHave
}

// init puts pages 1 to total in the pool. Those up to most are absent.
func (p *pool) init(total, most, block int) {
	p.block = block
	words := most/64 + 1
	p.free, p.absent = make([]uint64, words), make([]uint64, words)
	p.backed, p.aged = make([]uint64, words), make([]uint64, words)
	p.putBare(1, total)
	set(p.absent, uint32(total+1), most-total)
}

// mayHave is false if the last search for as many pages or fewer found none, and none came back since. It takes no lock.
func (p *pool) mayHave(span int) bool {
	n := p.without.Load()
	return n == 0 || int64(span) < n
}

func (p *pool) has(page uint32) bool { return has(p.free, page) }

func has(words []uint64, page uint32) bool {
	return int(page/64) < len(words) && words[page/64]>>(page%64)&1 != 0
}

// put adds pages that the system may have memory for, putBare those for which it has none.
func (p *pool) put(page uint32, span int) {
	p.putBare(page, span)
	p.cooling.Store(true)
	set(p.backed, page, span)
}

func (p *pool) putBare(page uint32, span int) {
	p.lowest = min(p.lowest, int(page/64))
	p.without.Store(0)
	set(p.free, page, span)
}

// remove takes pages away that are there.
func (p *pool) remove(page uint32, span int) {
	for _, words := range [][]uint64{p.free, p.absent, p.backed, p.aged} {
		clear(words, page, span)
	}
}

// age makes all pages that are backed old.
func (p *pool) age() {
	copy(p.aged, p.backed)
	p.cooling.Store(p.warm() > 0)
}

// warm returns how many pages are backed.
func (p *pool) warm() (n int) {
	for _, word := range p.backed {
		n += bits.OnesCount64(word)
	}
	return n
}

// old returns the first run of old pages from one on, and how many they are, up to most; 0 pages if there are none.
func (p *pool) old(from, most int) (page uint32, n int) {
	first := next(p.aged, from)
	if first < 0 {
		return 0, 0
	}
	for n < most && has(p.aged, uint32(first+n)) {
		n++
	}
	return uint32(first), n
}

// each calls f with the numbers of the words that have a bit for one of the pages, and which bits those are.
func each(page uint32, span int, f func(i int, mask uint64)) {
	for span > 0 {
		first := page % 64
		n := min(span, int(64-first))
		f(int(page/64), (1<<n-1)<<first)
		page, span = page+uint32(n), span-n
	}
}

func set(words []uint64, page uint32, span int) {
	each(page, span, func(i int, mask uint64) { words[i] |= mask })
}

func clear(words []uint64, page uint32, span int) {
	each(page, span, func(i int, mask uint64) { words[i] &^= mask })
}

// find returns the first page of the lowest run of so many pages that lies in one block, or 0.
func (p *pool) find(span int) uint32 {
	for p.lowest < len(p.free)-1 && p.free[p.lowest] == 0 {
		p.lowest++
	}
	for _, unit := range []int{aligned(span), 1} {
		if page := p.findIn(p.lowest*64, len(p.free)*64, span, unit); page != 0 {
			return page
		}
	}
	if n := p.without.Load(); n == 0 || int64(span) < n {
		p.without.Store(int64(span))
	}
	return 0
}

// aligned returns the unit at whose multiples runs should begin, so that those of different lengths fit in each other's places.
func aligned(span int) int {
	if span <= MaxSpan && span&(span-1) == 0 {
		return span
	}
	return 1
}

// findIn is find among the pages from one up to another. Runs begin at a multiple of a unit, counted from the first page.
func (p *pool) findIn(from, to, span, unit int) uint32 {
	for at := next(p.free, from); at >= 0 && at+span <= to; {
		if over := (at - 1) % unit; over != 0 {
			at = next(p.free, at+unit-over)
			continue
		}
		end := at + 1
		for border := p.border(at); end < border && end-at < span && p.has(uint32(end)); {
			end++
		}
		if end-at == span {
			return uint32(at)
		}
		at = next(p.free, end)
	}
	return 0
}

// border returns the first page behind the block of a page.
func (p *pool) border(page int) int { return (max(page, 1)-1)/p.block*p.block + p.block + 1 }

// next returns the lowest page from one on that has a bit, or -1.
func next(words []uint64, from int) int {
	for i := from / 64; i < len(words); i++ {
		word := words[i]
		if i == from/64 {
			word &= ^uint64(0) << (from % 64)
		}
		if word != 0 {
			return i*64 + bits.TrailingZeros64(word)
		}
	}
	return -1
}
