package memory

import (
	"gocached/assoc"
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// retries bounds how often a change that makes a new item of an old one unlocks the stripe to find memory.
const retries = 16

// change is a change of the item under a key that makes a new item, which depends on the old one.
type change struct {
	hash uint64
	key  []byte
	now  clock.Time
}

// form is what the new item is to be like.
type form struct {
	length  int // of its value
	flags   uint32
	exptime clock.Time
	as      engine.Chosen // its CAS
	use     item.LastUse  // when it was used last; 0 is now
	asOld   bool          // it keeps the stamp of the old item, and so its CAS
	removes bool          // a client has removed the old item
}

// formFunc looks at the old item, whose header may be nil. It says what the new one will be like, or by a status that the change
// is called off. fillFunc writes the new value, and what the version notes beside the stamp. Both may run several times, with the
// stripe lock held; the last time counts.
type (
	formFunc func(old found) (form, engine.Status)
	fillFunc func(old found, h *item.Header)
)

// change replaces the item under a key by a new one that is made from it, as one step.
//
// It first looks for memory with the stripe locked. If that finds none it unlocks the stripe, finds memory, and begins again
// with a new look at the item. The memory is used if it still has the right size. The old item is never evicted for the new
// one: if there is nothing else to evict it stays as it is.
func (e *Engine) change(c *change, shape formFunc, fill fillFunc) (newCAS uint64, status engine.Status) {
	stripe := e.table.Stripe(c.hash)
	stripe.Lock()
	ref, status := e.changeWaiting(c, stripe, shape, fill)
	if status == engine.OK {
		newCAS = e.at(ref).CAS()
	}
	stripe.Unlock()
	e.table.Grow(c.hash)
	return newCAS, status
}

// changeWaiting is change with the stripe locked, before and after. It returns where the new item is.
func (e *Engine) changeWaiting(c *change, stripe *assoc.Stripe, shape formFunc, fill fillFunc) (slab.Ref, engine.Status) {
	var ready chunk
	for range retries {
		ref, status := e.changeLocked(c, &ready, shape, fill)
		e.giveBack(&ready)
		if status != engine.NoMemory || ready.class == nil {
			return ref, status
		}
		stripe.Unlock()
		ready.ref = e.take(&ready.want)
		stripe.Lock()
		if ready.ref == slab.None {
			break
		}
	}
	e.giveBack(&ready)
	return slab.None, engine.NoMemory
}

// chunk is a chunk that was taken ahead for a want. ref is None while it is only wanted.
type chunk struct {
	want
	ref slab.Ref
}

// changeLocked is one attempt, with the stripe locked. If it returns NoMemory, ready says which chunk it wants. It says nothing
// if no chunk would do.
func (e *Engine) changeLocked(c *change, ready *chunk, shape formFunc, fill fillFunc) (slab.Ref, engine.Status) {
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(c.hash, c.key, c.now, horizon)
		f, status := shape(old)
		if status != engine.OK {
			return slab.None, status
		}
		w := want{now: c.now, keep: c.key, chose: f.as.Given}
		if status = e.plan(&w, len(c.key), f.length, f.flags); status != engine.OK {
			return slab.None, status
		}
		ref := e.ready(ready, &w)
		if ref == slab.None {
			return slab.None, engine.NoMemory
		}
		h := e.at(ref)
		h.Write(c.key, f.flags, f.exptime)
		fill(old, h)
		stamp, ok := e.stamp(horizon)
		if !ok {
			e.release(ref, h)
			continue
		}
		l := f.linking(c, old, stamp)
		e.link(old, ref, h, &l)
		if f.use != 0 {
			h.SetLastUse(f.use)
		}
		return ref, engine.OK
	}
}

// linking says how the new item is linked.
func (f *form) linking(c *change, old found, stamp uint64) linking {
	l := linking{hash: c.hash, stamp: stamp, now: c.now, why: replaced, as: f.as}
	if f.asOld {
		l.stamp = old.h.Stamp()
	}
	if f.removes {
		l.why = removed
	}
	return l
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
