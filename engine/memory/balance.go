package memory

import (
	"sync/atomic"

	"gocached/clock"
)

// Pages move to the classes that make the most of them. Without this a cache would keep the sizes with which it was first filled.
// The rule is in worth.go. A page that moves takes no item with it that should stay: the items in it move to chunks of the
// class's next victims (relocate.go).

// balancer decides when pages move. One goroutine moves them. A client waits for it only if it needs a page itself at that
// moment (donate).
type balancer struct {
	pressure  atomic.Int64 // bytes to be evicted until the next look
	wake      chan struct{}
	steered   chan struct{} // an operator wants something
	stop      chan struct{}
	done      chan struct{}
	moved     counter // runs of pages
	relocated counter // items that moved with them

	cursor atomic.Uint32 // a page: where a stretch of pages is looked for next

	market market // only the goroutine uses it

	automove automove
	order    atomic.Pointer[order] // pages that an operator wants to be moved; nil is none
}

// startBalancer begins balancing.
func (e *Engine) startBalancer() {
	b := &e.balancer
	b.wake, b.steered, b.stop, b.done = make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	b.market.init(len(e.classes), int64(e.arena.Pages())*int64(e.arena.PageSize()))
	b.market.ofBytes = e.options[objectiveOption] == bytesFound
	b.pressure.Store(int64(e.arena.PageSize()))
	if e.simulate != nil {
		close(b.done)
		return
	}
	go e.balance()
}

// stopBalancer ends balancing, and waits until it has ended.
func (e *Engine) stopBalancer() {
	close(e.balancer.stop)
	<-e.balancer.done
}

// press counts an eviction of so many bytes, and wakes the balancer when a page's worth was evicted. It never waits.
func (b *balancer) press(bytes int) {
	if left := b.pressure.Add(-int64(bytes)); left <= 0 && left+int64(bytes) > 0 {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// balance is what the balancer's goroutine runs.
func (e *Engine) balance() {
	b := &e.balancer
	defer close(b.done)
	for {
		select {
		case <-b.stop:
			return
		case <-b.steered:
			e.obey()
		case <-b.wake:
			e.look()
		}
	}
}

// look looks at the classes, moves pages if some should move, and sets when to look again.
func (e *Engine) look() {
	until := int64(e.arena.PageSize())
	if e.balanceOnce(e.now()) > 1 {
		until /= rushLooks
	}
	if e.balancer.market.looks%trimLooks == 0 {
		e.trimGhosts()
	}
	e.balancer.pressure.Store(until)
}

// rushLooks is how many looks there are for each page's worth that is evicted while several runs move at once.
const rushLooks = 8

// balanceOnce moves what should move now, and returns how many runs of pages did. Where the pool has pages enough, but none of them
// together, it puts a run together from where little is in use.
func (e *Engine) balanceOnce(now clock.Time) (moved int) {
	m := &e.balancer.market
	for i := range e.classes[1:] {
		e.observe(m, i+1)
	}
	m.memory = e.limit.Load()
	m.turn()
	if e.balancer.automove.level.Load() == 0 {
		return 0
	}
	m.calmLooks, m.calm = e.balancer.automove.calmly()
	d := m.choose()
	apart := m.neediest(func(span int) bool { return e.arena.Left() >= span && !e.arena.MayHave(span) })
	if d.to == 0 {
		d.to = apart
	}
	if d.to == 0 || e.arena.MayHave(e.classes[d.to].chunks.Span) {
		return 0
	}
	t := &transfer{to: &e.classes[d.to], now: now, asked: oneOfSeveral, near: e.balancer.cursor.Add(1)}
	if apart == d.to && e.moveOne(func() bool { return e.assemble(t) }) {
		moved = 1
	}
	t.asked = stale
	for moved < d.runs && e.moveOne(func() bool { return e.run(t, &e.classes[d.from]) }) {
		moved++
	}
	return moved
}

// moveOne moves a run. Clients that wait for a page have their turn between two.
func (e *Engine) moveOne(move func() bool) bool {
	if !e.lockMoving() {
		return false
	}
	defer e.moving.Unlock()
	if !move() {
		return false
	}
	e.balancer.moved.Add(1)
	return true
}

// trimLooks is how many looks lie between those after which ghosts that are not needed give their memory back.
const trimLooks = 64

// ghostShare is which part of a class's items, as a divisor, it remembers after they are gone, to see whether they come back.
const ghostShare = 4

// observe tells the market about a class.
func (e *Engine) observe(m *market, id int) {
	c := &e.classes[id]
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policy.SetGhostDepth(max(c.policy.Len()/ghostShare, 1))
	s := &m.stalls[id]
	s.fresh = c.arrived != c.seen || c.overwritten.Load()
	c.overwritten.Store(false)
	c.seen = c.arrived
	m.observe(id, &c.chunks, c.came+c.abroad.Load(), c.policy.GhostHits())
	c.settled = s.settled()
}
