package memory

import (
	"gocached/assoc"
	"gocached/clock"
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// want describes a chunk that a call needs.
type want struct {
	class *class // the smallest chunks that hold the item, for items of its nominal class
	size  int    // nominal bytes
	shape item.Shape
	now   clock.Time
	keep  []byte        // the key of an item that must not be evicted for it; nil is none
	also  []byte        // another one
	hash  uint64        // of the item's key, as far as it is known
	chose bool          // a client chooses its CAS
	more  bool          // an item that moves may have a chunk of a new run
	held  *assoc.Stripe // a stripe that the caller has locked; nil is none
}

// keeps says whether an item must not be evicted for the chunk.
func (w *want) keeps(h *item.Header) bool { return h.HasKey(w.keep) || h.HasKey(w.also) }

// like says whether a chunk for one want fits the other.
func (w *want) like(o *want) bool {
	return w.class == o.class && w.size == o.size && w.shape == o.shape
}

// CanStore allows what memcached 1.4.5's check allows. That check forgets the eight bytes of the CAS. So a few sizes just below
// the limit pass it, and Allocate refuses them with NoClass.
func (e *Engine) CanStore(keyLen, valueLen int, flags uint32) engine.Status {
	if uint(keyLen-1) >= item.MaxKey || valueLen < 0 || valueLen > e.itemMax || e.sizes.nominal.class(item.NominalSize(keyLen, valueLen, flags, false)) == 0 {
		return engine.TooLarge
	}
	return engine.OK
}

// Allocate takes a chunk for an item and writes all of it but the value.
func (e *Engine) Allocate(key []byte, valueLen int, flags uint32, exptime clock.Time, op engine.Op) (engine.Item, engine.Status) {
	w := want{chose: op&engine.WithCAS != 0}
	if status := e.plan(&w, len(key), valueLen, flags); status != engine.OK {
		return engine.Item{}, status
	}
	w.now = e.now()
	gradually := op&engine.Gradually != 0
	if op.Way() != engine.OpSet {
		w.keep = key
	}
	hash := e.table.Hash(key)
	w.hash = hash
	e.table.PrefetchBucket(hash)
	ref, status := e.chunkFor(&w, gradually)
	if status != engine.OK {
		return engine.Item{}, status
	}
	e.table.PrefetchFirst(hash) // for Store
	h := e.at(ref)
	h.Write(key, flags, exptime)
	h.SetHash(hash)
	if op&engine.Base64 != 0 {
		h.SetBase64()
	}
	it := engine.Item{Value: h.Value(), Ref: uint64(ref)}
	if gradually {
		it.Ref |= gradual
	}
	return it, engine.OK
}

// chunkFor takes a chunk for an item. gradually says that the value is filled in over time.
func (e *Engine) chunkFor(w *want, gradually bool) (slab.Ref, engine.Status) {
	if gradually {
		return e.takeGradually(w)
	}
	if ref := e.take(w); ref != slab.None {
		return ref, engine.OK
	}
	return slab.None, engine.NoMemory
}

// Release frees an item from Allocate, or ends a loan from Get.
func (e *Engine) Release(it engine.Item) {
	ref := slab.Ref(it.Ref)
	if it.Ref&lent != 0 {
		e.takeBack(ref)
		return
	}
	e.settled(it, e.heldAt(it))
	e.release(ref, e.at(ref))
}

// release frees a held item. It takes the class lock.
func (e *Engine) release(ref slab.Ref, h *item.Header) {
	c := e.classOf(ref)
	c.mu.Lock()
	e.free(c, ref, h)
	c.mu.Unlock()
}

// plan fills in a want for an item: its class, its size and its shape.
func (e *Engine) plan(w *want, keyLen, valueLen int, flags uint32) engine.Status {
	if status := e.CanStore(keyLen, valueLen, flags); status != engine.OK {
		return status
	}
	w.size = item.NominalSize(keyLen, valueLen, flags, !e.noCAS)
	nominal := e.sizes.nominal.class(w.size)
	if nominal == 0 {
		return engine.NoClass
	}
	w.shape = item.ShapeOf(valueLen, flags, valueLen >= e.lendFrom, e.noCAS)
	if w.chose {
		w.shape = w.shape.Choosing()
	}
	w.class = &e.classes[e.sizes.class(nominal, w.shape.Size(keyLen))]
	return engine.OK
}

// take finds a chunk, and makes it a held item. The caller must hold no lock, since take may wait; try is for a caller that
// holds one. take looks in this order:
//
//  1. in the class: a reclaimed, freed or unused chunk
//  2. a page that nobody owns
//  3. a page that another class has and does not use
//  4. an item of the class is evicted
//  5. see insist
func (e *Engine) take(w *want) slab.Ref {
	ref := e.takeSpare(w.class, w)
	if ref == slab.None && e.surplus.Load() > 0 && e.sparePage(w) {
		ref = e.takeSpare(w.class, w)
	}
	if ref == slab.None {
		ref = e.tryEvict(w)
	}
	if ref == slab.None {
		ref = e.insist(w)
	}
	return ref
}

// try is take without the steps that wait, so the caller may hold a stripe. It passes over items in a locked stripe. So take
// may find a chunk where try returns None.
func (e *Engine) try(w *want) slab.Ref {
	if ref := e.takeSpare(w.class, w); ref != slab.None {
		return ref
	}
	return e.tryEvict(w)
}

// tryEvict is step 4 of take.
func (e *Engine) tryEvict(w *want) slab.Ref {
	if e.noEvict {
		return slab.None
	}
	c := w.class
	c.mu.Lock()
	ref := e.evict(c, w)
	c.mu.Unlock()
	if ref != slab.None {
		e.balancer.press(c.chunks.Size)
	}
	return ref
}

// takeSpare takes a chunk of the class for which nothing must be evicted: the chunk of an expired item, a free one, or one from
// a new page.
func (e *Engine) takeSpare(c *class, w *want) slab.Ref {
	moment := e.moment(w.now)
	if c.spare.Load() == 0 && c.quiet.Load() == moment && !e.arena.MayHave(c.chunks.Span) {
		return slab.None
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ref := e.reclaim(c, w, moment); ref != slab.None {
		return ref
	}
	ref := c.chunks.Alloc(e.arena)
	if ref == slab.None && c.chunks.AddPage(e.arena) {
		ref = c.chunks.Alloc(e.arena)
	}
	if ref != slab.None {
		e.occupy(c, e.at(ref), w)
	}
	return ref
}

// insist is the last step of take, when nothing could be evicted. If the class cannot give a chunk it finds one that can
// (borrow.go). Else every candidate was in a locked stripe, lent, or not yet stored: then it waits for a stripe.
func (e *Engine) insist(w *want) slab.Ref {
	for range 8 {
		if !e.canYield(w.class, w) {
			ref, again := e.findWay(w)
			if ref != slab.None {
				return ref
			}
			if !again {
				break
			}
		}
		if ref := e.try(w); ref != slab.None {
			return ref
		}
		if e.noEvict {
			continue
		}
		if ref := e.evictWaiting(w.class, w); ref != slab.None {
			return ref
		}
	}
	w.class.mu.Lock()
	w.class.counts.outOfMemory++
	w.class.mu.Unlock()
	return slab.None
}

// canYield says whether the class can give a chunk in some way. It cannot if it has no page, if every chunk is held, lent or
// must be kept, or if all chunks are in use and nothing may be evicted.
func (e *Engine) canYield(c *class, w *want) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chunks.Spare() > 0 || !e.noEvict && e.oldest(c, w) != slab.None
}
