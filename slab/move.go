package slab

import "slices"

// A page changes hands in steps, since the items in it must be unlinked one by one by somebody who knows them:
//
//	Leave       names the page; from now on chunks freed in it are kept off the free list and counted
//	Withdraw    does the same for each chunk of the page that is free already
//	LeaveEnd    does the same for those that were never handed out
//	Left        says how many chunks are still in use
//	Part        when none is: the page is the caller's, who gives it to another class with Adopt
//	Stay        gives up: the chunks go back to the free list
//
// Only one page of a class leaves at a time. The class lock is needed for each step and may be let go between them:
// the class works as usual meanwhile, but for the page's chunks.

// Leave begins to clear a page of the class.
func (c *Class) Leave(a *Arena, page uint32) {
	c.leaving, c.gone = page, 0
	if *a.inUse(page) == 0 {
		c.empty--
	}
}

// LeaveEnd counts the chunks of the leaving page that were never handed out as free. mark is called for each of them
// before, so that its owner can make its bytes look free.
func (c *Class) LeaveEnd(a *Arena, mark func(Ref)) {
	if c.nend == 0 || a.PageOf(c.end) != c.leaving {
		return
	}
	for ; c.nend > 0; c.nend-- {
		mark(c.end)
		c.end++
		c.gone++
	}
}

// Leaving returns the page that is being cleared, or 0.
func (c *Class) Leaving() uint32 { return c.leaving }

// Withdraw takes a free chunk of the leaving page off the free list.
func (c *Class) Withdraw(a *Arena, r Ref) {
	c.remove(a, r)
	c.gone++
}

// Left returns how many chunks of the leaving page are in use.
func (c *Class) Left() int { return c.PerPage - c.gone }

// Part ends the clearing of a page that has no chunk in use: the class does not own it any longer, and the caller does.
// Takes the page lock.
func (c *Class) Part(a *Arena) (page uint32) {
	page = c.leaving
	last := len(c.pages) - 1
	c.pages[slices.Index(c.pages, page)] = c.pages[last] // there may be a million
	c.pages = c.pages[:last]
	c.leaving, c.gone = 0, 0
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range c.Span {
		a.setEntry(page+uint32(i), 0)
	}
	return page
}

// Adopt gives the class a page that another has parted with. If the class has come to an unused end meanwhile, the page
// goes to nobody instead, where AddPage finds it. Takes the page lock.
func (c *Class) Adopt(a *Arena, page uint32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.nend > 0 {
		a.giveBack(page, c.Span)
		return
	}
	c.own(a, page)
}

// Stay gives the clearing up. free says of a chunk of the page whether it was freed.
func (c *Class) Stay(a *Arena, free func(Ref) bool) {
	page := c.leaving
	c.leaving, c.gone = 0, 0
	if *a.inUse(page) == 0 {
		c.empty++
	}
	for i := range c.PerPage {
		if r := a.Chunk(page, i); free(r) {
			c.add(a, r)
		}
	}
}
