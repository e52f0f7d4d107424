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
	Limit      int64 // bytes for all pages together; less than a page still gives one page
	PageSize   int   // bytes, also the largest chunk
	ChunkSmall int   // bytes of the smallest chunk, which decides how a ref is split
}

// Arena is all the memory for items: a reserved mapping that is handed out by the page.
type Arena struct {
	base   unsafe.Pointer // where page 0 would be
	table  unsafe.Pointer // the page table
	counts unsafe.Pointer // by page: how many of its chunks are in use; the class lock of the page's class guards it
	stride uintptr        // from page to page
	shift  uint32         // how many bits of a ref number the chunk
	mask   uint32         // which ones

	total int // pages there are

	mu   sync.Mutex   // the page lock
	used uint32       // pages handed out at least once: the first ones
	back []uint32     // pages given back and not handed out again
	left atomic.Int64 // pages nobody owns

	memory, words *Memory
	ahead         ahead
	huge          bool // memory comes in huge pages
}

// NewArena reserves the address space for cfg. huge is not nil if huge pages cannot be had, which harms nothing; err is
// not nil if there is no Arena.
func NewArena(cfg Config) (a *Arena, huge, err error) {
	a = &Arena{stride: uintptr((cfg.PageSize + align - 1) &^ (align - 1))}
	a.shift = refBits(cfg.PageSize / cfg.ChunkSmall)
	a.mask = 1<<a.shift - 1
	a.total = int(max(1, cfg.Limit/int64(cfg.PageSize)))
	a.total = min(a.total, 1<<(32-a.shift)-1) // page numbers start at 1
	a.left.Store(int64(a.total))
	a.words, err = Reserve((uintptr(a.total)+1)*8, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("page table: %w", err)
	}
	a.memory, err = Reserve(uintptr(a.total+1)*a.stride, a.stride)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%d pages of %d bytes: %w", a.total, cfg.PageSize, err), a.words.Free())
	}
	a.table, a.counts = a.words.Start, unsafe.Add(a.words.Start, (a.total+1)*4)
	a.base = a.memory.Start
	huge = a.memory.HugePages()
	a.huge = huge == nil && a.stride <= hugePage
	a.ahead.done = uint64(a.stride)
	return a, huge, nil
}

// Close gives everything back to the system. No ref means anything after it.
func (a *Arena) Close() error {
	a.ahead.stop()
	return errors.Join(a.memory.Free(), a.words.Free())
}

// Pages returns how many pages there are, owned or not.
func (a *Arena) Pages() int { return a.total }

// Left returns how many pages nobody owns. It takes no lock: it is a hint, which AddPage decides.
func (a *Arena) Left() int { return int(a.left.Load()) }

// Backed returns how many bytes the system has had to find memory for: the pages that were ever handed out, without their
// unused ends, or with what was backed ahead. Takes the page lock.
func (a *Arena) Backed(unused int64) int64 {
	a.mu.Lock()
	taken := int64(a.used) * int64(a.stride)
	a.mu.Unlock()
	if a.huge {
		return max(taken, int64(a.ahead.goal.Load())-int64(a.stride))
	}
	return max(taken-unused, 0)
}

// TableBytes returns how much memory the page table takes, in bytes.
func (a *Arena) TableBytes() int64 { return a.words.Resident() }

// AddPage gives the class another page, whose chunks become its unused end, and reports whether there was one. The class
// must have no unused end. Needs the class lock, and takes the page lock.
func (c *Class) AddPage(a *Arena) bool {
	if a.Left() == 0 {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	page := a.next()
	if page == 0 {
		return false
	}
	a.left.Add(-1)
	c.own(a, page)
	return true
}

// own makes a page that nobody owns the class's newest. Needs the class lock and the page lock.
func (c *Class) own(a *Arena, page uint32) {
	a.setEntry(page, c.entry())
	c.pages = append(c.pages, page)
	c.empty++
	c.end, c.nend = a.Chunk(page, 0), c.PerPage
}

// GiveBack makes a page that its class has parted with one that nobody owns, where AddPage finds it. Takes the page lock.
func (a *Arena) GiveBack(page uint32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.giveBack(page)
}

func (a *Arena) giveBack(page uint32) {
	a.back = append(a.back, page)
	a.left.Add(1)
}

// next returns the number of a page that nobody owns, or 0. Needs the page lock.
func (a *Arena) next() uint32 {
	if n := len(a.back); n > 0 {
		page := a.back[n-1]
		a.back = a.back[:n-1]
		return page
	}
	if int(a.used) == a.total {
		return 0
	}
	a.used++
	if a.huge {
		a.ahead.goOn(a.memory, uintptr(a.used+1)*a.stride+aheadBytes)
	}
	return a.used
}

// EachPage calls f with the number of every page that was ever handed out, and the class it belongs to as things stood
// when it was looked at; 0 is none.
func (a *Arena) EachPage(f func(page uint32, class int)) {
	a.mu.Lock()
	used := a.used
	a.mu.Unlock()
	for page := uint32(1); page <= used; page++ {
		f(page, int(a.entry(page)&0xff))
	}
}
