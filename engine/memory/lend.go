package memory

import (
	"sync/atomic"

	"gocached/slab"
)

// lending bounds what is lent. An item that is lent can be neither evicted nor moved, for as long as its reader likes, so
// all that are must leave enough for others to find a chunk, and a class without a page to find one. The latter is why
// pages are counted, and not bytes: a page with a single lent item in it cannot change hands. Many readers of one item,
// or of items of one page, cost what one does.
//
// Only large items are lent, so small ones pay nothing for this.
type lending struct {
	most  int64
	pages atomic.Int64   // that hold something lent
	loans []atomic.Int64 // by page number
}

// lentShare is which part of the pages may hold something lent, at least one: a quarter. Half of the memory at most waits
// for values that are being received (package server sees to that), so a quarter is always left.
const lentShare = 4

func (l *lending) init(pages int) {
	l.most = int64(max(1, pages/lentShare))
	l.loans = make([]atomic.Int64, pages+1) // they are numbered from 1
}

// take notes that an item of the page is lent, unless too many pages have some. shared says that the page had some already,
// so that this costs nobody anything.
func (l *lending) take(page uint32) (ok, shared bool) {
	if l.loans[page].Add(1) > 1 {
		return true, true
	}
	if l.pages.Add(1) > l.most {
		l.giveBack(page)
		return false, false
	}
	return true, false
}

// giveBack undoes a take.
func (l *lending) giveBack(page uint32) {
	if l.loans[page].Add(-1) == 0 {
		l.pages.Add(-1)
	}
}

// lentFrom says whether something of the page is lent.
func (l *lending) lentFrom(page uint32) bool { return l.loans[page].Load() > 0 }

// lent marks the handle of an item that was lent.
const lent = 1 << 32

// takeBack ends a loan.
func (e *Engine) takeBack(ref slab.Ref) {
	page := e.arena.PageOf(ref)
	if h := e.at(ref); h.UnpinLarge() {
		e.release(ref, h)
	}
	e.lending.giveBack(page)
}
