// Package null is an engine that stores nothing: every item is taken and forgotten, every get misses. It shows the least
// that plugs in, and what a server costs without storage.
package null

import (
	"context"
	"sync"
	"sync/atomic"

	"gocached/clock"
	"gocached/engine"
	"gocached/figure"
)

// maxHeld bounds the items that may be held at once, so that clients cannot make the server hold more and more memory.
const maxHeld = 1024

// Engine implements engine.Engine.
type Engine struct {
	itemMax int
	cas     atomic.Uint64
	held    atomic.Int64 // items allocated and not given back
	pool    sync.Pool    // of *[]byte
}

var _ engine.Engine = (*Engine)(nil)

// New returns an engine that waits for Initialize.
func New() *Engine { return &Engine{} }

// Info describes the engine.
func (e *Engine) Info() engine.Info {
	return engine.Info{Name: "null", Version: "1.0", Features: []string{"stores nothing"}, Figures: figureRows}
}

// figureRows describes what Stats reports.
var figureRows = map[string][]figure.Row{
	"":         engine.General[:],
	"slabs":    engine.SlabTotals[:],
	"gocached": {engine.NameRow},
}

// Initialize notes the largest item.
func (e *Engine) Initialize(s engine.Settings) error {
	e.itemMax = s.ItemMax
	return nil
}

// Shutdown does nothing.
func (e *Engine) Shutdown(context.Context) error { return nil }

// Stats reports an empty cache.
func (e *Engine) Stats(q engine.Query, emit func(name, value string)) engine.Status {
	switch q.Group {
	case "", "slabs":
		for _, row := range figureRows[q.Group] {
			emit(row.Name, "0")
		}
	case "items", "sizes", "cachedump", "reset":
	case "metadump", "mgdump":
		q.Cursor.Done = true
	case "gocached":
		emit(engine.NameRow.Name, "null")
	default:
		return engine.Unsupported
	}
	return engine.OK
}

// CanStore allows what is no larger than the largest item.
func (e *Engine) CanStore(keyLen, valueLen int, _ uint32) engine.Status {
	if valueLen < 0 || valueLen > e.itemMax-keyLen {
		return engine.TooLarge
	}
	return engine.OK
}

// Allocate returns memory from a pool; NoMemory when too much of it is held.
func (e *Engine) Allocate(key []byte, valueLen int, flags uint32, _ clock.Time, _ engine.Op) (engine.Item, engine.Status) {
	if status := e.CanStore(len(key), valueLen, flags); status != engine.OK {
		return engine.Item{}, status
	}
	if e.held.Add(1) > maxHeld {
		e.held.Add(-1)
		return engine.Item{}, engine.NoMemory
	}
	b, _ := e.pool.Get().(*[]byte)
	if b == nil || cap(*b) < valueLen {
		fresh := make([]byte, valueLen)
		b = &fresh
	}
	return engine.Item{Value: (*b)[:valueLen], Ref: 1}, engine.OK
}

// Release gives memory back to the pool.
func (e *Engine) Release(it engine.Item) {
	e.held.Add(-1)
	e.pool.Put(&it.Value)
}

// Remove finds nothing, silent or not.
func (e *Engine) Remove([]byte, engine.Removal) engine.Status { return engine.NotFound }

// Store forgets the item. An operation that needs one already there fails.
func (e *Engine) Store(it engine.Item, op engine.Op, _ uint64) (uint64, engine.Status) {
	if it.Draft == nil {
		e.Release(it)
	} else if status := e.CanStore(len(it.Draft.Key), len(it.Value), it.Draft.Flags); status != engine.OK {
		return 0, status
	}
	switch way := op.Way(); {
	case way == engine.OpSet || way == engine.OpAdd || joins(way) && op&engine.Vivify != 0:
		return e.next(engine.Chosen{Given: op&engine.WithCAS != 0, CAS: it.CAS}), engine.OK
	case way == engine.OpCAS:
		return 0, engine.NotFound
	}
	return 0, engine.NotStored
}

func joins(way engine.Op) bool { return way == engine.OpAppend || way == engine.OpPrepend }

// next returns the CAS of what is stored next.
func (e *Engine) next(as engine.Chosen) uint64 {
	if as.Given {
		return as.CAS
	}
	return e.cas.Add(1)
}

// Get misses every key, even one for which an empty item should be stored: there is no memory.
func (e *Engine) Get(keys []engine.Key, to engine.Reader) int {
	if _, ok := to.(engine.Prefetch); ok {
		return 0
	}
	for i := range keys {
		to.Miss(i)
	}
	return len(keys)
}

// Touch finds nothing.
func (e *Engine) Touch([]byte, clock.Time) (uint32, uint64, engine.Status) {
	return 0, 0, engine.NotFound
}

// Arithmetic finds nothing, and stores nothing where it may create.
func (e *Engine) Arithmetic(_ []byte, a *engine.Arithmetic) (value, newCAS uint64, status engine.Status) {
	if a.Create {
		a.Shown = a.Steps.Take(a.Exptime, true).Shown
		return a.Initial, e.next(a.As), engine.OK
	}
	return 0, 0, engine.NotFound
}

// Flush has nothing to do.
func (e *Engine) Flush(clock.Time) engine.Status { return engine.OK }
