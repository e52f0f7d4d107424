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

// Items that are over leave memory, and with it the figures and lists, in the second in which they end or the next one. A
// goroutine sees to that, so that no client waits for it. The clock wakes it when a second begins and there may be something
// to do. What has ended by time it
// finds through the bounds (due.go), and goes on until there is no more. What a flush has ended counts no more from the
// moment of the flush (living in class.go); it takes that out of memory page by page, and takes its time.
//
// Among ten million items that end at random within an hour it works for 4 ms in a second, 1.3 us for each that is over, and
// a million that end at once take 120 ms (EPYC, go test ./engine/memory -bench Reap). A class is locked for 2 to 10 us at a time.

const (
	// reapPause is how many chunks are looked at between two moments at which others may have the processor, where an item
	// that goes counts as reapItem chunks: some 200 microseconds. No lock is held for longer than a block takes.
	reapPause = 1 << 14
	reapItem  = 1 << 4

	// While the goroutine takes out what a flush has ended it rests at every fourth of these moments, which is two thirds of
	// the time, as the system rounds a rest up to a millisecond.
	flushRest  = 500 * time.Microsecond
	flushEvery = 4
)

// reaper is what the goroutine has.
type reaper struct {
	mu   sync.Mutex // held while it works
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	now     clock.Time    // the second for which it has done its work
	flushes atomic.Uint32 // the flushes for which it has
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
	if e.due.has(now) || e.flush.count.Load() != r.flushes.Load() || e.empty.Load() > 0 {
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
	if n := e.flush.count.Load(); n != r.flushes.Load() && e.reapFlushed() {
		r.flushes.Store(n)
	}
}

// reapDue takes out what has ended by time, once in a second. False means that the engine is being shut down.
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

// reapFlushed takes out what a flush has ended, and what ends by time meanwhile.
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

// hasFlushed says whether there is something in a class that a flush has ended.
func (e *Engine) hasFlushed(c *class) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	return c.policy.Len() > c.living.items
}

// pause lets others have the processor if it is time. False means that the engine is being shut down.
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

// reapBlock takes out what is over in a block. What is in a locked stripe is left for the next second.
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

// lockClassOf locks the class to which the page of a chunk belongs, and returns it; nil if the page changes hands, and
// nothing is in it.
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

// reapItem takes out an item that is over, unless its stripe is locked. If it is lent its chunk is free when it is given
// back. Needs the class lock.
func (e *Engine) reapItem(c *class, o ended, now clock.Time) bool {
	h, stripe := e.at(o.ref), e.table.Stripe(o.hash)
	if !stripe.TryLock() {
		return false
	}
	defer stripe.Unlock()
	why := e.why(h, now)
	if why == evicted {
		return false // somebody has just given it a later end
	}
	e.table.Delete(o.hash, e.table.FindRef(o.hash, o.ref), h)
	e.drop(c, o.ref, h, why)
	e.reaper.work += reapItem
	return true
}
