package memory

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"gocached/clock"
	"gocached/engine"
)

// flusher knows the flush horizon: an item whose stamp is below it is over. So a flush takes no longer for a million
// items than for one, and is exact: seconds play no part.
type flusher struct {
	horizon atomic.Uint64
	passing atomic.Bool   // the horizon is being moved
	at      atomic.Uint32 // clock.Time of a delayed flush, or Never
	count   atomic.Uint32 // flushes so far
	mu      sync.Mutex    // one flush at a time
}

// Flush ends everything stored until now, or until a moment to come. It replaces a delayed flush that is not due yet.
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

// now returns the second, after it has carried out a delayed flush if its moment has come. Every call of the engine that
// looks at items learns the time here, and before it looks: so nobody sees an item after the moment that ended it.
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
		return // somebody else has done it
	}
	e.moveHorizon()
	e.flush.at.Store(uint32(clock.Never)) // only now, so that the others wait above until it is done
}

// moveHorizon is the flush. Needs the flush lock.
//
// With CAS the horizon is the next CAS to be given out. Without, it is a generation, and the items that are stored from
// now on belong to the next one. Stopping at the last generation would need 2^32 flushes; from there on items that were
// stored since are not flushed, rather than all of them lost.
func (e *Engine) moveHorizon() {
	f := &e.flush
	defer f.count.Add(1) // who sees the number sees the horizon
	if e.noCAS {
		f.horizon.Store(min(f.horizon.Load()+1, math.MaxUint32))
		return
	}
	f.passing.Store(true)
	f.horizon.Store(e.cas.Load() + 1)
	f.passing.Store(false)
}

// stamp gives out a stamp for a change that was decided in view of the given horizon, and reports whether it still
// stands: if not, a flush came between, and the caller must look again. The change then counts as made at its stamp, so
// every change comes wholly before or wholly after each flush.
//
// With CAS that takes some care. A change whose number the flush did not count must see the new horizon, so it waits
// while one is being moved. A change whose number the flush did count may see the new horizon too; it finds the horizon
// changed, and takes another number.
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
