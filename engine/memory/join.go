package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/slab"
)

// retries bounds how often a change that makes a new item out of an old one lets the stripe go to find memory.
const retries = 16

// join carries out append and prepend: it makes a new item of the old value and the new part, under the old one's flags
// and exptime, and puts it in the old one's place. The part is freed, unless there is no memory for both.
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

// change says which key is to get a new value that follows from its old one.
type change struct {
	hash uint64
	key  []byte
	now  clock.Time
}

// lengthFunc looks at the item there, whose header may be nil, and says how long the new value will be, or that the
// change is off. fillFunc writes it. Both may run several times, with the stripe lock held, and the last run counts.
type (
	lengthFunc func(old found) (int, engine.Status)
	fillFunc   func(old found, value []byte)
)

// change replaces the item under a key by a new one made from it, as one step.
//
// Memory for the new item is looked for with the stripe held. If there is none to be had that way, the stripe is let go,
// memory is found, and everything begins again with a new look; what was found is used if it is still the right size.
// Either way the item that is worked on is no victim: where there is nothing else, it stays as it is.
func (e *Engine) change(c *change, length lengthFunc, fill fillFunc) (newCAS uint64, status engine.Status) {
	stripe := e.table.Stripe(c.hash)
	var ready chunk
	for range retries {
		stripe.Lock()
		newCAS, status := e.changeLocked(c, &ready, length, fill)
		stripe.Unlock()
		e.giveBack(&ready)
		if status != engine.NoMemory || ready.nominal == nil {
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

// chunk is a chunk that was taken ahead for what it is wanted for; ref is None while it is only wanted.
type chunk struct {
	want
	ref slab.Ref
}

// changeLocked is one attempt. With NoMemory it leaves in ready what it wants, if that can be had at all.
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

// ready returns the chunk taken ahead, if it is what is wanted, else one that can be had without waiting. If there is
// none it notes the wish.
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
