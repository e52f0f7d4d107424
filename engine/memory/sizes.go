package memory

import (
	"sort"

	"gocached/slab"
)

// sizes finds the class of an item. An item has two sizes: the nominal one, which memcached 1.4.5 would compute and clients know,
// and the bytes that it takes here. The table of nominal classes is memcached's. The chunks have a finer table of their own, and a
// class is one size of chunks for items of one nominal class. So whatever is counted for a class is counted for a nominal class
// too, and statistics show memcached's classes by adding up (stats_class.go).
type sizes struct {
	nominal finder
	chunks  finder
	layouts []slab.Layout
	first   []int // by size of chunks: the lowest nominal class of items that may need it
	base    []int // by size of chunks: the class for items of that nominal class; the classes for the next follow
	classes int
}

// By how many bytes the nominal size of an item may exceed what it takes: see item.NominalSize and item.Shape. At most the
// digits of flags and length make it larger.
const (
	leastExcess = 13
	mostExcess  = 51
)

// init makes it ready for a table of nominal sizes, and one of chunks.
func (s *sizes) init(nominal []int, layouts []slab.Layout) {
	s.nominal.init(nominal)
	s.layouts = layouts
	chunks := make([]int, len(layouts))
	s.first, s.base = make([]int, len(layouts)), make([]int, len(layouts))
	s.classes = 0
	last := len(nominal)
	for i, before := 0, 0; i < len(layouts); i++ {
		chunks[i] = layouts[i].Size
		low, high := s.nominal.class(before+1+leastExcess), s.nominal.class(chunks[i]+mostExcess)
		if low == 0 {
			low = last
		}
		if high == 0 {
			high = last
		}
		s.first[i], s.base[i] = low, s.classes+1
		s.classes += high - low + 1
		before = chunks[i]
	}
	s.chunks.init(chunks)
}

// each calls f with every class: its number, its nominal class, the layout of its chunks, and the next smaller size of chunks.
func (s *sizes) each(f func(id, nominal int, l slab.Layout, below int)) {
	below := 0
	for i, l := range s.layouts {
		end := s.classes + 1
		if i+1 < len(s.base) {
			end = s.base[i+1]
		}
		for id := s.base[i]; id < end; id++ {
			f(id, s.first[i]+id-s.base[i], l, below)
		}
		below = l.Size
	}
}

// class returns the number of the class for an item of a nominal class that takes so many bytes.
func (s *sizes) class(nominal, size int) int {
	i := s.chunks.class(size) - 1
	return s.base[i] + nominal - s.first[i]
}

// from returns the number of the first class whose chunks hold so many bytes.
func (s *sizes) from(size int) int { return s.base[s.chunks.class(size)-1] }

// finder finds the smallest class whose chunks hold a number of bytes.
type finder struct {
	small [1025]uint8 // for sizes up to 8 KiB, by size / 8 rounded up; 0 if that is more than the last class holds
	sizes []int
}

func (f *finder) init(sizes []int) {
	f.sizes = sizes
	for i := range f.small {
		f.small[i] = uint8(f.search(i * 8))
	}
}

// class returns the number of the class, or 0 if the chunks of the last class are too small.
func (f *finder) class(size int) int {
	if i := uint(size+7) / 8; i < uint(len(f.small)) && f.small[i] != 0 {
		return int(f.small[i])
	}
	return f.search(size)
}

func (f *finder) search(size int) int {
	i := sort.SearchInts(f.sizes, size)
	if i == len(f.sizes) {
		return 0
	}
	return i + 1
}
