package memory

import (
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// gradualShare is which part of the pages may hold something that is received gradually, as a divisor: see pins.
const gradualShare = 2

// gradual marks the handle of an item that is.
const gradual = 1 << 33

// takeGradually is take for a chunk that is held for as long as its client takes to send the value. As long as half of the
// pages have no such chunk it may be any; beyond that it must be one in a page that has some already, and if there is none
// the engine is busy.
//
// Only then such pages are preferred. If they always were all that is stored gradually would go to a few of them, and evict
// there what was stored last.
func (e *Engine) takeGradually(w *want) (slab.Ref, engine.Status) {
	if !e.receiving.full() {
		ref, status := e.chunkFor(w, false)
		if status != engine.OK {
			return ref, status
		}
		if ok, _ := e.receiving.take(e.arena.PageOf(ref)); ok {
			return ref, engine.OK
		}
		e.giveBack(&chunk{*w, ref}) // somebody else was faster
	}
	if ref := e.share(w); ref != slab.None {
		return ref, engine.OK
	}
	return slab.None, engine.Busy
}

// settled ends what takeGradually has begun, when the item is no longer its holder's.
func (e *Engine) settled(it engine.Item) {
	if it.Ref&gradual != 0 {
		e.receiving.giveBack(e.arena.PageOf(slab.Ref(it.Ref)))
	}
}

// share takes a chunk in a page in which something is being received already, of the smallest class that has one.
func (e *Engine) share(w *want) slab.Ref {
	for i := w.fitting.chunks.ID; i < len(e.classes); i++ {
		c := &e.classes[i]
		if c.pages.Load() == 0 {
			continue
		}
		if ref := e.shareIn(c, w); ref != slab.None {
			return ref
		}
	}
	return slab.None
}

func (e *Engine) shareIn(c *class, w *want) slab.Ref {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ref := e.shareSpare(c, w); ref != slab.None {
		return ref
	}
	return e.shareOldest(c, w)
}

// shareSpare takes a chunk that is not in use. Needs the class lock.
func (e *Engine) shareSpare(c *class, w *want) slab.Ref {
	if c.chunks.Spare() == 0 {
		return slab.None
	}
	for i := range c.chunks.Pages() {
		page := c.chunks.Page(i)
		if !e.receiving.in(page) {
			continue
		}
		ref := e.sharing(page, func() slab.Ref {
			return c.chunks.AllocIn(e.arena, page, func(r slab.Ref) bool { return e.at(r).State() == item.Free })
		})
		if ref != slab.None {
			e.occupy(c, e.at(ref), w)
			return ref
		}
	}
	return slab.None
}

// shareTries is how many items are looked at for one in a page that may be shared.
const shareTries = 1000

// shareOldest takes the chunk of the item that should go first, among those that may be evicted, as far as it is soon found. Needs the class lock.
func (e *Engine) shareOldest(c *class, w *want) slab.Ref {
	ref := c.policy.Victim()
	for n := shareTries; ref != slab.None && n > 0; n-- {
		h, page := e.at(ref), e.arena.PageOf(ref)
		next := c.policy.NextVictim(e.arena, ref, h)
		if e.receiving.in(page) && (!e.noEvict || e.expired(h, w.now)) {
			if got := e.sharing(page, func() slab.Ref { return e.seize(c, ref, h, w) }); got != slab.None {
				return got
			}
		}
		ref = next
	}
	return slab.None
}

// sharing counts a chunk of the page that take returns, if it is still one of those that may be shared.
func (e *Engine) sharing(page uint32, take func() slab.Ref) slab.Ref {
	if ok, _ := e.receiving.take(page); !ok {
		return slab.None
	}
	ref := take()
	if ref == slab.None {
		e.receiving.giveBack(page)
	}
	return ref
}
