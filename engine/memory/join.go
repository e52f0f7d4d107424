package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// retries bounds how often a change that makes a new item out of an old one lets the stripe go to find memory.
const retries = 16

// join carries out append and prepend: it makes a new item of the old value and the new part, under the old one's flags
// and exptime, and puts it in the old one's place. The part is freed, whatever becomes of it.
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
	e.refuse(slab.Ref(it.Ref), part, 1)
	if status == engine.NoMemory || status == engine.TooLarge {
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

// change replaces the item under a key by a new one made from it, as one step. length looks at the item there, whose
// header may be nil, and says how long the new value will be, or that the change is off; fill writes it. Both may run
// several times, with the stripe lock held, and the last run counts.
//
// Memory for the new item is looked for with the stripe held, so the item that is worked on cannot be its victim. If
// there is none to be had that way, the stripe is let go, memory is found and put on a free list, and everything begins
// again with a new look.
func (e *Engine) change(c *change, length func(found) (int, engine.Status), fill func(found, []byte)) (uint64, engine.Status) {
	stripe := e.table.Stripe(c.hash)
	for range retries {
		stripe.Lock()
		newCAS, w, status := e.changeLocked(c, length, fill)
		stripe.Unlock()
		if status != engine.NoMemory || w.nominal == nil {
			e.table.Grow(c.hash)
			return newCAS, status
		}
		ref := e.take(&w)
		if ref == slab.None {
			return 0, engine.NoMemory
		}
		e.giveBack(ref, &w)
	}
	return 0, engine.NoMemory
}

// changeLocked is one attempt. With NoMemory it says what it wants, if that can be had at all.
func (e *Engine) changeLocked(c *change, length func(found) (int, engine.Status), fill func(found, []byte)) (newCAS uint64, w want, status engine.Status) {
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(c.hash, c.key, c.now, horizon)
		n, status := length(old)
		if status != engine.OK {
			return 0, want{}, status
		}
		flags, exptime := old.h.Flags(), old.h.Exptime()
		if status = e.plan(&w, len(c.key), n, flags); status != engine.OK {
			return 0, want{}, status
		}
		w.now = c.now
		ref := e.try(&w)
		if ref == slab.None {
			return 0, w, engine.NoMemory
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
		return h.CAS(), want{}, engine.OK
	}
}

// giveBack frees a chunk that take found.
func (e *Engine) giveBack(ref slab.Ref, w *want) {
	c := e.classOf(ref)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.requested -= uint64(w.size)
	item.At(e.arena, ref).Clear()
	c.chunks.Release(e.arena, ref)
	c.hint()
}
