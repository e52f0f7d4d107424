package memory

import (
	"runtime"
	"sync"
	"sync/atomic"

	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// flusher holds the flush horizon: an item whose stamp is below it is over. So a flush takes as long for a million items as for
// one. It is exact, since it does not depend on seconds.
type flusher struct {
	horizon atomic.Uint64
	passing atomic.Bool   // the horizon is being moved
	at      atomic.Uint32 // clock.Time of a delayed flush, or Never
	count   atomic.Uint32 // flushes so far
	mu      sync.Mutex    // one flush at a time
}

// Flush ends everything that was stored until now, or until a later moment. It replaces a delayed flush that is not due yet.
func (e *Engine) Flush(at clock.Time) engine.Status {
	now := e.now() // a flush that is due comes first
	e.flush.mu.Lock()
	defer e.flush.mu.Unlock()
	if at > now {
		e.flush.at.Store(uint32(at))
		return engine.OK
	}
	e.flush.at.Store(uint32(clock.Never))
	e.moveHorizon()
	return engine.OK
}

// now returns the second. If the moment of a delayed flush has come it flushes first. Every call of the engine that looks at
// items asks now for the time before it looks. So nobody sees an item after the moment that ended it.
func (e *Engine) now() clock.Time {
	now := e.clock.Now()
	if at := e.flush.at.Load(); at != 0 && uint32(now) >= at {
		e.flushDue(now)
	}
	return now
}

func (e *Engine) flushDue(now clock.Time) {
	e.flush.mu.Lock()
	defer e.flush.mu.Unlock()
	if at := e.flush.at.Load(); at == 0 || uint32(now) < at {
		return // another call has done it
	}
	e.moveHorizon()
	e.flush.at.Store(uint32(clock.Never)) // comes last, so that other calls wait above until the flush is done
}

// moveHorizon is the flush. Needs the flush lock.
//
// With CAS the horizon is the next CAS. Without CAS it is a generation: items that are stored from now on belong to the next
// one.
func (e *Engine) moveHorizon() {
	f := &e.flush
	defer f.count.Add(1) // who sees the number sees the horizon
	defer e.curve.Flush()
	if e.noCAS {
		if f.horizon.Load() == item.MaxGeneration {
			e.beginAgain()
			return
		}
		f.horizon.Add(1)
		return
	}
	f.passing.Store(true)
	f.horizon.Store(e.cas.Load() + 1)
	f.passing.Store(false)
}

// beginAgain is the flush behind the last generation. It ends every item by the lowest stamp, so that those to come can have the
// next. The table stands still meanwhile, once in two million flushes.
func (e *Engine) beginAgain() {
	e.table.LockAll()
	defer e.table.UnlockAll()
	e.table.Each(func(_ slab.Ref, h *item.Header) { h.SetStamp(0) })
	e.flush.horizon.Store(1)
}

// stamp returns a stamp for a change that was decided under the given horizon. ok is false if a flush came between: then the
// caller must look at the item again. A change counts as made at its stamp. So it comes wholly before or wholly after each
// flush.
//
// With CAS there are two cases. If the flush did not count the number of the change, the change must see the new horizon: so
// it waits while a horizon is being moved. If the flush did count it, the change may see the new horizon all the same: then it
// finds that the horizon has changed, and takes another number.
func (e *Engine) stamp(horizon uint64) (stamp uint64, ok bool) {
	if e.noCAS {
		return horizon, true
	}
	stamp = e.cas.Add(1)
	for e.flush.passing.Load() {
		runtime.Gosched()
	}
	return stamp, e.flush.horizon.Load() == horizon
}
