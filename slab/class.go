package slab

const (
	// MaxClasses is how many classes a table of sizes has, at most.
	MaxClasses = 200

	// MaxPage is the largest chunk, in bytes: a page of memcached 1.4.5 is as large as the largest item.
	MaxPage = 128 << 20

	// startSize is what memcached 1.4.5's item header measures. The table of sizes starts from it, whatever our own
	// header measures, so that the classes are the ones its users know.
	startSize = 48

	align = 8
)

// These do not compile if a number has fewer bits than it needs.
const (
	_ = uint(1<<(32-classBits) - 1 - MaxPage/PageSize)       // how far a page is behind the first of its run, in an entry
	_ = uint(1<<(32-classBits) - 1 - MaxSpan*PageSize/align) // the size there, of a chunk that shares its run
)

// Sizes returns the chunk sizes of all classes for the given flags: its page size (-I), the least room for key,
// value and flags (-n) and the growth factor (-f). Element 0 is class 1. The table is memcached 1.4.5's, for every combination
// of flags: sizes are multiples of 8 but for the last, which is a whole page there. Clients see these classes; the chunks that
// items lie in are those of Fine.
func Sizes(pageSize, chunkMin int, factor float64) []int {
	var sizes []int
	size := uint32(startSize + min(chunkMin, pageSize))
	for len(sizes) < MaxClasses-1 && float64(size) <= float64(pageSize)/factor {
		if rest := size % align; rest != 0 {
			size += align - rest
		}
		sizes = append(sizes, int(size))
		size = uint32(float64(size) * factor)
	}
	return append(sizes, pageSize)
}

// Class is the memory of one slab class: its runs of pages, its free chunks, and the unused end of its newest run. Every method
// needs the class lock of whoever owns the Class.
type Class struct {
	ID      int // from 1
	Size    int // bytes of a chunk
	Span    int // pages in a run
	PerPage int // chunks in a run

	pages []uint32 // the first pages of its runs
	empty int      // how many of them have no chunk in use; the one that is being cleared does not count

	free  Ref // list of freed chunks, linked through the chunks
	nfree int

	end  Ref // first chunk never handed out, in the newest page
	nend int // how many there are

	leaving uint32 // the page that is being cleared, or 0 (move.go)
	gone    int    // how many of its chunks are free and off the list
}

// Init makes the class one without pages, whose runs have span pages of so many bytes.
func (c *Class) Init(id, size, span, pageSize int) {
	*c = Class{ID: id, Size: size, Span: span, PerPage: span * pageSize / size}
}

// Pages returns how many runs of pages the class owns.
func (c *Class) Pages() int { return len(c.pages) }

// Page returns the first page of its i-th run.
func (c *Class) Page(i int) uint32 { return c.pages[i] }

// Free returns how many chunks have been given back and wait to be used again.
func (c *Class) Free() int { return c.nfree + c.gone }

// Unused returns how many chunks at the end of the newest page were never used.
func (c *Class) Unused() int { return c.nend }

// Spare returns how many chunks Alloc could hand out now.
func (c *Class) Spare() int { return c.nfree + c.nend }

// Empty returns how many pages have no chunk in use.
func (c *Class) Empty() int { return c.empty }

// Emptiest returns the page with the fewest chunks in use, or 0 if there is no page.
func (c *Class) Emptiest(a *Arena) (page uint32) {
	fewest := uint32(0)
	for _, p := range c.pages {
		if n := *a.inUse(p); p != c.leaving && (page == 0 || n < fewest) {
			page, fewest = p, n
		}
		if page != 0 && fewest == 0 {
			break
		}
	}
	return page
}

// entry is the class's word in the page table.
func (c *Class) entry() uint32 {
	if c.PerPage == 1 {
		return uint32(c.ID)
	}
	return uint32(c.Size/align)<<classBits | uint32(c.ID)
}
