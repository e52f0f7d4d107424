package memory

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gocached/clock"
	"gocached/engine"
	"gocached/slab"
)

// The limit can change while the engine runs: cache_memlimit. More pages come into the pool at once. Fewer are not to be had from
// then on, and those beyond the new limit that classes own are emptied in the background: the classes to which a page is worth
// least give others, and then the items beyond the limit move there. So what goes are the least worth of all, as many as
// needed. The emptied pages go back to the system.

// resizer changes the limit.
type resizer struct {
	mu      sync.Mutex  // held while the limit changes; after every other lock
	lowered atomic.Bool // memory beyond the limit may have to go back to the system
}

// reserveTimes is how many times larger than at the start the limit may become, if nobody says, and reserveLeast is what it may become
// at least.
const (
	reserveTimes = 4
	reserveLeast = 1 << 30
)

// reserveFor returns up to how many bytes the limit may be raised.
func reserveFor(s *engine.Settings, limit int64) int64 {
	switch most := int64(s.Options.Number(reserveOption)) << 20; {
	case s.Steering == nil:
		return 0
	case most > 0:
		return most
	case slab.Spacious():
		return max(limit*reserveTimes, reserveLeast)
	}
	return 0
}

// setMemoryLimit is engine.Steering's.
func (e *Engine) setMemoryLimit(bytes int64) engine.Status {
	e.resizer.mu.Lock()
	defer e.resizer.mu.Unlock()
	bytes -= int64(min(e.initial, math.MaxInt64))
	pages := bytes / int64(e.arena.PageSize())
	if pages < int64(e.longest) || pages > int64(e.arena.Most()) || pages < e.pinnedPages() {
		return engine.NoRoom
	}
	old := e.arena.Pages()
	e.arena.Resize(int(pages))
	e.boundPins()
	e.limit.Store(bytes)
	e.curve.SetLimit(bytes)
	if int(pages) < old {
		e.resizer.lowered.Store(true)
		e.nudge()
	}
	return engine.OK
}

// pinnedPages returns in how many pages something lies that cannot be moved, at most.
func (e *Engine) pinnedPages() int64 {
	return (e.lending.blocks.Load() + e.receiving.blocks.Load()) * int64(e.longest)
}

// nudge has the balancer do what an operator wants. It never waits.
func (e *Engine) nudge() {
	select {
	case e.balancer.steered <- struct{}{}:
	default:
	}
}

// shed empties runs beyond the limit, the last one first. What cannot be emptied now is tried again in the next second.
func (e *Engine) shed() {
	for at := uint32(e.arena.Most()); e.arena.Stranded() > 0 && !e.stopping() && e.lockMoving(); at-- {
		first, number := e.arena.LastStranded(at)
		if number != 0 {
			e.shedRun(&e.classes[number], first, e.now())
		}
		e.moving.Unlock()
		if at = first; number == 0 || first <= 1 {
			break
		}
		runtime.Gosched()
	}
	e.wakeReaper()
}

// stopping says whether the balancer is to end.
func (e *Engine) stopping() bool {
	select {
	case <-e.balancer.stop:
		return true
	default:
		return false
	}
}

// shedRun empties one run. The moving lock is held.
func (e *Engine) shedRun(c *class, first uint32, now clock.Time) {
	if !e.loose(c, first, now) {
		return
	}
	e.makeRoom(c, first, now)
	if !e.owns(c, first) {
		return // it was this one that has made room
	}
	if e.evacuate(c, first, now) {
		e.arena.GiveBack(first, c.chunks.Span)
	}
}

// evacuate takes a run away from its class if its items can move, and reports whether they could.
func (e *Engine) evacuate(c *class, first uint32, now clock.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	alive, spare, ok := e.load(c, first, now)
	if e.arena.MayHave(c.chunks.Span) {
		spare += c.chunks.PerPage
	}
	if !ok || e.noEvict && alive > spare {
		return false
	}
	return e.clearPage(c, first, &transfer{now: now, more: true}) != 0
}

// owns says whether a run of a class begins with a page.
func (e *Engine) owns(c *class, first uint32) bool {
	at, number := e.arena.Owner(first)
	return at == first && number == c.chunks.ID
}

// loose says whether nothing in a run is held or lent.
func (e *Engine) loose(c *class, first uint32, now clock.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, ok := e.load(c, first, now)
	return ok
}

// makeRoom sees to it that the items in a run of a class can move elsewhere, if need be to a run that the least worth of all items
// make free. The moving lock is held.
func (e *Engine) makeRoom(c *class, first uint32, now clock.Time) {
	for range c.chunks.Span + 1 {
		switch {
		case e.arena.MayHave(c.chunks.Span) || e.roomy(c, first, now):
			return
		case e.arena.Left() >= c.chunks.Span:
			e.assemble(&transfer{to: c, now: now, asked: stale, near: e.balancer.cursor.Add(1)})
			return
		case !e.giveUp(now):
			return
		}
	}
}

// roomy says whether the class has other chunks for all items in a run, or the run is no longer its.
func (e *Engine) roomy(c *class, first uint32, now clock.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !e.owns(c, first) {
		return true
	}
	alive, spare, _ := e.load(c, first, now)
	return alive <= spare
}

// giveUp puts a run into the pool, of the class to which its pages are worth least, and reports whether one could be had.
func (e *Engine) giveUp(now clock.Time) bool {
	for _, asked := range []sacrifice{oneOfSeveral, theOnly} {
		tried := make(map[int]bool)
		for from := e.poorest(asked, tried); from != 0; from = e.poorest(asked, tried) {
			c := &e.classes[from]
			if page := e.clear(c, &transfer{now: now, asked: asked}); page != 0 {
				e.arena.GiveBack(page, c.chunks.Span)
				return true
			}
			tried[from] = true
		}
	}
	return false
}

// poorest returns the class to which a page is worth least, of those that bear a sacrifice; of several the one with the most pages.
// It returns 0 if there is none. Only the balancer may ask.
func (e *Engine) poorest(asked sacrifice, but map[int]bool) (from int) {
	least, most := math.Inf(1), int64(0)
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		if n := c.pages.Load(); n == 0 || n == 1 && asked == oneOfSeveral || but[i+1] {
			continue
		}
		if worth, pages := e.worth(c); worth < least || worth == least && pages > most {
			from, least, most = i+1, worth, pages
		}
	}
	return from
}

// worth returns what a page is worth to a class just now, and how many pages it has. Only the balancer may ask.
func (e *Engine) worth(c *class) (worth float64, pages int64) {
	m, runs := &e.balancer.market, c.pages.Load()
	s := m.stalls[c.chunks.ID]
	s.runs, s.span = int(runs), c.chunks.Span
	return m.worth(&s), runs * int64(c.chunks.Span)
}
