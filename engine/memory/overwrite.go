package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// A value that is all there when Store is called needs no chunk of its own if one of the same class is under its key: it is
// written there, under the stripe lock, so that nobody sees half of it. That spares a set the search for a chunk, two changes of
// lists and their neighbours, and most often the class lock, which is half of its time. An item that is lent stays as it is, and
// so does one that could be: a long value would be copied with others waiting.

// storeDraft is Store for an item that has no chunk. If it cannot be stored in place it gets one.
func (e *Engine) storeDraft(it engine.Item, op engine.Op, cas uint64) (uint64, engine.Status) {
	o := overwriting{Draft: it.Draft, value: it.Value, hash: e.table.Hash(it.Draft.Key), now: e.now()}
	if op <= engine.OpReplace || op == engine.OpCAS {
		stripe := e.table.Stripe(o.hash)
		stripe.Lock()
		newCAS, done, status := e.overwrite(&o, op, cas)
		stripe.Unlock()
		if done {
			return newCAS, status
		}
	}
	made, status := e.Allocate(it.Draft.Key, len(it.Value), it.Draft.Flags, it.Draft.Exptime, op)
	if status != engine.OK {
		return 0, status
	}
	made.CAS, made.Joined = it.CAS, it.Joined
	copy(made.Value, it.Value)
	newCAS, status := e.Store(made, op, cas)
	if status == engine.NoMemory {
		e.Release(made)
	}
	return newCAS, status
}

// overwriting is one store in place.
type overwriting struct {
	*engine.Draft
	value []byte
	hash  uint64
	now   clock.Time
}

// overwrite stores a value in the place of the one under its key. done is false if that is not possible and nothing has happened.
// Needs the stripe lock.
func (e *Engine) overwrite(o *overwriting, op engine.Op, cas uint64) (newCAS uint64, done bool, status engine.Status) {
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(o.hash, o.Key, o.now, horizon)
		if old.h == nil || old.h.Large() {
			return 0, false, engine.OK
		}
		c := e.classOf(old.ref)
		if !e.suits(o, c, old.h) {
			return 0, false, engine.OK
		}
		if status := e.allowed(old, op, cas); status != engine.OK {
			e.usedBy(old, o.hash, o.now)
			c.mu.Lock()
			c.counts.sets++
			c.mu.Unlock()
			return 0, true, status
		}
		if stamp, ok := e.stamp(horizon); ok {
			e.write(o, c, old.ref, old.h, stamp)
			c.countOverwritten(o.hash, op)
			return old.h.CAS(), true, engine.OK
		}
	}
}

// suits says whether an item has the place that a new one would get. One that is over at once is linked elsewhere than others, and
// a guest may find a better place by now.
func (e *Engine) suits(o *overwriting, c *class, h *item.Header) bool {
	shape := item.ShapeOf(len(o.value), o.Flags, len(o.value) >= e.lendFrom, e.noCAS)
	size := shape.Size(len(o.Key))
	if !h.Like(shape) || size <= c.below || size > c.chunks.Size || o.Exptime != clock.Never && o.Exptime <= o.now {
		return false
	}
	return h.ValueLen() == len(o.value) && h.Flags() == o.Flags ||
		e.sizes.nominal.class(item.NominalSize(len(o.Key), len(o.value), o.Flags, !e.noCAS)) == c.nominal
}

// write makes an item the new one. Needs the stripe lock.
func (e *Engine) write(o *overwriting, c *class, ref slab.Ref, h *item.Header, stamp uint64) {
	if !c.policy.OverwritesFree() || h.ValueLen() != len(o.value) || h.Flags() != o.Flags {
		e.writeLocked(o, c, ref, h, stamp)
	} else {
		h.Overwrite(o.Exptime, stamp)
		c.policy.Overwritten(e.arena, ref, h, o.now)
	}
	copy(h.Value(), o.value)
	e.ends(c, ref, o.Exptime, o.now)
	e.used(o.hash, c, h, o.now)
}

// writeLocked writes what is guarded by the class lock too.
func (e *Engine) writeLocked(o *overwriting, c *class, ref slab.Ref, h *item.Header, stamp uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.recount(c)
	c.living.count(h, -1)
	e.inflow(c, h, -1)
	c.counts.requested -= uint64(h.NominalSize())
	h.Reshape(len(o.value), o.Flags)
	h.Overwrite(o.Exptime, stamp)
	c.counts.requested += uint64(h.NominalSize())
	c.living.count(h, 1)
	e.inflow(c, h, 1) // an item that was a guest may be at home now
	c.policy.Overwritten(e.arena, ref, h, o.now)
}

// countOverwritten counts a store in place.
func (c *class) countOverwritten(hash uint64, op engine.Op) {
	if !c.overwritten.Load() {
		c.overwritten.Store(true)
	}
	if t := c.tallies.of(hash); op == engine.OpCAS {
		t.swapped.Add(1)
	} else {
		t.overwritten.Add(1)
	}
}
