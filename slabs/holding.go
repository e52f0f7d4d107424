package slabs

import (
	"math"

	"gocached/slabs/table"
)

// holding is what a server holds, and in which classes.
type holding struct {
	title   string // the server and its version
	vintage table.Vintage
	flags   table.Flags
	table   table.Table // the classes that it has now
	limit   float64     // -m, in bytes
	less    int         // bytes by which the items are smaller than statistics say, about
	counted bool        // there is a histogram of sizes
	listed  bool        // the table does not follow from the flags
	classes []class     // those with pages
	items   *curve      // the chunks that the items need
	own     *ownMemory  // of gocached
}

// class is what is known of a slab class.
type class struct {
	id, size  int
	perPage   float64
	pages     float64
	total     float64 // chunks
	chunks    float64 // those in use
	items     float64
	pieces    float64 // items, and parts of items, that are there for what they hold
	requested float64 // bytes of what is in the chunks in use
}

// taken returns the bytes of the chunks in use.
func (c *class) taken() float64 { return c.chunks * float64(c.size) }

// free returns the bytes of the chunks that are not in use.
func (c *class) free() float64 { return max(0, c.total-c.chunks) * float64(c.size) }

// waste returns the bytes in the chunks in use that hold nothing.
func (c *class) waste() float64 { return max(0, c.taken()-c.requested) }

// ends returns the bytes at the ends of a class's pages.
func (h *holding) ends(c *class) float64 {
	return c.pages * max(0, float64(h.table.Page)-c.perPage*float64(c.size))
}

// pieces returns what must be put in chunks to store a population.
func (h *holding) pieces(p *population) *population {
	if h.vintage.Chains() {
		return p.chained(h.flags.ChunkMax)
	}
	return p
}

// estimated returns the classes as they would be if they held the population and nothing else.
func (h *holding) estimated() (out []class) {
	before := 0
	for i, row := range h.table.Classes {
		high := row.Size
		if i == len(h.table.Classes)-1 {
			high = maxSize
		}
		if items, bytes := h.items.between(before, high); items >= 0.5 {
			perPage := float64(row.PerPage)
			pages := math.Ceil(items / perPage)
			out = append(out, class{row.ID, row.Size, perPage, pages, pages * perPage, items, items, items, bytes})
		}
		before = row.Size
	}
	return out
}
