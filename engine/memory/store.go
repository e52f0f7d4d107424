package memory

import (
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
	var newCAS uint64
	var status engine.Status
	at := e.heldAt(it)
	op = op.Way()
	if op == engine.OpAppend || op == engine.OpPrepend {
		newCAS, status = e.join(it, op, cas)
	} else {
		newCAS, status = e.store(it, op, cas, 1)
	}
	if status != engine.NoMemory {
		e.settled(it, at)
	}
	return newCAS, status
}

// store is Store for everything but append and prepend. sets is 1 if it counts as a client's set.
func (e *Engine) store(it engine.Item, op engine.Op, cas, sets uint64) (uint64, engine.Status) {
	ref := slab.Ref(it.Ref)
	h := e.at(ref)
	l := linking{hash: h.Hash(), now: e.now(), why: replaced, sets: sets}
	if op == engine.OpCAS {
		l.why = swapped
	}
	stripe := e.table.Stripe(l.hash)
	stripe.Lock()
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(l.hash, h.Key(), l.now, horizon)
		if status := e.allowed(old, op, cas); status != engine.OK {
			if old.h != nil {
				c := e.classOf(old.ref)
				c.policy.Hit(old.h, l.now, &e.cas)
				e.used(l.hash, c, old.h, l.now)
			}
			stripe.Unlock()
			e.refuse(ref, h, sets)
			return 0, status
		}
		stamp, ok := e.stamp(horizon)
		if !ok {
			continue
		}
		l.stamp = stamp
		e.link(old, ref, h, &l)
		break
	}
	newCAS := h.CAS()
	stripe.Unlock()
	e.table.Grow(l.hash)
	return newCAS, engine.OK
}

// allowed says whether the item there lets an operation go ahead. It counts a CAS that differs.
func (e *Engine) allowed(old found, op engine.Op, cas uint64) engine.Status {
	switch op {
	case engine.OpSet:
		return engine.OK
	case engine.OpAdd:
		if old.h != nil {
			return engine.NotStored
		}
		return engine.OK
	}
	switch {
	case old.h == nil && op == engine.OpCAS:
		return engine.NotFound
	case old.h == nil:
		return engine.NotStored
	case op == engine.OpReplace, e.noCAS:
		return engine.OK
	case op == engine.OpCAS && old.h.CAS() != cas:
		e.classOf(old.ref).tallies.of(e.table.Hash(old.h.Key())).casBadval.Add(1)
		return engine.Exists
	case op != engine.OpCAS && cas != 0 && old.h.CAS() != cas:
		return engine.Exists
	}
	return engine.OK
}

// refuse frees an item that Store does not store.
func (e *Engine) refuse(ref slab.Ref, h *item.Header, sets uint64) {
	c := e.classOf(ref)
	c.mu.Lock()
	c.counts.sets += sets
	e.free(c, ref, h)
	c.mu.Unlock()
}
