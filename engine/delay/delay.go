// Package delay is an engine that makes its callers wait: another engine, whose calls take as long as those of a disk or of
// a server elsewhere would. Operators try with it what a slow store does to their clients, and tests whether the server can
// serve an engine that waits.
//
// A call waits first and is the other engine's from then on, so what is true of that one's locks, of the bytes that it shows
// and lends, and of time is true here: an item that ends while a get waits for it is missed.
package delay

import (
	"maps"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"gocached/clock"
	"gocached/engine"
	"gocached/figure"
)

const name = "delay"

// most is the longest wait, and the longest jitter.
const most = 10 * time.Second

// What -o delay_calls can be.
const (
	all    = "all"
	reads  = "reads"
	writes = "writes"
)

var options = []engine.Option{
	{
		Key: "delay", Kind: engine.Duration(most), Default: "1ms",
		Help: "how long a call waits, be it a get of one key or of many at once, a store or a change (default: 1ms)",
	},
	{
		Key: "delay_jitter", Kind: engine.Duration(most), Default: "0s",
		Help: "a time of at most this, another for each call, is waited on top (default: 0s)",
	},
	{
		Key: "delay_calls", Kind: engine.OneOf("which", all, reads, writes), Default: all,
		Help: "which calls wait: reads, which are gets and statistics, writes, or all (default: all)",
	},
}

// Engine implements engine.Engine. What is not here is the other engine's: calls that need nothing but the process's own
// memory wait for nobody.
type Engine struct {
	engine.Engine
	wait, jitter  time.Duration
	reads, writes bool // which calls wait
	calls         atomic.Uint64
	sleep         func(time.Duration)
}

var _ engine.Engine = (*Engine)(nil)

// New returns an engine that waits for Initialize. The other, which stores, must not be initialized, and belongs to it.
func New(other engine.Engine) *Engine { return &Engine{Engine: other, sleep: time.Sleep} }

// Info describes the engine: it blocks.
func (e *Engine) Info() engine.Info {
	info := e.Engine.Info()
	return engine.Info{
		Name:     name,
		Version:  info.Version,
		Features: append([]string{"waits"}, info.Features...),
		Blocks:   true,
		Options:  options,
		Figures:  figureRows(info.Figures),
	}
}

// callsRow describes the figure that is this engine's own.
var callsRow = figure.New("delayed_calls", figure.Counter, figure.None, "Calls of the engine that had to wait.")

// figureRows adds it to those of the other engine, behind the name.
func figureRows(other map[string][]figure.Row) map[string][]figure.Row {
	rows := maps.Clone(other)
	rows["gocached"] = []figure.Row{engine.NameRow, callsRow}
	for _, row := range other["gocached"] {
		if row != engine.NameRow {
			rows["gocached"] = append(rows["gocached"], row)
		}
	}
	return rows
}

// Initialize notes how long to wait, and initializes the other engine, which waits for nobody.
func (e *Engine) Initialize(s engine.Settings) error {
	e.wait, e.jitter = s.Options.Duration("delay"), s.Options.Duration("delay_jitter")
	e.reads, e.writes = s.Options["delay_calls"] != writes, s.Options["delay_calls"] != reads
	return e.Engine.Initialize(s)
}

// pause waits, if calls of this kind do.
func (e *Engine) pause(kind bool) {
	if !kind {
		return
	}
	e.calls.Add(1)
	if d := e.wait + rand.N(e.jitter+1); d > 0 {
		e.sleep(d)
	}
}

// Stats reports the other engine's figures, and under its own name how many calls had to wait.
func (e *Engine) Stats(q engine.Query, emit func(name, value string)) engine.Status {
	e.pause(e.reads)
	switch q.Group {
	case "reset":
		e.calls.Store(0)
	case "gocached":
		emit(engine.NameRow.Name, name)
		emit(callsRow.Name, strconv.FormatUint(e.calls.Load(), 10))
		return e.Engine.Stats(q, func(key, value string) {
			if key != engine.NameRow.Name {
				emit(key, value)
			}
		})
	}
	return e.Engine.Stats(q, emit)
}

// Get waits once for the whole run. A prefetch asks for nothing, so it does not wait.
func (e *Engine) Get(keys []engine.Key, to engine.Reader) int {
	_, ahead := to.(engine.Prefetch)
	e.pause(e.reads && !ahead)
	return e.Engine.Get(keys, to)
}

// Store waits and stores.
func (e *Engine) Store(it engine.Item, op engine.Op, cas uint64) (uint64, engine.Status) {
	e.pause(e.writes)
	return e.Engine.Store(it, op, cas)
}

// Remove waits and removes.
func (e *Engine) Remove(key []byte, r engine.Removal) engine.Status {
	e.pause(e.writes)
	return e.Engine.Remove(key, r)
}

// Touch waits and touches.
func (e *Engine) Touch(key []byte, exptime clock.Time) (uint32, uint64, engine.Status) {
	e.pause(e.writes)
	return e.Engine.Touch(key, exptime)
}

// Arithmetic waits and calculates.
func (e *Engine) Arithmetic(key []byte, a *engine.Arithmetic) (value, newCAS uint64, status engine.Status) {
	e.pause(e.writes)
	return e.Engine.Arithmetic(key, a)
}

// Flush waits and flushes.
func (e *Engine) Flush(at clock.Time) engine.Status {
	e.pause(e.writes)
	return e.Engine.Flush(at)
}
