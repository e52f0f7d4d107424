package memory

import (
	"math"
	"sync/atomic"

	"gocached/clock"
)

// Pages move from classes that keep their items for long to classes that lose them soon. So an eviction takes roughly the item
// that was unused for longest in the whole cache, not in a class that happens to have few pages. Without this a cache would
// keep the sizes with which it was first filled. What a class needs is known from the items that fit it best, including those
// that took a larger chunk (inflow in class.go). So first pages that were filled as memcached would do it move too.
//
// How long a class keeps an item follows from its number of chunks and the number of items that come to stay in a while
// (Little's law). So no item is looked at. A while is as many evictions as would replace the items of a few pages. So the pages
// that move while the whole cache is replaced once are a fixed share of it, however large the cache is.

const (
	// minPressure is the least number of evictions between two looks at the classes.
	minPressure = 1000

	// balancePages is how many pages' worth of items are evicted between two looks.
	balancePages = 4

	// balanceShare is which part of the items that come in, as a divisor, a class must at least have to get a page.
	balanceShare = 32

	// balanceLast is how many times longer than the taker a class must keep its items before it gives its only page.
	balanceLast = 4
)

// balancer decides when pages move. One goroutine moves them. A client waits for it only if it needs a page itself at that
// moment (donate).
type balancer struct {
	pressure atomic.Int64 // evictions until the next look
	wake     chan struct{}
	stop     chan struct{}
	done     chan struct{}
	moved    counter

	seen []int64 // the inflow of each class when it was last looked at; only the goroutine uses it
}

// startBalancer begins balancing.
func (e *Engine) startBalancer() {
	b := &e.balancer
	b.wake, b.stop, b.done = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	b.seen = make([]int64, len(e.classes))
	b.pressure.Store(minPressure)
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

// press counts an eviction, and wakes the balancer when it is time to look at the classes. It never waits.
func (b *balancer) press() {
	if b.pressure.Add(-1) == 0 {
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
		case <-b.wake:
		}
		e.look()
		e.trimGhosts()
	}
}

// look looks at the classes, moves a page if one should move, and sets when to look again.
func (e *Engine) look() {
	items := e.balanceOnce(e.now())
	while := balancePages * items / max(1, e.arena.Pages())
	e.balancer.pressure.Store(int64(max(while, minPressure)))
}

// balanceOnce moves at most one page. It returns how many items there are.
func (e *Engine) balanceOnce(now clock.Time) (items int) {
	stays := make([]stay, len(e.classes))
	came := int64(0)
	for i := range e.classes[1:] {
		s := e.stayOf(i + 1)
		stays[i+1] = s
		items += s.items
		came += s.came
	}
	if e.arena.Left() > 0 {
		return items
	}
	to, from := e.choose(stays, max(1, came/balanceShare))
	if to == 0 {
		return items
	}
	if !e.lockMoving() {
		return items
	}
	defer e.moving.Unlock()
	if page := e.clear(&e.classes[from], now, 0, theOnly); page != 0 {
		e.hand(page, &e.classes[to])
		e.balancer.moved.Add(1)
	}
	return items
}

// stay says how long a class keeps its items, as of the time since the last look.
type stay struct {
	items, pages, perPage int
	needed                bool  // some item ever fitted this class best
	came                  int64 // items that came to stay and fit this class best, in whichever class they found a chunk
}

// time is for how long the class would keep an item if it had so many pages, in whiles.
func (s stay) time(pages int) float64 {
	if s.came == 0 {
		return math.Inf(1)
	}
	return float64(pages*s.perPage) / float64(s.came)
}

// stayOf looks at a class.
func (e *Engine) stayOf(id int) stay {
	c, last := &e.classes[id], &e.balancer.seen[id]
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.came + c.abroad.Load()
	s := stay{items: c.policy.Len(), pages: c.chunks.Pages(), perPage: c.chunks.PerPage}
	s.needed, s.came = c.needed.Load(), max(0, at-*last)
	*last = at
	return s
}

// choose returns the class that should get a page and the one that should give it, or zeros. At least so
// many items must have come to the taker. With the page it must still keep its items for less time than the giver without it.
func (e *Engine) choose(stays []stay, least int64) (to, from int) {
	for i, s := range stays {
		if s.came >= least && (to == 0 || s.time(s.pages) < stays[to].time(stays[to].pages)) {
			to = i
		}
	}
	if to == 0 {
		return 0, 0
	}
	longest := stays[to].time(stays[to].pages + 1)
	for i := range stays {
		if left := e.timeLeft(stays, i); i != to && left > longest {
			from, longest = i, left
		}
	}
	if from == 0 {
		return 0, 0
	}
	return to, from
}

// timeLeft is for how long a class would keep its items with one page less; 0 if it cannot do without that page. A class that
// gives its only page has its items in a larger class that is near, together with others. So it must keep its items far longer
// before. A class that only ever had items that fit a smaller chunk needs no page.
func (e *Engine) timeLeft(stays []stay, id int) float64 {
	s := stays[id]
	switch {
	case s.pages > 1:
		return s.time(s.pages - 1)
	case s.pages == 1 && (!s.needed || e.nearPages(stays, id)):
		return s.time(1) / balanceLast
	}
	return 0
}

// nearPages says whether a larger class has a page and is near: see near.
func (e *Engine) nearPages(stays []stay, id int) bool {
	for i := id + 1; i < len(stays) && e.classes[i].chunks.Size <= near*e.classes[id].chunks.Size; i++ {
		if stays[i].pages > 0 {
			return true
		}
	}
	return false
}
