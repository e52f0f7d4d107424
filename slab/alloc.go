package slab

// links are the two refs in bytes 4 to 11 of a chunk.
type links struct {
	_          uint32
	next, prev Ref
}

func (a *Arena) links(r Ref) *links { return (*links)(a.At(r)) }

// Alloc takes one chunk of the class and returns it: the one freed last, else one from the unused end of the newest page,
// else None. It never takes a page and never evicts.
//
// The chunk still holds its last user's bytes: write every byte that will be read. Needs the class lock.
func (c *Class) Alloc(a *Arena) Ref {
	if r := c.free; r != None {
		c.remove(a, r)
		c.use(a, r)
		return r
	}
	return c.allocEnd(a)
}

// AllocIn is Alloc for a chunk of one of the class's pages. free says of a chunk that was handed out whether it was given back.
// Needs the class lock.
func (c *Class) AllocIn(a *Arena, page uint32, free func(Ref) bool) Ref {
	if page == c.leaving || int(*a.inUse(page)) == c.PerPage {
		return None
	}
	for i := range c.Used(a, page) {
		if r := a.Chunk(page, i); free(r) {
			c.remove(a, r)
			c.use(a, r)
			return r
		}
	}
	return c.allocEnd(a) // which lies in this page, or all of its chunks would be in use
}

// allocEnd takes a chunk from the unused end of the newest page.
func (c *Class) allocEnd(a *Arena) Ref {
	if c.nend == 0 {
		return None
	}
	r := c.end
	c.end++
	c.nend--
	c.use(a, r)
	return r
}

// use counts a chunk that is handed out.
func (c *Class) use(a *Arena, r Ref) {
	n := a.inUse(a.PageOf(r))
	if *n == 0 {
		c.empty--
	}
	*n++
}

// Release gives a chunk of the class back. Needs the class lock.
func (c *Class) Release(a *Arena, r Ref) {
	page := a.PageOf(r)
	n := a.inUse(page)
	*n--
	if page == c.leaving {
		c.gone++
		return
	}
	if *n == 0 {
		c.empty++
	}
	c.add(a, r)
}

// add puts a free chunk on the list.
func (c *Class) add(a *Arena, r Ref) {
	l := a.links(r)
	l.next, l.prev = c.free, None
	if c.free != None {
		a.links(c.free).prev = r
	}
	c.free = r
	c.nfree++
}

// remove takes a free chunk off the list.
func (c *Class) remove(a *Arena, r Ref) {
	l := a.links(r)
	if l.prev == None {
		c.free = l.next
	} else {
		a.links(l.prev).next = l.next
	}
	if l.next != None {
		a.links(l.next).prev = l.prev
	}
	c.nfree--
}

// EachFree calls f for every chunk on the free list. It is for checks. Needs the class lock.
func (c *Class) EachFree(a *Arena, f func(Ref)) {
	for r := c.free; r != None; r = a.links(r).next {
		f(r)
	}
}

// Used returns how many chunks of one of the class's pages were ever handed out: those before the unused end. The bytes
// of the others mean nothing. Needs the class lock.
func (c *Class) Used(a *Arena, page uint32) int {
	if c.nend > 0 && a.PageOf(c.end) == page {
		return c.PerPage - c.nend
	}
	return c.PerPage
}
