package memory

import (
	"fmt"
	"slices"

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
		"metadump":  e.statsMetadump,
		"mgdump":    e.statsMgdump,
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
	"gocached": slices.Concat([]figure.Row{engine.NameRow}, chosenRows, rowsOf(ownRows)),
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

// view is what statistics need of one of memcached 1.4.5's classes, the sum of those of ours that hold its items. Each of these
// is copied under its lock.
type view struct {
	id, size, perPage        int   // as in memcached
	used, free, items        int   // chunks in use, chunks given back, living items
	unused, occupied         int64 // bytes of chunks that were never used, and of those in use
	bytes                    uint64
	age                      uint32
	counts                   counts
	hits, incr, decr, badval uint64
}

// pages returns how many pages memcached would need for as many chunks.
func (v *view) pages() int { return (v.used + v.free + v.perPage - 1) / v.perPage }

// addTo adds what a class holds to a view.
func (e *Engine) addTo(v *view, c *class, now clock.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	chunks := &c.chunks
	used := chunks.Pages()*chunks.PerPage - chunks.Free() - chunks.Unused()
	v.used += used
	v.occupied += int64(used) * int64(chunks.Size)
	v.free += chunks.Free()
	v.unused += int64(chunks.Unused()) * int64(chunks.Size)
	v.items += c.living.items
	v.bytes += c.living.bytes
	v.counts.add(&c.counts)
	c.tallies.read(v)
	v.age = max(v.age, e.age(c, now))
}

// add adds the counts of another class.
func (t *counts) add(o *counts) {
	t.requested += o.requested
	t.linked += o.linked
	t.sets += o.sets
	for i := range t.unlinked {
		t.unlinked[i] += o.unlinked[i]
	}
	t.nonzero += o.nonzero
	if o.evictedAt >= t.evictedAt {
		t.evictedAt, t.evictedTime = o.evictedAt, o.evictedTime
	}
	t.outOfMemory += o.outOfMemory
	t.searches += o.searches
	t.promotions += o.promotions
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

// views calls f for each of memcached's classes.
func (e *Engine) views(f func(v view)) {
	now := e.clock.Now()
	views := make([]view, len(e.sizes.nominal.sizes)+1)
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		e.addTo(&views[c.nominal], c, now)
	}
	for i := 1; i < len(views); i++ {
		v := &views[i]
		v.id, v.size = i, e.sizes.nominal.sizes[i-1]
		v.perPage = e.itemMax / v.size
		f(*v)
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
