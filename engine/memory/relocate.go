package memory

import (
	"gocached/assoc"
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
	} else if to := e.elsewhere(c, w.more); to != slab.None {
		e.occupy(c, e.at(to), w)
		e.moveItem(c, hash, r, to)
	} else if e.noEvict {
		return
	} else if c.policy.Victim() == r && !c.policy.Spares(h) && !w.keeps(h) {
		e.seizeLocked(c, hash, r, h, w)
	} else if to, others := e.evictOther(c, stripe, h, w); to != slab.None {
		e.moveItem(c, hash, r, to)
	} else if !others {
		e.seizeLocked(c, hash, r, h, w)
	}
}

// evictOther takes the chunk of the class's next victim but an item that moves, whose stripe is locked. others says that a victim
// went, be it one whose chunk cannot be had.
func (e *Engine) evictOther(c *class, stripe *assoc.Stripe, h *item.Header, w *want) (to slab.Ref, others bool) {
	before := c.policy.Len()
	w.held, w.keep = stripe, h.Key()
	to = e.evict(c, w)
	w.held, w.keep = nil, nil
	return to, c.policy.Len() < before
}

// elsewhere takes a free chunk of a class for an item that moves, or with more one of a new run. Needs the class lock.
func (e *Engine) elsewhere(c *class, more bool) slab.Ref {
	ref := c.chunks.Alloc(e.arena)
	if ref == slab.None && more && c.chunks.AddPage(e.arena) {
		ref = c.chunks.Alloc(e.arena)
	}
	return ref
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
