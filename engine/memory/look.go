package memory

import (
	"gocached/assoc"
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// look does what a meta get asks for beside the value. Needs the stripe lock.
func (g *getter) look(l *engine.Look, c *class, ref slab.Ref, h *item.Header, isNew bool) {
	t := l.Steps.Take(h.Exptime(), isNew)
	l.Seen = engine.Seen{
		Exptime: t.Shown, Idle: h.Idle(g.now), Fetched: h.Fetched(), Base64: h.Base64(),
		New: isNew, Stale: h.Stale(), Sent: h.Won(), Class: c.nominal, Size: h.ModernSize(),
	}
	if !l.Seen.Sent && (isNew || l.Seen.Stale || t.Recache) {
		l.Seen.Won = true
		h.SetStale(l.Seen.Stale, true)
	}
	g.e.setExptime(c, ref, h, t.Exptime, g.now)
	if !l.Still {
		c.policy.Hit(h, g.now, &g.e.cas)
	}
}

// vivify stores an empty item under a key that has none. It may let the stripe go meanwhile, and if another call stores something
// then it returns that. h is nil if there is no memory.
func (g *getter) vivify(stripe *assoc.Stripe, hash uint64, k *engine.Key) (ref slab.Ref, h *item.Header, isNew bool) {
	e, l := g.e, k.Look
	c := change{hash: hash, key: k.Bytes, now: g.now}
	ref, status := e.changeWaiting(&c, stripe, func(old found) (form, engine.Status) {
		if old.h != nil {
			return form{}, engine.NotStored
		}
		return form{as: l.As}, engine.OK
	}, func(_ found, h *item.Header) {
		if l.Base64 {
			h.SetBase64()
		}
	})
	switch status {
	case engine.OK:
		return ref, e.at(ref), true
	case engine.NotStored:
		f := e.find(hash, k.Bytes, g.now, e.flush.horizon.Load())
		return f.ref, f.h, false
	}
	return slab.None, nil, false
}

// setExptime gives an item another expiry. Needs the stripe lock.
func (e *Engine) setExptime(c *class, ref slab.Ref, h *item.Header, t, now clock.Time) {
	if t != h.Exptime() {
		h.SetExptime(t)
		e.ends(c, ref, t, now)
	}
}

// bump notes that an item is used, but not fetched. Needs the stripe lock.
func (e *Engine) bump(c *class, h *item.Header, now clock.Time) {
	use := h.LastUse()
	c.policy.Hit(h, now, &e.cas)
	if next := use.At(now); next != h.LastUse() {
		h.SetLastUse(next)
	}
}
