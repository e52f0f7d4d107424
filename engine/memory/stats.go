package memory

import (
	"fmt"

	"gocached/clock"
	"gocached/engine"
	"gocached/figure"
	"gocached/slab"
)

// emitter receives a figure: see engine.Stats.
type emitter = func(name, value string)

// Stats reports the groups that engine.Query lists. It looks at one class after the other. Each figure was true when its class
// was looked at.
func (e *Engine) Stats(q engine.Query, emit func(name, value string)) engine.Status {
	groups := map[string]func(engine.Query, emitter){
		"":          e.statsGeneral,
		"items":     e.statsItems,
		"slabs":     e.statsSlabs,
		"sizes":     e.statsSizes,
		"cachedump": e.statsCachedump,
		"reset":     e.statsReset,
		"gocached":  e.statsOwn,
		"memory":    e.statsMemory,
		"modern":    e.statsModern,
		"curve":     e.statsCurve,
	}
	group := groups[q.Group]
	if group == nil {
		return engine.Unsupported
	}
	e.now() // a flush that is due comes first
	group(q, emit)
	return engine.OK
}

// row is a figure, and where its value comes from: a view of a class, or the engine as a whole.
type row[From any] struct {
	figure.Row
	of func(From) uint64
}

// figureRows describes what Stats reports, by group.
var figureRows = map[string][]figure.Row{
	"":         engine.General[:],
	"items":    rowsOf(itemRows),
	"slabs":    append(rowsOf(slabRows), engine.SlabTotals[:]...),
	"sizes":    {sizeRow},
	"gocached": append([]figure.Row{engine.NameRow}, rowsOf(ownRows)...),
	"memory":   rowsOf(memoryRows),
	"modern":   rowsOf(modernRows),
	"curve":    curveFigures(),
}

// rowsOf returns rows without their values.
func rowsOf[From any](rows []row[From]) (out []figure.Row) {
	for _, r := range rows {
		out = append(out, r.Row)
	}
	return out
}

// view is what statistics need of a class, copied under its lock.
type view struct {
	id, size, perPage, pages int
	free, unused, items      int
	bytes                    uint64
	age                      uint32
	counts                   counts
	hits, incr, decr, badval uint64
}

func (e *Engine) view(c *class, now clock.Time) view {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	v := view{
		id: c.chunks.ID, size: c.chunks.Size, perPage: c.chunks.PerPage, pages: c.chunks.Pages(),
		free: c.chunks.Free(), unused: c.chunks.Unused(), items: c.living.items, bytes: c.living.bytes, counts: c.counts,
	}
	c.tallies.read(&v)
	v.age = e.age(c, now)
	return v
}

// age returns for how long the oldest living item of the class has not been used. If there are many items that are over at the
// tail, it is the age of one of them. Needs the class lock.
func (e *Engine) age(c *class, now clock.Time) (age uint32) {
	ref := c.policy.Victim()
	for n := tries; ref != slab.None && n > 0; n-- {
		h := e.at(ref)
		age = h.Idle(now)
		if !e.expired(h, now) {
			break
		}
		ref = c.policy.NextVictim(e.arena, ref, h)
	}
	return age
}

// views calls f for each class.
func (e *Engine) views(f func(v view)) {
	now := e.clock.Now()
	for i := range e.classes[1:] {
		f(e.view(&e.classes[i+1], now))
	}
}

func text[N int | int64 | uint32 | uint64](n N) string { return fmt.Sprint(n) }

// statsReset zeroes the counters of every class, but not the gauges.
func (e *Engine) statsReset(engine.Query, emitter) {
	e.misses.reset()
	for i := range e.classes {
		c := &e.classes[i]
		c.mu.Lock()
		c.counts = counts{requested: c.counts.requested}
		c.tallies.reset()
		c.mu.Unlock()
	}
	e.curve.Reset()
}
