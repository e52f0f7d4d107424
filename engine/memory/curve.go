package memory

import (
	"fmt"

	"gocached/clock"
	"gocached/curve"
	"gocached/item"
	"gocached/slab"
)

// The curve is told of each get, store, touch and removal of a sampled key, with the key's stripe locked. Nothing tells it
// what is evicted or expired: it finds that out by itself, for every size of memory. Each line in the engine that tells it
// something first asks whether the key is sampled, which costs a comparison.

// sampledHit tells the curve that a get of a sampled key was a hit.
func (e *Engine) sampledHit(hash uint64, c *class, h *item.Header, now clock.Time) {
	e.curve.Hit(hash, e.measure(c, h), now)
}

// used tells the curve that an item was stored, or used otherwise than by a get.
func (e *Engine) used(hash uint64, c *class, h *item.Header, now clock.Time) {
	if e.curve.Samples(hash) {
		e.curve.Use(hash, e.measure(c, h), now)
	}
}

// forget tells the curve that what is stored under a key is removed, if there is anything.
func (e *Engine) forget(hash uint64, now clock.Time) {
	if e.curve.Samples(hash) {
		e.curve.Remove(hash, now)
	}
}

// measure returns what the curve needs to know of an item. Its bytes are those of its chunk: what unused ends of pages waste
// the curve finds out by itself.
func (e *Engine) measure(c *class, h *item.Header) curve.Item {
	return curve.Item{Bytes: c.chunks.Size, Ends: h.Exptime()}
}

// startCurve begins the curve for a limit, which is at least a page and at most all pages.
func (e *Engine) startCurve(limit int64) (err error) {
	if e.sample, err = slab.Reserve(curve.Size, 0); err != nil {
		return fmt.Errorf("memory: reserve memory for the curve: %w", err)
	}
	e.sample.SmallPages()
	page := int64(e.arena.PageSize())
	e.limit.Store(min(max(limit, page), int64(e.arena.Pages())*page))
	e.curve.Init(e.limit.Load(), e.allGets, e.sample.Start)
	e.curve.Kept = curveKept
	return nil
}

// curveKept is what this engine keeps better than a list of what was used last when memory is short, since its pages go where they
// bring most hits. So it was in replays of the loads of make hits with half of the memory, with each policy.
const curveKept = 0.15

// misses counts gets that found nothing, in several parts, as tallies do.
type misses [len(tallies{})]struct {
	counter
	_ [cacheLine - 8]byte
}

// of returns the part in which a key with this hash is counted.
func (m *misses) of(hash uint64) *counter { return &m[hash%uint64(len(m))].counter }

// reset sets all to zero.
func (m *misses) reset() {
	for i := range m {
		m[i].Store(0)
	}
}

// allGets returns how many gets there were, up to the last stats reset.
func (e *Engine) allGets() (n curve.Gets) {
	for i := range e.misses {
		n.Misses += float64(e.misses[i].Load())
	}
	for i := range e.classes {
		for j := range e.classes[i].tallies {
			n.Hits += float64(e.classes[i].tallies[j].getHits.Load())
		}
	}
	return n
}
