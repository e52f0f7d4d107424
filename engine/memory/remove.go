package memory

import (
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
)

// Remove unlinks the item under key, or makes less of it (lessen.go). A silent removal is counted as a replacement.
func (e *Engine) Remove(key []byte, r engine.Removal) engine.Status {
	if r.Empty || r.Stale {
		return e.lessen(key, &r)
	}
	why := removed
	if r.Silent {
		why = replaced
	}
	hash, now := e.table.Hash(key), e.now()
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	defer stripe.Unlock()
	f := e.find(hash, key, now, e.flush.horizon.Load())
	switch {
	case f.h == nil:
		e.forget(hash, now)
		return engine.NotFound
	case differs(f.h, &r):
		return engine.Exists
	}
	e.forget(hash, now)
	e.unlink(hash, f.link, f.ref, f.h, why)
	return engine.OK
}

// differs says whether an item is not the one that should be removed.
func differs(h *item.Header, r *engine.Removal) bool {
	return (r.CAS != 0 || r.Compare) && h.CAS() != r.CAS
}

// Touch changes an item's expiry. It counts as a use of the item.
func (e *Engine) Touch(key []byte, exptime clock.Time) (flags uint32, cas uint64, status engine.Status) {
	hash, now := e.table.Hash(key), e.now()
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	defer stripe.Unlock()
	f := e.find(hash, key, now, e.flush.horizon.Load())
	if f.h == nil {
		return 0, 0, engine.NotFound
	}
	c := e.classOf(f.ref)
	f.h.SetExptime(exptime)
	e.ends(c, f.ref, exptime, now)
	c.policy.Hit(f.h, now, &e.cas)
	e.used(hash, c, f.h, now)
	return f.h.Flags(), f.h.CAS(), engine.OK
}
