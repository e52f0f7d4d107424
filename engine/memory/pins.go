package memory

import "sync/atomic"

// pins bounds in how many pages something may stay where it is for as long as some client likes: it can be neither evicted
// nor moved. All that does must leave enough for others to find a chunk, and a class without a page to find one. The latter
// is why pages are counted, and not bytes: a page with a single such item cannot change hands. Many in one page cost what one
// does.
type pins struct {
	most  int64
	pages atomic.Int64   // that have some
	by    []atomic.Int64 // how many, by page number
}

// init makes it ready for so many pages, of which one share may have some, but at least one page.
func (p *pins) init(pages, share int) {
	p.most = int64(max(1, pages/share))
	p.by = make([]atomic.Int64, pages+1) // they are numbered from 1
}

// take notes that something of the page stays, unless too many pages have some. shared says that the page had some already,
// so that this costs nobody anything.
func (p *pins) take(page uint32) (ok, shared bool) {
	if p.by[page].Add(1) > 1 {
		return true, true
	}
	if p.pages.Add(1) > p.most {
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

// in says whether the page has some.
func (p *pins) in(page uint32) bool { return p.by[page].Load() > 0 }

// full says whether no further page may have some.
func (p *pins) full() bool { return p.pages.Load() >= p.most }

// pinned says whether something of the page stays for as long as a client likes.
func (e *Engine) pinned(page uint32) bool { return e.lending.in(page) || e.receiving.in(page) }
