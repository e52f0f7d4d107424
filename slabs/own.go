package slabs

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// classicTable is the -o slab_table with which gocached's chunks are as large as its statistics say, which else show the classes
// that memcached would have.
const classicTable = "1.4.5"

// ownMemory is what gocached says of the chunks in which its items really lie.
type ownMemory struct {
	classic bool    // they are those of its classes
	taken   float64 // bytes of chunks that hold an item
	unused  float64 // bytes that wait for items
}

// ownMemory returns nil for a server that does not tell.
func (s *server) ownMemory() *ownMemory {
	all, err := strconv.ParseUint(s.own["memory_items"], 10, 64)
	unused, err2 := strconv.ParseUint(s.own["memory_items_unused"], 10, 64)
	if err != nil || err2 != nil {
		return nil
	}
	all, unused = min(all, maxCount), min(unused, all)
	return &ownMemory{s.own["slab_table"] == classicTable, float64(all - unused), float64(unused)}
}

// givenSizes returns the classes that gocached was given as a list, or none.
func (s *server) givenSizes() (sizes []int) {
	for word := range strings.SplitSeq(s.own["slab_sizes"], "-") {
		if n, err := strconv.Atoi(word); err == nil {
			sizes = append(sizes, n)
		}
	}
	return sizes
}

// fits reports whether the items take less in chunks of many sizes than that.
func (o *ownMemory) fits(bytes float64) bool { return o != nil && !o.classic && o.taken < bytes }

// printOwn says what gocached really wastes, and what the classes below have to do with it.
func (h *holding) printOwn(out io.Writer) {
	waste := max(0, h.own.taken-h.sum((*class).wanted))
	fmt.Fprintf(out, "\nWasted: about %s, %.0f %% of the %s of chunks in which they lie. Besides, %s wait to be used.\n",
		size(waste), percent(waste, h.own.taken), size(h.own.taken), size(h.own.unused))
	if h.own.classic {
		fmt.Fprintln(out, "\nBy class, as far as statistics tell:")
		return
	}
	fmt.Fprintln(out, "Its chunks have many sizes. The classes that statistics show are memcached's; -f, -n and -o slab_sizes change these,\n"+
		"and what it holds only with -o slab_table=1.4.5. In such classes the same items would take:")
}
