package memory

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// An item that is over leaves memory, the figures and the lists in the second in which it ends or in the next one. A
// goroutine takes it out, so that no client waits for that. The clock wakes the goroutine when a second begins and there may
// be something to do. It finds items that have ended by time through the bounds (due.go), and works until there are no more.
// Items that a flush has ended do not count from the moment of the flush on (living in class.go). The goroutine takes them
// out of memory page by page, slowly.
//
// With ten million items that end at random within an hour it works for 4 ms in a second: 1.3 us for each item that is over. A
// million items that end at once take 120 ms (EPYC, go test ./engine/memory -bench Reap). It locks a class for 2 to 10 us at a
// time.

const (
	// reapPause is how many chunks are looked at between two pauses in which others may have the processor. An item that is
	// taken out counts as reapItem chunks. That is some 200 microseconds. No lock is held for longer than a block takes.
	reapPause = 1 << 14
	reapItem  = 1 << 4

	// While the goroutine takes out what a flush has ended it rests in every fourth of these pauses. That is two thirds of the
	// time, since the system rounds a rest up to a millisecond.
	flushRest  = 500 * time.Microsecond
	flushEvery = 4
)

// reaper is the state of the goroutine.
type reaper struct {
	mu   sync.Mutex // held while it works
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	now     clock.Time    // the last second that is done
	release clock.Time    // when memory may go back to the system next
	flushes atomic.Uint32 // how many flushes are done
	work    int           // since the last pause
	pauses  int
	over    [1 << blockBits]ended
}

// ended is an item that is over.
type ended struct {
	ref  slab.Ref
	hash uint64
}

// startReaper begins reaping.
func (e *Engine) startReaper() {
	r := &e.reaper
	r.stop, r.done = make(chan struct{}), make(chan struct{})
	if e.simulate != nil {
		close(r.done)
		return
	}
	if r.wake == nil {
		r.wake = make(chan struct{}, 1)
		e.clock.Tell(e.wakeReaper)
	}
	go e.reapOn()
}

// wakeReaper is called when a second has begun.
func (e *Engine) wakeReaper() {
	r := &e.reaper
	now := e.now()
	select {
	case <-r.stop:
		return // the engine is shut down
	default:
	}
	if e.arena.Stranded() > 0 {
		e.nudge()
	}
	if e.resizer.lowered.Load() || e.due.has(now) || e.flush.count.Load() != r.flushes.Load() || e.empty.Load() > 0 || e.arena.Cooling() && e.releaseAfter > 0 {
		select {
		case r.wake <- struct{}{}:
		default: // it knows
		}
	}
}

// stopReaper ends it and waits for that.
func (e *Engine) stopReaper() {
	close(e.reaper.stop)
	<-e.reaper.done
}

// reapOn is the goroutine.
func (e *Engine) reapOn() {
	r := &e.reaper
	defer close(r.done)
	for {
		select {
		case <-r.stop:
			return
		case <-r.wake:
		}
		e.reap()
		e.checker.check(e)
	}
}

// reap takes out all that is over.
func (e *Engine) reap() {
	r := &e.reaper
	r.mu.Lock()
	defer r.mu.Unlock()
	if !e.reapDue() {
		return
	}
	e.giveBackUnused()
	e.releasePages()
	if n := e.flush.count.Load(); n != r.flushes.Load() && e.reapFlushed() {
		r.flushes.Store(n)
	}
}

// reapDue takes out what has ended by time, once in a second. goOn is false if the engine is being shut down.
func (e *Engine) reapDue() (goOn bool) {
	r := &e.reaper
	now := e.now()
	if now == r.now {
		return true
	}
	e.markIdle()
	goOn = e.due.take(now, func(first slab.Ref) bool {
		e.reapBlock(first, now)
		return e.pause(false)
	})
	if goOn {
		r.now = now
	}
	return goOn
}

