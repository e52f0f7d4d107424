package memory

import (
	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// gradualShare is which part of the blocks of pages may hold something that is filled gradually, as a divisor: see pins.
const gradualShare = 2

// gradual marks the handle of such an item.
const gradual = 1 << 33

// takeGradually is take for a chunk that is held until its client has sent the whole value. While less than half of the
// blocks have such chunks, any chunk will do. Beyond that the chunk must be in a block that has some already. If there is none
// the status is Busy.
//
// Blocks that have some are not preferred before that. Else everything that is filled gradually would go to a few blocks, and
// evict there what was stored last.
func (e *Engine) takeGradually(w *want) (slab.Ref, engine.Status) {
	if !e.receiving.full() {
		ref, status := e.chunkFor(w, false)
		if status != engine.OK {
			return ref, status
		}
		if ok, _ := e.receiving.take(e.pinOf(ref)); ok {
			return ref, engine.OK
		}
		e.giveBack(&chunk{*w, ref}) // another call was faster
	}
	if ref := e.share(w); ref != slab.None {
		return ref, engine.OK
	}
	return slab.None, engine.Busy
}

// heldAt returns where an item is that is filled gradually, which must still be its holder's.
func (e *Engine) heldAt(it engine.Item) (at pin) {
	if it.Ref&gradual != 0 {
		at = e.pinOf(slab.Ref(it.Ref))
	}
	return at
}

// settled undoes takeGradually's pin when the item is no longer its holder's. at was found out while it was.
func (e *Engine) settled(it engine.Item, at pin) {
	if it.Ref&gradual != 0 {
		e.receiving.giveBack(at)
	}
}

// share takes a chunk in a page that has one that is being filled, of the smallest class that can give one.
func (e *Engine) share(w *want) slab.Ref {
	for i := e.sizes.from(w.class.chunks.Size); i < len(e.classes); i++ {
		c := &e.classes[i]
		if c.pages.Load() == 0 && c != w.class {
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
	if c == w.class && c.chunks.Unused() == 0 && e.addShared(c) {
		if ref := e.shareSpare(c, w); ref != slab.None {
			return ref
		}
	}
	return e.shareOldest(c, w)
}

// shareSpare takes a chunk that is not in use. Needs the class lock.
func (e *Engine) shareSpare(c *class, w *want) slab.Ref {
	if c.chunks.Spare() == 0 {
		return slab.None
	}
	for i := range min(c.chunks.Pages(), shareTries) {
		page := c.chunks.Page(i)
		at := e.pinOfRun(page, c.chunks.Span)
		if !e.receiving.in(at) {
			continue
		}
		ref := e.sharing(at, func() slab.Ref {
			return c.chunks.AllocIn(e.arena, page, func(r slab.Ref) bool { return e.at(r).State() == item.Free })
		})
		if ref != slab.None {
			e.occupy(c, e.at(ref), w)
			return ref
		}
	}
	return slab.None
}

// addShared gives a class a run of the pool in a block that has something that is being filled. Needs the class lock.
func (e *Engine) addShared(c *class) bool {
	if e.arena.Left() < c.chunks.Span {
		return false
	}
	for block := range e.receiving.by {
		if e.receiving.by[block].Load() > 0 && c.chunks.AddPageIn(e.arena, uint32(block*e.longest+1), e.longest) {
			e.hint(c)
			return true
		}
	}
	return false
}

// shareTries is how many runs, and how many items, of a class are looked at to find one in such a block.
const shareTries = 1000

// shareOldest evicts the oldest item in such a page, if it is found soon, and takes its chunk. Needs the class lock.
func (e *Engine) shareOldest(c *class, w *want) slab.Ref {
	ref := c.policy.Victim()
	for n := shareTries; ref != slab.None && n > 0; n-- {
		h, at := e.at(ref), e.pinOf(ref)
		next := c.policy.NextVictim(e.arena, ref, h)
		if e.receiving.in(at) && (!e.noEvict || e.expired(h, w.now)) {
			if got := e.sharing(at, func() slab.Ref { return e.seize(c, ref, h, w) }); got != slab.None {
				return got
			}
		}
		ref = next
	}
	return slab.None
}

// sharing pins a chunk that the function take returns, where it will be. It returns None if there may not be one any more.
func (e *Engine) sharing(at pin, take func() slab.Ref) slab.Ref {
	if ok, _ := e.receiving.take(at); !ok {
		return slab.None
	}
	ref := take()
	if ref == slab.None {
		e.receiving.giveBack(at)
	}
	return ref
}
