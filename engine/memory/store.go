package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// Store links an item from Allocate under its key, or joins it with the item there, if the operation's conditions hold. Else it
// frees the item.
//
// Test and change happen under one hold of the key's stripe lock, so no other call sees the key in between. They come wholly
// before or wholly after each flush (see stamp).
func (e *Engine) Store(it engine.Item, op engine.Op, cas uint64) (uint64, engine.Status) {
	e.checker.check(e)
	if it.Draft != nil {
		return e.storeDraft(it, op, cas)
	}
	var newCAS uint64
	var status engine.Status
	at := e.heldAt(it)
	if way := op.Way(); way == engine.OpAppend || way == engine.OpPrepend {
		newCAS, status = e.join(it, op, cas)
	} else {
		newCAS, status = e.store(it, op&^engine.Vivify, cas, 1)
	}
	if status != engine.NoMemory {
		e.settled(it, at)
	}
	return newCAS, status
}

// store is Store for everything but append and prepend. sets is 1 if it counts as a client's set. With engine.Vivify it stores the
// part of a join: if it may not the part is still the caller's.
func (e *Engine) store(it engine.Item, op engine.Op, cas, sets uint64) (uint64, engine.Status) {
	ref := slab.Ref(it.Ref)
	h := e.at(ref)
	l := linking{hash: h.Hash(), now: e.now(), why: replaced, sets: sets, as: chosenFor(it, op)}
	if op.Way() == engine.OpCAS {
		l.why = swapped
	}
	stripe := e.table.Stripe(l.hash)
	stripe.Lock()
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(l.hash, h.Key(), l.now, horizon)
		if status := e.allowed(old, op, cas); status != engine.OK {
			e.usedBy(old, l.hash, l.now)
			stripe.Unlock()
			if op&engine.Vivify == 0 {
				e.refuse(ref, h, sets)
			}
			return 0, status
		}
		stamp, ok := e.stamp(horizon)
		if !ok {
			continue
		}
		l.stamp = stamp
		if op.Way() == engine.OpCAS && invalidates(old.h, op, cas) {
			h.SetExptime(old.h.Exptime())
			h.SetStale(true, old.h.Won())
		}
		e.link(old, ref, h, &l)
		break
	}
	newCAS := h.CAS()
	stripe.Unlock()
	e.table.Grow(l.hash)
	return newCAS, engine.OK
}

// usedBy notes that the item there, if there is one, was used by a store that was not allowed.
func (e *Engine) usedBy(old found, hash uint64, now clock.Time) {
	if old.h == nil {
		return
	}
	c := e.classOf(old.ref)
	e.bump(c, old.h, now)
	e.used(hash, c, old.h, now)
}

// allowed says whether the item there lets an operation go ahead. It counts a CAS that differs.
func (e *Engine) allowed(old found, op engine.Op, cas uint64) engine.Status {
	way := op.Way()
	switch way {
	case engine.OpSet:
		return engine.OK
	case engine.OpAdd:
		if old.h != nil {
			return engine.NotStored
		}
		return engine.OK
	}
	switch {
	case old.h == nil && way == engine.OpCAS:
		return engine.NotFound
	case old.h == nil:
		return engine.NotStored
	case way == engine.OpCAS && !e.swaps(old.h, op, cas):
		e.classOf(old.ref).tallies.of(e.table.Hash(old.h.Key())).casBadval.Add(1)
		return engine.Exists
	case way != engine.OpReplace && way != engine.OpCAS && !e.noCAS && cas != 0 && old.h.CAS() != cas:
		return engine.Exists
	}
	return engine.OK
}

// swaps says whether a store by CAS may take the place of an item.
func (e *Engine) swaps(old *item.Header, op engine.Op, cas uint64) bool {
	if e.noCAS {
		return op&engine.Exact == 0
	}
	return old.CAS() == cas || invalidates(old, op, cas)
}

// invalidates says whether it may though the CAS differs, and then makes a stale item.
func invalidates(old *item.Header, op engine.Op, cas uint64) bool {
	return op&engine.Invalidate != 0 && cas != 0 && cas < old.CAS()
}

// refuse frees an item that Store does not store.
func (e *Engine) refuse(ref slab.Ref, h *item.Header, sets uint64) {
	c := e.classOf(ref)
	c.mu.Lock()
	c.counts.sets += sets
	e.free(c, ref, h)
	c.mu.Unlock()
}