// reapFlushed takes out what a flush has ended, and what ends by time meanwhile. goOn is false if the engine is being shut
// down.
func (e *Engine) reapFlushed() (goOn bool) {
	goOn = true
	e.arena.EachPage(func(page uint32, number int) {
		c := &e.classes[number]
		if !goOn || !e.hasFlushed(c) {
			return
		}
		for i := 0; i < c.chunks.PerPage && goOn; i += e.due.block() {
			e.reapBlock(e.arena.Chunk(page, i), e.now())
			goOn = e.pause(true)
		}
		goOn = goOn && e.reapDue()
	})
	return goOn
}

// hasFlushed says whether a class has items that a flush has ended.
func (e *Engine) hasFlushed(c *class) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	return c.policy.Len() > c.living.items
}

// pause lets others have the processor when that is due. goOn is false if the engine is being shut down.
func (e *Engine) pause(flush bool) (goOn bool) {
	r := &e.reaper
	if r.work < reapPause || e.simulate != nil {
		return true
	}
	r.work = 0
	r.pauses++
	if flush && r.pauses%flushEvery == 0 {
		time.Sleep(flushRest)
	} else {
		runtime.Gosched()
	}
	select {
	case <-r.stop:
		return false
	default:
		return true
	}
}

// reapBlock takes out the items of a block that are over. An item in a locked stripe is left for the next second.
func (e *Engine) reapBlock(first slab.Ref, now clock.Time) {
	page, c := e.arena.PageOf(first), e.lockClassOf(first)
	if c == nil {
		return
	}
	horizon, next := e.flush.horizon.Load(), clock.Never
	end := min(first+slab.Ref(e.due.block()), max(first, e.arena.Chunk(page, c.chunks.Used(e.arena, page))))
	e.table.PrefetchHeaders(first, int(end-first))
	e.reaper.work += int(end - first)
	over := e.reaper.over[:0]
	for r := first; r < end; r++ {
		h := e.at(r)
		if h.State() != item.Linked {
			continue
		}
		if h.Expired(now, horizon) {
			hash := e.table.Hash(h.Key())
			e.table.PrefetchBucket(hash)
			over = append(over, ended{r, hash})
		} else if t := h.Exptime(); t != clock.Never && (next == clock.Never || t < next) {
			next = t
		}
	}
	for _, o := range over {
		h := e.at(o.ref)
		e.table.PrefetchFirst(o.hash)
		e.table.PrefetchItem(h.Next)
		e.table.PrefetchItem(h.Prev)
	}
	for _, o := range over {
		if !e.reapItem(c, o, now) {
			next = clock.Past
		}
	}
	c.mu.Unlock()
	if next != clock.Never {
		e.due.note(first, next)
	}
}

// lockClassOf locks the class to which the page of a chunk belongs, and returns it. It returns nil if the page belongs to no
// class: it is changing hands, and nothing is in it.
func (e *Engine) lockClassOf(r slab.Ref) *class {
	for {
		number := e.arena.ClassOf(r)
		if number == 0 {
			return nil
		}
		c := &e.classes[number]
		c.mu.Lock()
		if e.arena.ClassOf(r) == number {
			return c
		}
		c.mu.Unlock()
	}
}

// reapItem takes out an item that is over. It reports false if the item stays: its stripe is locked, or it has got a later end.
// The chunk of a lent item is freed when the item is given back. Needs the class lock.
func (e *Engine) reapItem(c *class, o ended, now clock.Time) bool {
	h, stripe := e.at(o.ref), e.table.Stripe(o.hash)
	if !stripe.TryLock() {
		return false
	}
	defer stripe.Unlock()
	why := e.why(h, now)
	if why == evicted {
		return false // a call has just given it a later end
	}
	e.table.Delete(o.hash, e.table.FindRef(o.hash, o.ref), h)
	e.drop(c, o.ref, h, why)
	e.reaper.work += reapItem
	return true
}
