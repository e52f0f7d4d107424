package memory

import (
	"sync/atomic"

	"gocached/slab"
)

// pins bounds in how many blocks of pages, as long as the longest run, there may be pinned items. A pinned item is lent, or is
// being filled: it stays where it is for as long as some client likes, and can be neither evicted nor moved. Enough must be left for others to find a chunk, and
// for a class without a page to find a run of them. Because of the latter blocks are counted, and not bytes: no run as long as a
// block can be made where a single pinned item is. Many pinned items in one block cost as much as one.
type pins struct {
	share  int
	max    atomic.Int64
	blocks atomic.Int64   // that have pinned items
	by     []atomic.Int64 // how many each block has
}

// init makes it ready for so many blocks, of which one part in share may have pinned items: see bound.
func (p *pins) init(blocks, share int) {
	p.share = share
	p.by = make([]atomic.Int64, blocks)
}

// bound says how many blocks there may be just now. At least one may have pinned items.
func (p *pins) bound(blocks int) { p.max.Store(int64(max(1, blocks/p.share))) }

// boundPins bounds what may be pinned by the limit.
func (e *Engine) boundPins() {
	blocks := (e.arena.Pages()-1)/e.longest + 1
	e.lending.bound(blocks)
	e.receiving.bound(blocks)
}

// pin names the blocks in which a pinned item lies. It is found out while the item is pinned, since the class of its chunk says
// how far its run reaches.
type pin struct{ first, last int }

// pinOf returns the blocks of the run in which a chunk lies.
func (e *Engine) pinOf(r slab.Ref) pin {
	page := e.arena.PageOf(r)
	return e.pinOfRun(page, e.classOf(r).chunks.Span)
}

func (e *Engine) pinOfRun(page uint32, span int) pin {
	return pin{int(page-1) / e.longest, (int(page) + span - 2) / e.longest}
}

// take pins one more item. ok is false if too many blocks have some already. shared says that its blocks had one already, so that
// this costs nobody anything.
func (p *pins) take(at pin) (ok, shared bool) {
	more := int64(0)
	for b := at.first; b <= at.last; b++ {
		if p.by[b].Add(1) == 1 {
			more++
		}
	}
	if more == 0 {
		return true, true
	}
	if n := p.blocks.Add(more); n > p.max.Load() && n > more {
		p.giveBack(at)
		return false, false
	}
	return true, false
}

// giveBack undoes a take.
func (p *pins) giveBack(at pin) {
	for b := at.first; b <= at.last; b++ {
		if p.by[b].Add(-1) == 0 {
			p.blocks.Add(-1)
		}
	}
}

// in says whether there is a pinned item in a block of a run.
func (p *pins) in(at pin) bool {
	return p.by[at.first].Load() > 0 || p.by[at.last].Load() > 0
}

// full says whether no further block may have pinned items.
func (p *pins) full() bool { return p.blocks.Load() >= p.max.Load() }

// pinned says whether something is lent or being filled in a block of a run.
func (e *Engine) pinned(at pin) bool { return e.lending.in(at) || e.receiving.in(at) }
