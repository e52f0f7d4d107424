package memory

import (
	"gocached/engine"
	"gocached/item"
)

// lessen makes an item stale, or empty, or both. What becomes empty, or has no room for the CAS that was chosen, is made anew.
func (e *Engine) lessen(key []byte, r *engine.Removal) engine.Status {
	c := change{hash: e.table.Hash(key), key: key, now: e.now()}
	if !r.Empty {
		if status, done := e.staleInPlace(&c, r); done {
			return status
		}
	}
	_, status := e.change(&c, func(old found) (form, engine.Status) {
		switch {
		case old.h == nil:
			return form{}, engine.NotFound
		case differs(old.h, r):
			return form{}, engine.Exists
		}
		return lesser(old.h, r), engine.OK
	}, func(old found, h *item.Header) {
		if !r.Empty {
			copy(h.Value(), old.h.Value())
			h.Inherit(old.h)
		}
		h.SetStale(r.Stale, false)
	})
	return status
}

// lesser says what is made of an item.
func lesser(old *item.Header, r *engine.Removal) form {
	if !r.Empty {
		f := form{length: old.ValueLen(), flags: old.Flags(), exptime: old.Exptime(), as: r.As, use: old.LastUse()}
		if r.Touch {
			f.exptime = r.Exptime
		}
		return f
	}
	f := form{flags: r.Flags, exptime: r.Exptime, as: r.As, asOld: !r.Stale, removes: !r.Stale}
	if f.asOld && !f.as.Given && old.Choosing() {
		f.as = engine.Chosen{Given: true, CAS: old.CAS()}
	}
	return f
}

// staleInPlace makes an item stale where it is. done is false if the item has no room for the CAS that was chosen.
func (e *Engine) staleInPlace(c *change, r *engine.Removal) (status engine.Status, done bool) {
	stripe := e.table.Stripe(c.hash)
	stripe.Lock()
	defer stripe.Unlock()
	for {
		horizon := e.flush.horizon.Load()
		old := e.find(c.hash, c.key, c.now, horizon)
		switch {
		case old.h == nil:
			return engine.NotFound, true
		case differs(old.h, r):
			return engine.Exists, true
		case !e.hasRoom(old.h, r.As):
			return engine.OK, false
		}
		if stamp, ok := e.stamp(horizon); ok {
			e.restamp(old.h, stamp, r.As)
			old.h.SetStale(true, false)
			if r.Touch {
				e.setExptime(e.classOf(old.ref), old.ref, old.h, r.Exptime, c.now)
			}
			return engine.OK, true
		}
	}
}

// hasRoom says whether an item can be given such a CAS. Without CAS there is nothing to give.
func (e *Engine) hasRoom(h *item.Header, as engine.Chosen) bool {
	return !as.Given || h.Choosing() || e.noCAS
}

// restamp gives an item a new stamp, and a new CAS. Needs the stripe lock.
func (e *Engine) restamp(h *item.Header, stamp uint64, as engine.Chosen) {
	if e.noCAS {
		return // it is of the same generation
	}
	h.SetStamp(stamp)
	if as.Given {
		h.Choose(as.CAS)
	}
}
