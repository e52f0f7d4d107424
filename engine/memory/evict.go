package memory

import (
	"gocached/assoc"
	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// tries bounds every walk over victims, as in memcached.
const tries = 50

// evict takes the chunk of the class's next victim, or returns None. The policy may spare some victims, because of how they
// were used (package lru). evict passes over items that are lent or whose stripe is locked. Items of a page that is being
// cleared give no chunk. They do not count as tries, since often all of the oldest items are in that page. Needs the class lock.
func (e *Engine) evict(c *class, w *want) slab.Ref {
	moves := tries
	ref := c.policy.Victim()
	for n := 2 * tries; ref != slab.None && n > 0; n-- {
		h := e.at(ref)
		next := c.policy.NextVictim(e.arena, ref, h)
		if moves > 0 && c.policy.Spares(h) && !e.expired(h, w.now) {
			c.policy.Renew(e.arena, ref, h)
			c.counts.promotions++
			moves--
		} else if got := e.seize(c, ref, h, w); got != slab.None {
			e.foresee(c)
			return got
		} else if c.chunks.Leaving() == e.arena.PageOf(ref) {
			n++
		}
		ref = next
	}
	return slab.None
}

// foresee prefetches what the next evictions will need: for the first victim, the first item in its bucket, where the search
// for it begins; for the second, its bucket, and the place where it becomes a ghost; for the third, its key, which leads to both.
// Without this each eviction would wait for memory four times with the class locked. Needs the class lock.
func (e *Engine) foresee(c *class) {
	first := c.policy.Victim()
	if first == slab.None {
		return
	}
	h := e.at(first)
	e.table.PrefetchFirst(e.table.Hash(h.Key()))
	second := c.policy.NextVictim(e.arena, first, h)
	if second == slab.None {
		return
	}
	h = e.at(second)
	hash := e.table.Hash(h.Key())
	e.table.PrefetchBucket(hash)
	assoc.Prefetch(c.policy.GhostHint(hash))
	if third := c.policy.NextVictim(e.arena, second, h); third != slab.None {
		e.table.PrefetchItem(third)
	}
}

// reclaim takes the chunk of an expired item among the next victims. If a search finds none it is not repeated before something
// may have expired: the second changes, something is flushed, or an item is stored that is over at once. Needs the class lock.
func (e *Engine) reclaim(c *class, w *want, moment uint64) slab.Ref {
	if c.quiet.Load() == moment {
		return slab.None
	}
	c.counts.searches++
	locked := false
	ref := c.policy.Victim()
	for n := tries; ref != slab.None && n > 0; n-- {
		h := e.at(ref)
		next := c.policy.NextVictim(e.arena, ref, h)
		if e.expired(h, w.now) {
			if got := e.seize(c, ref, h, w); got != slab.None {
				return got
			}
			locked = true
		}
		ref = next
	}
	if !locked {
		c.quiet.Store(moment)
	}
	return slab.None
}

// moment returns a number that changes whenever something may have expired.
func (e *Engine) moment(now clock.Time) uint64 {
	return uint64(now)<<32 | uint64(e.flush.count.Load())
}

// seize unlinks an item of the class and makes its chunk the held item that w wants. It returns None if the item's stripe is
// locked, if the item is lent or must be kept, or if its page is being cleared. In the last case the item is unlinked, and its
// chunk leaves with the page. Needs the class lock.
//
// The order of locks is stripe before class, so seize only tries the stripe.
func (e *Engine) seize(c *class, ref slab.Ref, h *item.Header, w *want) slab.Ref {
	hash := e.table.Hash(h.Key())
	stripe := e.table.Stripe(hash)
	if stripe == w.held {
		return e.seizeLocked(c, hash, ref, h, w)
	}
	if !stripe.TryLock() {
		return slab.None
	}
	defer stripe.Unlock()
	return e.seizeLocked(c, hash, ref, h, w)
}

// seizeLocked is seize with the stripe lock held as well.
func (e *Engine) seizeLocked(c *class, hash uint64, ref slab.Ref, h *item.Header, w *want) slab.Ref {
	if h.Lent() || w.keeps(h) {
		return slab.None
	}
	why := e.why(h, w.now)
	c.countVictim(h, why, w.now)
	e.table.Delete(hash, e.table.FindRef(hash, ref), h)
	if why == evicted {
		c.policy.Evict(e.arena, ref, h, hash)
	} else {
		c.policy.Remove(e.arena, ref, h)
	}
	if c.chunks.Leaving() == e.arena.PageOf(ref) {
		e.dropUnlisted(c, ref, h, why)
		return slab.None
	}
	e.detach(c, h, why)
	c.counts.requested -= uint64(h.NominalSize())
	e.occupy(c, h, w)
	return ref
}

// why returns the reason for which an item is unlinked whose chunk is needed: it was flushed, its time is over, or it is alive.
func (e *Engine) why(h *item.Header, now clock.Time) reason {
	horizon := e.flush.horizon.Load()
	switch {
	case h.Stamp() < horizon:
		return flushed
	case h.Expired(now, horizon):
		return reclaimed
	}
	return evicted
}

// countVictim counts an eviction for the statistics. Needs the class lock.
func (c *class) countVictim(h *item.Header, why reason, now clock.Time) {
	if why != evicted {
		return
	}
	c.counts.evictedTime, c.counts.evictedAt = h.Idle(now), now
	if h.Exptime() != clock.Never {
		c.counts.nonzero++
	}
}

// evictWaiting takes the chunk of the oldest item of the class that may go, and waits for its stripe.
func (e *Engine) evictWaiting(c *class, w *want) slab.Ref {
	hash, ok := e.tailHash(c, w)
	if !ok {
		return slab.None
	}
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	defer stripe.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	ref := e.oldest(c, w)
	if ref == slab.None {
		return slab.None
	}
	h := e.at(ref)
	if got := e.table.Hash(h.Key()); e.table.Stripe(got) == stripe {
		return e.seizeLocked(c, got, ref, h, w)
	}
	return slab.None // another item is the oldest now: the caller tries again
}

// tailHash returns the hash of the oldest item of the class that may go.
func (e *Engine) tailHash(c *class, w *want) (hash uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ref := e.oldest(c, w)
	if ref == slab.None {
		return 0, false
	}
	return e.table.Hash(e.at(ref).Key()), true
}

// oldest returns the oldest item of the class that is not lent and need not be kept, or None. Needs the class lock.
func (e *Engine) oldest(c *class, w *want) slab.Ref {
	ref := c.policy.Victim()
	for ref != slab.None {
		h := e.at(ref)
		if !h.Lent() && !w.keeps(h) {
			break
		}
		ref = c.policy.NextVictim(e.arena, ref, h)
	}
	return ref
}
