package slab

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Config says what memory an Arena is to have.
type Config struct {
	Limit      int64 // bytes for all pages together; there are pages for the largest chunk at least
	Reserve    int64 // bytes up to which Resize can raise that; if they cannot be reserved, or are fewer, it cannot be raised
	PageSize   int   // bytes of a page
	ChunkSmall int   // bytes of the smallest chunk, which decides how a ref is split
	Chunks     int   // the most chunks in a run, if there may be more in one than of the smallest in a page
	ChunkLarge int   // bytes of the largest chunk
	Block      int   // pages of a block, see Arena.Block, but those for the largest chunk at least
}

// Arena is all the memory for items: a reserved mapping that is handed out in runs of pages.
type Arena struct {
	base   unsafe.Pointer // where page 0 would be
	table  unsafe.Pointer // the page table
	counts unsafe.Pointer // by page: how many of its chunks are in use; the class lock of the page's class guards it
	stride uintptr        // from page to page
	shift  uint32         // how many bits of a ref number the chunk
	mask   uint32         // which ones

	most  int          // pages that there are addresses for
	total atomic.Int64 // pages that there may be: the limit
	block int          // pages of a block

	mu       sync.Mutex   // the page lock
	pool     pool         // pages that nobody owns
	used     uint32       // the highest page that was ever handed out
	owned    int          // pages that were handed out and not given back
	flight   flight       // what is going back to the system just now
	left     atomic.Int64 // pages in the pool
	stranded atomic.Int64 // pages beyond the limit that are owned

	released atomic.Int64 // bytes that went back to the system, in all

	memory, words *Memory
	ahead         ahead
	huge          bool // memory comes in huge pages
}

// NewArena reserves the address space for cfg. huge is not nil if huge pages cannot be had, which harms nothing; err is
// not nil if there is no Arena.
func NewArena(cfg Config) (a *Arena, huge, err error) {
	a = &Arena{stride: uintptr((cfg.PageSize + align - 1) &^ (align - 1))}
	a.shift = refBits(max(cfg.PageSize/cfg.ChunkSmall, cfg.Chunks))
	a.mask = 1<<a.shift - 1
	total := max(int64(pagesFor(cfg.ChunkLarge, cfg.PageSize)), cfg.Limit/int64(cfg.PageSize))
	total = min(total, 1<<(32-a.shift)-1) // page numbers start at 1
	a.block = max(cfg.Block, pagesFor(cfg.ChunkLarge, cfg.PageSize))
	a.total.Store(total)
	a.left.Store(total)
	most := min(max(total, cfg.Reserve/int64(cfg.PageSize)), 1<<(32-a.shift)-1)
	if err = a.reserve(int(most)); err != nil && most > total {
		err = a.reserve(int(total))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%d pages of %d bytes: %w", total, cfg.PageSize, err)
	}
	a.pool.init(int(total), a.most, a.block)
	a.base = a.memory.Start
	huge = a.memory.HugePages()
	a.huge = huge == nil && a.stride <= hugePage
	a.ahead.done = uint64(a.stride)
	return a, huge, nil
}

// reserve reserves addresses for so many pages, and their tables.
func (a *Arena) reserve(pages int) (err error) {
	if a.words, err = Reserve((uintptr(pages)+1)*8, 0); err != nil {
		return fmt.Errorf("page table: %w", err)
	}
	if a.memory, err = Reserve(uintptr(pages+1)*a.stride, a.stride); err != nil {
		return errors.Join(err, a.words.Free())
	}
	a.most = pages
	a.table, a.counts = a.words.Start, unsafe.Add(a.words.Start, (pages+1)*4)
	return nil
}

// pagesFor returns how many pages hold a number of bytes, at least one.
func pagesFor(bytes, pageSize int) int { return max(1, (bytes+pageSize-1)/pageSize) }

// Close gives everything back to the system. No ref means anything after it.
func (a *Arena) Close() error {
	a.ahead.stop()
	return errors.Join(a.memory.Free(), a.words.Free())
}

// Pages returns how many pages there may be, owned or not: the limit.
func (a *Arena) Pages() int { return int(a.total.Load()) }

// Owned returns how many pages are owned. Takes the page lock.
func (a *Arena) Owned() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.owned
}

// Warm returns how many pages that nobody owns the system has memory for. Takes the page lock.
func (a *Arena) Warm() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.pool.warm()
}

// Most returns how many pages there are addresses for. Page numbers go up to that.
func (a *Arena) Most() int { return a.most }

// PageSize returns the bytes of a page.
func (a *Arena) PageSize() int { return int(a.stride) }

// Block returns how many pages a block has: as many as the longest run at least. A run lies in one block. So any run can be made
// where nothing keeps the pages of a block where they are.
func (a *Arena) Block() int { return a.block }

