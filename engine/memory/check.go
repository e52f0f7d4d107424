package memory

import (
	"errors"
	"fmt"

	"gocached/assoc"
	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// Check compares everything that the engine holds, and returns the first contradiction. Other calls wait meanwhile. So it is
// for tests, and for builds with the tag gocachedcheck, which call it again and again (check_on.go).
//
// Every chunk that was ever handed out must be free, held or linked. A free chunk is on its class's free list, once. A linked
// chunk is in its class's LRU, once, and in the bucket of its key, once. The lists and buckets hold nothing else. The gauges of
// each class and the numbers of each page are the sums over its chunks.
func (e *Engine) Check() error {
	e.reaper.mu.Lock() // while the reaper works bounds are not as they should be
	defer e.reaper.mu.Unlock()
	if !e.lockMoving() {
		return nil
	}
	defer e.moving.Unlock()
	e.table.LockAll()
	defer e.table.UnlockAll()
	inTable, err := e.checkTable()
	if err != nil {
		return err
	}
	left, pages, linked := e.arena.Left(), 0, 0
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		c.mu.Lock()
		err := e.checkClass(c, inTable)
		pages += c.chunks.Pages() * c.chunks.Span
		linked += c.policy.Len()
		c.mu.Unlock()
		if err != nil {
			return fmt.Errorf("class %d: %w", i+1, err)
		}
	}
	if err := e.arena.Check(); err != nil {
		return err
	}
	switch there := e.arena.Pages() + e.arena.Stranded(); {
	case pages+left != there && left == e.arena.Left():
		return fmt.Errorf("%d pages are accounted for, of %d", pages+left, there)
	case linked != len(inTable):
		return fmt.Errorf("%d items linked, %d in the table", linked, len(inTable))
	case int64(linked) != e.table.Items():
		return fmt.Errorf("%d items linked, the table counts %d", linked, e.table.Items())
	}
	return nil
}

// checkTable returns the refs in the table.
func (e *Engine) checkTable() (refs map[slab.Ref]bool, err error) {
	refs = make(map[slab.Ref]bool)
	e.table.Each(func(ref slab.Ref, h *item.Header) {
		link, got, _ := e.table.Find(e.table.Hash(h.Key()), h.Key())
		switch {
		case err != nil:
		case refs[ref]:
			err = fmt.Errorf("ref %d is in the table twice", ref)
		case h.State() != item.Linked:
			err = fmt.Errorf("ref %d is in the table in state %d", ref, h.State())
		case got != ref || link == assoc.Link{}:
			err = fmt.Errorf("key %q leads to ref %d, not %d", h.Key(), got, ref)
		}
		refs[ref] = true
	})
	return refs, err
}

// checkClass compares a class's lists and gauges with its chunks.
func (e *Engine) checkClass(c *class, inTable map[slab.Ref]bool) error {
	free, lru, err := e.checkLists(c)
	if err != nil {
		return err
	}
	var bytes uint64
	living := living{horizon: c.living.horizon}
	leaving, held, empty := 0, 0, 0
	for i := range c.chunks.Pages() {
		page := c.chunks.Page(i)
		for at := page; at < page+uint32(c.chunks.Span); at++ {
			if first, number := e.arena.Owner(at); first != page || number != c.chunks.ID {
				return fmt.Errorf("page %d of run %d is another's", at, page)
			}
		}
		inUse := 0
		e.eachChunk(c, page, func(r slab.Ref, h *item.Header) {
			if h.State() != item.Free {
				inUse++
			}
			switch h.State() {
			case item.Linked:
				bytes += uint64(h.NominalSize())
				living.count(h, 1)
				err = errors.Join(err, e.checkDue(r, h), e.checkVersion(r, h))
			case item.Held:
				held++ // its holder may be writing it
			}
			switch {
			case h.State() == item.Free && page == c.chunks.Leaving():
				leaving++
			case (h.State() == item.Free) != free[r]:
				err = fmt.Errorf("ref %d in state %d: on the free list is %v", r, h.State(), free[r])
			case (h.State() == item.Linked) != lru[r] || lru[r] != inTable[r]:
				err = fmt.Errorf("ref %d in state %d: in the LRU is %v, in the table %v", r, h.State(), lru[r], inTable[r])
			}
		})
		if inUse != e.arena.InUse(page) {
			return fmt.Errorf("%d chunks of page %d are in use, counted %d", inUse, page, e.arena.InUse(page))
		}
		if inUse == 0 && page != c.chunks.Leaving() {
			empty++
		}
	}
	switch {
	case err != nil:
		return err
	case empty != c.chunks.Empty() || empty*c.chunks.Span != c.empty:
		return fmt.Errorf("%d pages are unused, counted %d, told %d", empty, c.chunks.Empty(), c.empty)
	case held == 0 && bytes != c.counts.requested || bytes > c.counts.requested:
		return fmt.Errorf("%d bytes in use, %d held, items %d", c.counts.requested, held, bytes)
	case living != c.living:
		return fmt.Errorf("living %v, counted %v", living, c.living)
	case len(free)+leaving != c.chunks.Free():
		return fmt.Errorf("%d free chunks, counted %d", len(free)+leaving, c.chunks.Free())
	case int(c.spare.Load()) != c.chunks.Spare():
		return fmt.Errorf("%d spare chunks, published %d", c.chunks.Spare(), c.spare.Load())
	}
	return nil
}

// checkDue checks that the reaper will find an item when it is over.
func (e *Engine) checkDue(r slab.Ref, h *item.Header) error {
	t := h.Exptime()
	if bound, ok := e.due.bound(r); t != clock.Never && (!ok || bound > t) {
		return fmt.Errorf("ref %d ends in second %d, and would be looked at in second %d", r, t, bound)
	}
	return nil
}

// checkVersion checks what a linked item notes beside its key and value.
func (e *Engine) checkVersion(r slab.Ref, h *item.Header) error {
	last := e.cas.Load()
	if e.noCAS {
		last = e.flush.horizon.Load()
	}
	switch {
	case h.KeyLen() == 0 || h.KeyLen() > item.MaxKey:
		return fmt.Errorf("ref %d has a key of %d bytes", r, h.KeyLen())
	case h.Stamp() > last:
		return fmt.Errorf("ref %d has stamp %d, and the last was %d", r, h.Stamp(), last)
	case e.noCAS && (h.CAS() != 0 || h.Choosing()):
		return fmt.Errorf("ref %d has CAS %d where there is none", r, h.CAS())
	case h.Large() != (h.ValueLen() >= e.lendFrom):
		return fmt.Errorf("ref %d has a value of %d bytes, and counts pins is %v", r, h.ValueLen(), h.Large())
	}
	return nil
}

// checkLists returns what the free list and the LRU hold.
func (e *Engine) checkLists(c *class) (free, lru map[slab.Ref]bool, err error) {
	free, lru = make(map[slab.Ref]bool), make(map[slab.Ref]bool)
	c.chunks.EachFree(e.arena, func(r slab.Ref) {
		if free[r] || len(free) > c.chunks.Free() {
			panic(fmt.Sprintf("class %d: ref %d is on the free list twice", c.chunks.ID, r))
		}
		free[r] = true
	})
	err = c.policy.Check(e.arena, func(r slab.Ref) { lru[r] = true })
	if err == nil && len(lru) != c.policy.Len() {
		err = fmt.Errorf("the LRU has %d items, counted %d", len(lru), c.policy.Len())
	}
	return free, lru, err
}
