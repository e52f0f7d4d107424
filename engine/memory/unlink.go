package memory

import (
	"gocached/assoc"
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// unlink takes an item out of its bucket and its LRU, counts why, and frees it unless it is lent. Together with link, which
// replaces items, and seize it is the only way out. All of them use drop or detach in class.go. Needs the stripe lock, takes
// the class lock.
func (e *Engine) unlink(hash uint64, link assoc.Link, ref slab.Ref, h *item.Header, why reason) {
	e.table.Delete(hash, link, h)
	c := e.classOf(ref)
	c.mu.Lock()
	e.drop(c, ref, h, why)
	c.mu.Unlock()
}

// found is what a lookup found: the item under a key, or a nil header.
type found struct {
	link assoc.Link
	ref  slab.Ref
	h    *item.Header
}

// find looks up a key. An expired item is unlinked, and counts as none. Needs the stripe lock.
func (e *Engine) find(hash uint64, key []byte, now clock.Time, horizon uint64) found {
	link, ref, h := e.table.Find(hash, key)
	if h != nil && h.Expired(now, horizon) {
		e.unlink(hash, link, ref, h, expired)
		return found{}
	}
	return found{link, ref, h}
}

// linking says how an item is linked.
type linking struct {
	hash  uint64
	stamp uint64
	now   clock.Time
	why   reason // what happens to the item it replaces
	sets  uint64 // 1 if it counts as a client's set
	as    engine.Chosen
}

// link makes a held item visible. If old has an item, the new one takes its place. Needs the stripe lock, takes class locks one
// after the other. The caller must call Grow when it has unlocked the stripe.
func (e *Engine) link(old found, ref slab.Ref, h *item.Header, l *linking) {
	c := e.classOf(ref)
	e.used(l.hash, c, h, l.now)
	if old.h == nil {
		e.table.Insert(l.hash, ref, h)
		c.mu.Lock()
		e.attach(c, ref, slab.None, h, l)
		c.mu.Unlock()
		return
	}
	e.table.Replace(old.link, old.h, ref, h)
	oc := e.classOf(old.ref)
	oc.mu.Lock()
	if oc == c {
		e.attach(c, ref, old.ref, h, l)
		e.dropUnlisted(c, old.ref, old.h, l.why)
	} else {
		e.drop(oc, old.ref, old.h, l.why)
		oc.mu.Unlock()
		c.mu.Lock()
		e.attach(c, ref, slab.None, h, l)
	}
	c.mu.Unlock()
}