// BlockOf returns the number of the block of a page, from 0.
func (a *Arena) BlockOf(page uint32) int { return int(page-1) / a.block }

// Left returns how many pages nobody owns. It takes no lock: it is a hint, which AddPage decides.
func (a *Arena) Left() int { return int(a.left.Load()) }

// MayHave is false if the pool has no run of so many pages. It takes no lock: it is a hint, which AddPage decides.
func (a *Arena) MayHave(span int) bool { return a.Left() >= span && a.pool.mayHave(span) }

// Backed returns how many bytes the system has had to find memory for: the pages that are owned, without their unused ends, or
// with what was backed ahead, and those in the pool that have not gone back to the system. Takes the page lock.
func (a *Arena) Backed(unused int64) int64 {
	a.mu.Lock()
	pages := a.owned + a.pool.warm()
	used := int64(a.used+1) * int64(a.stride)
	a.mu.Unlock()
	bytes := int64(pages) * int64(a.stride)
	if a.huge {
		return bytes + max(0, int64(a.ahead.goal.Load())-used)
	}
	return max(bytes-unused, 0)
}

// TableBytes returns how much memory the page table takes, in bytes.
func (a *Arena) TableBytes() int64 { return a.words.Resident() }

// AddPage gives the class another run of pages, whose chunks become its unused end, and reports whether there was one. The
// class must have no unused end. Needs the class lock, and takes the page lock.
func (c *Class) AddPage(a *Arena) bool {
	if !a.MayHave(c.Span) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	page := a.take(c.Span)
	if page == 0 {
		return false
	}
	c.own(a, page)
	return true
}

// AddPageIn is AddPage for a run that lies among n pages from one on.
func (c *Class) AddPageIn(a *Arena, first uint32, n int) bool {
	if a.Left() < c.Span {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	page := a.pool.findIn(int(first), min(int(first)+n, a.Pages()+1), c.Span, 1)
	if page == 0 {
		return false
	}
	a.pool.remove(page, c.Span)
	a.handOut(page, c.Span)
	c.own(a, page)
	return true
}

// own makes a run of pages that nobody owns the class's newest. Needs the class lock and the page lock.
func (c *Class) own(a *Arena, page uint32) {
	a.setEntry(page, c.entry())
	for i := 1; i < c.Span; i++ {
		a.setEntry(page+uint32(i), follower(i))
	}
	c.pages = append(c.pages, page)
	c.empty++
	c.end, c.nend = a.Chunk(page, 0), c.PerPage
}

// GiveBack puts pages that their class has parted with into the pool, where AddPage finds them. Takes the page lock.
func (a *Arena) GiveBack(page uint32, span int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.giveBack(page, span)
}

func (a *Arena) giveBack(page uint32, span int) {
	a.owned -= span
	inside := a.within(page, span)
	a.pool.put(page, inside)
	a.left.Add(int64(inside))
	if inside < span {
		a.pool.retire(page+uint32(inside), span-inside)
		a.stranded.Add(int64(inside - span))
	}
}

// Claim takes a certain page out of the pool for the caller, and reports whether it was there. Takes the page lock.
func (a *Arena) Claim(page uint32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.pool.has(page) {
		return false
	}
	a.pool.remove(page, 1)
	a.handOut(page, 1)
	return true
}

// take takes a run of pages out of the pool, the lowest there is, and returns the first of them, or 0. Needs the page lock.
func (a *Arena) take(span int) uint32 {
	page := a.pool.find(span)
	if page == 0 {
		return 0
	}
	a.pool.remove(page, span)
	a.handOut(page, span)
	return page
}

// handOut counts pages that leave the pool. Needs the page lock.
func (a *Arena) handOut(page uint32, span int) {
	a.left.Add(-int64(span))
	a.owned += span
	last := page + uint32(span) - 1
	if last <= a.used {
		return
	}
	a.used = last
	if a.huge {
		limit := uintptr(a.Pages()+1) * a.stride
		a.ahead.goOn(a.memory, min(uintptr(a.used+1)*a.stride+aheadBytes, limit))
	}
}

// EachPage calls f with the number of the first page of every run that a class owns, and with the class it belongs to as things
// stood when it was looked at.
func (a *Arena) EachPage(f func(page uint32, class int)) {
	a.mu.Lock()
	used := a.used
	a.mu.Unlock()
	for page := uint32(1); page <= used; page++ {
		if class := int(a.entry(page) & classMask); class != 0 {
			f(page, class)
		}
	}
}

// Owner returns the first page of the run to which a page belongs, and the class that owns it; class 0 is nobody.
func (a *Arena) Owner(page uint32) (first uint32, class int) {
	e := a.entry(page)
	if e&classMask == 0 {
		page -= e >> classBits
		e = a.entry(page)
	}
	return page, int(e & classMask)
}
