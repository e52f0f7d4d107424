package memory

import (
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// join carries out append and prepend. It makes a new item of the old value and the new part, with the flags and the exptime of
// the old item, and puts it in the old item's place. Then it frees the part. If there is no memory the part stays the caller's.
//
// If there is nothing to join it with, and op allows that, the part is stored itself. If another call stores something between
// these two steps, join begins again.
func (e *Engine) join(it engine.Item, op engine.Op, cas uint64) (newCAS uint64, status engine.Status) {
	for {
		newCAS, status = e.joinOld(it, op, cas)
		if status != engine.NotFound {
			return newCAS, status
		}
		newCAS, status = e.store(it, engine.OpAdd|op&^op.Way(), 0, 1)
		if status != engine.NotStored {
			return newCAS, status
		}
	}
}

// joinOld is join where there is an item. If there is none, and the part is to be stored itself, it returns NotFound.
func (e *Engine) joinOld(it engine.Item, op engine.Op, cas uint64) (newCAS uint64, status engine.Status) {
	part, way := e.at(slab.Ref(it.Ref)), op.Way()
	c := change{hash: part.Hash(), key: part.Key(), now: e.now()}
	newCAS, status = e.change(&c, func(old found) (form, engine.Status) {
		if old.h == nil && op&engine.Vivify != 0 {
			return form{}, engine.NotFound
		}
		if status := e.allowed(old, way, cas); status != engine.OK {
			return form{}, status
		}
		length := old.h.ValueLen() + part.ValueLen()
		if it.Joined != nil {
			*it.Joined = length
		}
		return form{
			length: length, flags: old.h.Flags(), exptime: old.h.Exptime(), as: chosenFor(it, op),
		}, engine.OK
	}, func(old found, h *item.Header) {
		first, second := old.h.Value(), part.Value()
		if way == engine.OpPrepend {
			first, second = second, first
		}
		value := h.Value()
		copy(value[copy(value, first):], second)
	})
	if status == engine.NoMemory || status == engine.NotFound {
		return 0, status
	}
	e.refuse(slab.Ref(it.Ref), part, 1)
	if status == engine.NoClass || status == engine.TooLarge {
		status = engine.NotStored
	}
	return newCAS, status
}

// chosenFor returns the CAS that a client chose for an item that is stored.
func chosenFor(it engine.Item, op engine.Op) engine.Chosen {
	return engine.Chosen{Given: op&engine.WithCAS != 0, CAS: it.CAS}
}
