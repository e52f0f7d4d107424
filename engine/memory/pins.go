package memory

import "sync/atomic"

// pins bounds how many pages may have pinned items. A pinned item is lent, or is being filled: it stays where it is for as long
// as some client likes, and can be neither evicted nor moved. Enough must be left for others to find a chunk, and for a class
// without a page to find one. Because of the latter pages are counted, and not bytes: a page with a single pinned item cannot
// change hands. Many pinned items in one page cost as much as one.
type pins struct {
	max   int64
	pages atomic.Int64   // that have pinned items
	by    []atomic.Int64 // how many each page has, by its number
}

// init makes it ready for so many pages. pages/share of them may have pinned items, and at least one page.
func (p *pins) init(pages, share int) {
	p.max = int64(max(1, pages/share))
	p.by = make([]atomic.Int64, pages+1) // they are numbered from 1
}

// take pins one more item of the page. ok is false if too many pages have some already. shared says that the page had one
// already, so that this costs nobody anything.
func (p *pins) take(page uint32) (ok, shared bool) {
	if p.by[page].Add(1) > 1 {
		return true, true
	}
	if p.pages.Add(1) > p.max {
		p.giveBack(page)
		return false, false
	}
	return true, false
}

// giveBack undoes a take.
func (p *pins) giveBack(page uint32) {
	if p.by[page].Add(-1) == 0 {
		p.pages.Add(-1)
	}
}

// in says whether the page has a pinned item.
func (p *pins) in(page uint32) bool { return p.by[page].Load() > 0 }

// full says whether no further page may have pinned items.
func (p *pins) full() bool { return p.pages.Load() >= p.max }

// pinned says whether the page has an item that is lent or being filled.
func (e *Engine) pinned(page uint32) bool { return e.lending.in(page) || e.receiving.in(page) }
