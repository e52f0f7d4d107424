package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/slab"
)

// retries bounds how often a change that makes a new item of an old one unlocks the stripe to find memory.
const retries = 16

// join carries out append and prepend. It makes a new item of the old value and the new part, with the flags and the exptime of
// the old item, and puts it in the old item's place. Then it frees the part. If there is no memory the part stays the caller's.
func (e *Engine) join(it engine.Item, op engine.Op, cas uint64) (newCAS uint64, status engine.Status) {
	part := e.at(slab.Ref(it.Ref))
	c := change{hash: part.Hash(), key: part.Key(), now: e.now()}
	newCAS, status = e.change(&c, func(old found) (int, engine.Status) {
		if status := e.allowed(old, op, cas); status != engine.OK {
			return 0, status
		}
		return old.h.ValueLen() + part.ValueLen(), engine.OK
	}, func(old found, value []byte) {
		first, second := old.h.Value(), part.Value()
		if op == engine.OpPrepend {
			first, second = second, first
		}
		copy(value[copy(value, first):], second)
	})
	if status == engine.NoMemory {
		return 0, status
	}
	e.refuse(slab.Ref(it.Ref), part, 1)
	if status == engine.NoClass || status == engine.TooLarge {
		status = engine.NotStored
	}
	return newCAS, status
}

// change is a change of the item under a key whose new value depends on the old one.
type change struct {
	hash uint64
	key  []byte
	now  clock.Time
}

// lengthFunc looks at the old item, whose header may be nil. It says how long the new value will be, or by a status that the
// change is called off. fillFunc writes the new value. Both may run several times, with the stripe lock held; the last time
// counts.
type (
	lengthFunc func(old found) (int, engine.Status)
	fillFunc   func(old found, value []byte)
)

// change replaces the item under a key by a new one that is made from it, as one step.
//
// It first looks for memory with the stripe locked. If that finds none it unlocks the stripe, finds memory, and begins again
// with a new look at the item. The memory is used if it still has the right size. The old item is never evicted for the new
// one: if there is nothing else to evict it stays as it is.
func (e *Engine) change(c *change, length lengthFunc, fill fillFunc) (newCAS uint64, status engine.Status) {
	stripe := e.table.Stripe(c.hash)
	var ready chunk
	for range retries {
		stripe.Lock()
		newCAS, status := e.changeLocked(c, &ready, length, fill)
		stripe.Unlock()
		e.giveBack(&ready)
		if status != engine.NoMemory || ready.class == nil {
			e.table.Grow(c.hash)
			return newCAS, status
		}
		if ready.ref = e.take(&ready.want); ready.ref == slab.None {
			break
		}
	}
	e.giveBack(&ready)
	return 0, engine.NoMemory
}

// chunk is a chunk that was taken ahead for a want. ref is None while it is only wanted.
type chunk struct {
	want
	ref slab.Ref
}

// changeLocked is one attempt, with the stripe locked. If it returns NoMemory, ready says which chunk it wants. It says nothing
// if no chunk would do.
func (e *Engine) changeLocked(c *change, ready *chunk, length lengthFunc, fill fillFunc) (uint64, engine.Status) {
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(c.hash, c.key, c.now, horizon)
		n, status := length(old)
		if status != engine.OK {
			return 0, status
		}
		flags, exptime := old.h.Flags(), old.h.Exptime()
		w := want{now: c.now, keep: c.key}
		if status = e.plan(&w, len(c.key), n, flags); status != engine.OK {
			return 0, status
		}
		ref := e.ready(ready, &w)
		if ref == slab.None {
			return 0, engine.NoMemory
		}
		h := e.at(ref)
		h.Write(c.key, flags, exptime)
		fill(old, h.Value())
		stamp, ok := e.stamp(horizon)
		if !ok {
			e.release(ref, h)
			continue
		}
		e.link(old, ref, h, &linking{hash: c.hash, stamp: stamp, now: c.now, why: replaced})
		return h.CAS(), engine.OK
	}
}

// ready returns the chunk that was taken ahead if it fits the want, else one that can be had without waiting. If there is none
// it returns None, and notes the want in ahead.
func (e *Engine) ready(ahead *chunk, w *want) slab.Ref {
	if ref := ahead.ref; ref != slab.None && ahead.want.like(w) {
		*ahead = chunk{}
		return ref
	}
	e.giveBack(ahead)
	*ahead = chunk{}
	ref := e.try(w)
	if ref == slab.None {
		ahead.want = *w
	}
	return ref
}

// giveBack frees a chunk that was taken ahead and not used.
func (e *Engine) giveBack(ahead *chunk) {
	if ahead.ref == slab.None {
		return
	}
	c := e.classOf(ahead.ref)
	c.mu.Lock()
	defer c.mu.Unlock()
	e.freeSized(c, ahead.ref, e.at(ahead.ref), ahead.size)
	ahead.ref = slab.None
}
