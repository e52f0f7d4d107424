package memory

import (
	"gocached/item"
	"gocached/slab"
)

// relocate moves a linked item of a leaving run to another chunk of its class. If there is none free the class's next victim goes
// for it; if that is the item itself, or is in the leaving run too, it goes and nothing moves. The item stays where it is if its
// stripe is locked or it is lent. Needs the class lock.
func (e *Engine) relocate(c *class, r slab.Ref, h *item.Header, w *want) {
	hash := e.table.Hash(h.Key())
	stripe := e.table.Stripe(hash)
	if !stripe.TryLock() {
		return
	}
	defer stripe.Unlock()
	if h.Lent() {
		return
	}
	w.size, w.shape = h.NominalSize(), h.Shape()
	if e.expired(h, w.now) {
		e.seizeLocked(c, hash, r, h, w) // returns None: the run is leaving
	} else if to := c.chunks.Alloc(e.arena); to != slab.None {
		e.occupy(c, e.at(to), w)
		e.moveItem(c, hash, r, to)
	} else if e.noEvict {
		return
	} else if c.policy.Victim() == r && !c.policy.Spares(h) {
		e.seizeLocked(c, hash, r, h, w)
	} else {
		w.held, w.keep = stripe, h.Key()
		if to := e.evict(c, w); to != slab.None {
			e.moveItem(c, hash, r, to)
		}
		w.held, w.keep = nil, nil
	}
}

// moveItem makes the held chunk at to the linked item at from, which has the same shape, and frees the chunk there. Needs the
// stripe lock and the class lock.
func (e *Engine) moveItem(c *class, hash uint64, from, to slab.Ref) {
	h, copied := e.at(from), e.at(to)
	link := e.table.FindRef(hash, from)
	copied.Copy(h)
	e.table.Replace(link, h, to, copied)
	c.policy.Moved(e.arena, from, to)
	e.ends(c, to, h.Exptime(), e.clock.Now())
	e.free(c, from, h)
	e.balancer.relocated.Add(1)
}
