package memory

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"

	"gocached/engine"
)

// steer says what an operator may change.
func (e *Engine) steer(s *engine.Steering) {
	if s != nil {
		*s = engine.Steering{
			SetMemoryLimit: e.setMemoryLimit, MovePage: e.movePage, SetAutomove: e.setAutomove, SetAutomoveRatio: e.setAutomoveRatio,
		}
	}
}

// obey is what the balancer's goroutine does for an operator.
func (e *Engine) obey() {
	e.shed()
	if o := e.balancer.order.Load(); o != nil {
		e.carryOut(o)
		e.balancer.order.Store(nil)
	}
}

// automove is how readily pages move by themselves.
type automove struct {
	level atomic.Int32
	ratio atomic.Uint64 // the bits of a float64
}

// setAutomove and setAutomoveRatio are engine.Steering's.
func (e *Engine) setAutomove(level int) { e.balancer.automove.level.Store(int32(level)) }

func (e *Engine) setAutomoveRatio(ratio float64) {
	e.balancer.automove.ratio.Store(math.Float64bits(ratio))
}

// calmly returns at which looks pages may move slowly, counted from the last such one, and how many times more the taker must then
// make of one.
func (a *automove) calmly() (looks int, times float64) {
	looks, times = calmLooks, calm
	if a.level.Load() > 1 {
		looks = 1
	}
	if ratio := math.Float64frombits(a.ratio.Load()); ratio > 0 {
		times = max(1, 1/ratio)
	}
	return looks, times
}

// order is pages that are to move from one of memcached's classes to another.
type order struct{ from, to int }

// pool is memory that no class has.
const pool = 0

// movePage is engine.Steering's.
func (e *Engine) movePage(from, to int) engine.Status {
	last := len(e.sizes.nominal.sizes)
	if from == to {
		return engine.SameClass
	}
	pages := e.nominalPages()
	if from == engine.AnyClass && to >= pool && to <= last {
		from = pages.any(to)
	}
	switch {
	case from < pool || from > last || to < pool || to > last:
		return engine.BadClass
	case pages[from] < 2 && from != pool || pages[from] < 1:
		return engine.NoSpare
	case !e.balancer.order.CompareAndSwap(nil, &order{from, to}):
		return engine.Moving
	}
	e.nudge()
	return engine.OK
}

// nominalPages is how many pages memcached's classes have, as statistics show them. The first is how many have been given back: like
// memcached's pool it does not count what nobody has had.
type nominalPages []int

func (e *Engine) nominalPages() nominalPages {
	n := make(nominalPages, len(e.sizes.nominal.sizes)+1)
	n[pool] = e.arena.Warm() * e.arena.PageSize() / e.itemMax
	e.views(func(v view) { n[v.id] = v.pages() })
	return n
}

// any returns the class with the most pages but one, or AnyClass if none can spare one.
func (n nominalPages) any(but int) (from int) {
	from = engine.AnyClass
	for i, pages := range n[1:] {
		if i+1 != but && pages > 1 && (from < 0 || pages > n[from]) {
			from = i + 1
		}
	}
	return from
}

// carryOut moves as many bytes as a page of memcached's has, or what can be had of them.
func (e *Engine) carryOut(o *order) {
	for bytes := 0; bytes < e.itemMax && !e.stopping() && e.lockMoving(); {
		pages := e.moveRun(o)
		e.moving.Unlock()
		if pages == 0 {
			return
		}
		e.balancer.moved.Add(1)
		bytes += pages * e.arena.PageSize()
	}
}

// moveRun moves one run, and returns how many pages it was; 0 if none can be had. The moving lock is held.
func (e *Engine) moveRun(o *order) (pages int) {
	var to *class
	if o.to != pool {
		all := e.poorestFirst(o.to)
		to = all[len(all)-1]
	}
	if o.from == pool {
		before := to.pages.Load()
		e.addPage(to)
		return int(to.pages.Load()-before) * to.chunks.Span // 0 if it has an unused end
	}
	for _, asked := range []sacrifice{oneOfSeveral, theOnly} {
		for _, from := range e.poorestFirst(o.from) {
			if page := e.clear(from, &transfer{now: e.now(), asked: asked}); page != 0 {
				e.pass(page, from.chunks.Span, to)
				return from.chunks.Span
			}
		}
	}
	return 0
}

// poorestFirst returns the classes for items of one of memcached's classes, those first to which a page is worth least.
func (e *Engine) poorestFirst(nominal int) (all []*class) {
	for i := range e.classes[1:] {
		if c := &e.classes[i+1]; c.nominal == nominal {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b *class) int {
		aWorth, aPages := e.worth(a)
		bWorth, bPages := e.worth(b)
		return cmp.Or(cmp.Compare(aWorth, bWorth), cmp.Compare(aPages, bPages))
	})
	return all
}

// pass gives a run that was taken from a class to another, or puts it into the pool, where the other finds it when it needs one. A
// class with an unused end needs none: what it does not use would go to the pool within a second in any case.
func (e *Engine) pass(page uint32, span int, to *class) {
	if to == nil || to.chunks.Span > span {
		e.arena.GiveBack(page, span)
		if to != nil {
			e.addPage(to)
		}
		return
	}
	if rest := span - to.chunks.Span; rest > 0 {
		e.arena.GiveBack(page+uint32(to.chunks.Span), rest)
	}
	e.hand(page, to)
}
