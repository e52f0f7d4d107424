package table

import (
	"errors"
	"fmt"
	"math"
)

// Flags are what a server is started with. Zero stands for the version's default.
type Flags struct {
	Factor   float64 // -f: how much larger the chunks of each class are than those before
	ChunkMin int     // -n: room for key, value and flags in the smallest chunk
	ItemMax  int     // -I, in bytes
	ChunkMax int     // -o slab_chunk_max, in bytes
	Sizes    []int   // -o slab_sizes
	Bits     int     // of the machine's words: 64 or 32
}

// Defaults of all versions.
const (
	Factor   = 1.25
	ChunkMin = 48
	ItemMax  = 1 << 20
	Bits     = 64

	firstPower, lastPower = 3, 20 // of the versions with powers of two

	minItemMax   = 1 << 10
	maxItemMax   = 128 << 20 // while items are no larger than a chunk
	maxLongItem  = 1 << 30
	wholePage    = 1 << 20
	maxFactor    = 1 << 30
	least128     = 128
	usualDouble  = 2.0
	smallestStep = 8 // between two of -o slab_sizes
)

// Table is a table of classes.
type Table struct {
	Page    int // bytes of a page
	Classes []Class
}

// Class is a slab class.
type Class struct {
	ID      int
	Size    int // bytes of a chunk
	PerPage int // chunks of a page
}

// End returns the bytes at the end of a page that make no chunk of the class.
func (t *Table) End(c Class) int { return t.Page - c.PerPage*c.Size }

// Sizes returns the chunk sizes, the smallest first.
func (t *Table) Sizes() []int {
	sizes := make([]int, len(t.Classes))
	for i, c := range t.Classes {
		sizes[i] = c.Size
	}
	return sizes
}

// Fill puts the version's defaults where nothing is chosen. What it returns makes the same table.
func (v Vintage) Fill(f Flags) Flags {
	set := func(n *int, usual int) {
		if *n == 0 {
			*n = usual
		}
	}
	if !v.powers {
		if f.Factor == 0 {
			f.Factor = Factor
		}
		set(&f.ChunkMin, ChunkMin)
	}
	set(&f.ItemMax, ItemMax)
	set(&f.Bits, Bits)
	switch {
	case !v.chained:
		set(&f.ChunkMax, v.page(f))
	case v.half == always, v.half == largeItems && f.ItemMax > wholePage:
		set(&f.ChunkMax, wholePage/2)
	default:
		set(&f.ChunkMax, wholePage)
	}
	return f
}

// page returns the bytes of a page.
func (v Vintage) page(f Flags) int {
	if v.pages {
		return f.ItemMax
	}
	return wholePage
}

// Table returns the table that the version makes, for every combination of flags that it takes. The error says which it
// does not take.
func (v Vintage) Table(f Flags) (Table, error) {
	if err := v.check(f); err != nil {
		return Table{}, err
	}
	f = v.Fill(f)
	t := Table{Page: v.page(f)}
	switch {
	case v.powers:
		for i := firstPower; i <= lastPower; i++ {
			t.add(i, 1<<i)
		}
		return t, nil
	case len(f.Sizes) > 0:
		for _, size := range f.Sizes {
			t.add(len(t.Classes)+1, v.aligned(size, f.Bits))
		}
	default:
		v.grow(&t, f)
	}
	t.add(len(t.Classes)+1, f.ChunkMax)
	return t, nil
}

func (t *Table) add(id, size int) { t.Classes = append(t.Classes, Class{id, size, t.Page / size}) }

// grow adds the classes before the last one. memcached counts in unsigned numbers of 32 bits, so this does.
func (v Vintage) grow(t *Table, f Flags) {
	size := uint32(v.header.of(f.Bits) + min(f.ChunkMin, f.ChunkMax))
	if v.usual128 && f.Factor == usualDouble {
		size = max(size, least128)
	}
	for len(t.Classes) < v.most-1 && v.goesOn(size, f) {
		size = uint32(v.aligned(int(size), f.Bits))
		t.add(len(t.Classes)+1, int(size))
		size = uint32(min(float64(size)*f.Factor, math.MaxUint32))
	}
}

// goesOn reports whether a class of that size is not yet the last.
func (v Vintage) goesOn(size uint32, f Flags) bool {
	switch bound := float64(f.ChunkMax) / f.Factor; {
	case v.halves:
		return int(size) <= f.ChunkMax/2
	case v.strict:
		return float64(size) < bound
	default:
		return float64(size) <= bound
	}
}

// aligned rounds a size up.
func (v Vintage) aligned(size, bits int) int {
	align := v.align.of(bits)
	return (size + align - 1) / align * align
}

// says is an error in memcached's own words.
type says string

func (s says) Error() string { return string(s) }

// check returns why the version does not take the flags.
func (v Vintage) check(f Flags) error {
	switch full := v.Fill(f); {
	case full.Bits != 32 && full.Bits != 64:
		return fmt.Errorf("words of %d bits: there are 32 and 64", full.Bits)
	case v.powers && (f.Factor != 0 || f.ChunkMin != 0):
		return fmt.Errorf("memcached %v has neither -f nor -n: its classes are the powers of two", v)
	case !v.powers && !(full.Factor > 1 && full.Factor <= maxFactor): // as NaN is not
		return says("Factor must be greater than 1")
	case !v.powers && full.ChunkMin < 1:
		return says("Chunk size must be greater than 0")
	case full.ItemMax != ItemMax && !v.pages && !v.chained:
		return fmt.Errorf("memcached %v has no -I: that came with 1.4.2", v)
	case full.ItemMax < minItemMax:
		return says("Item max size cannot be less than 1024 bytes.")
	case v.pages && full.ItemMax > maxItemMax:
		return says("Cannot set item size limit higher than 128 mb.")
	case full.ItemMax > maxLongItem:
		return says("Cannot set item size limit higher than a gigabyte.")
	case full.ChunkMax != v.page(full) && !v.chained:
		return fmt.Errorf("memcached %v has no slab_chunk_max: that came with 1.4.29", v)
	case v.chained:
		return errors.Join(checkChunkMax(full), v.checkSizes(full))
	}
	return v.checkSizes(v.Fill(f))
}

// checkChunkMax says in memcached's words what is wrong with the largest chunk.
func checkChunkMax(f Flags) error {
	switch {
	case f.ChunkMax < 0, f.ChunkMax > f.ItemMax:
		return fmt.Errorf("slab_chunk_max (bytes: %d) cannot be larger than -I (item_size_max %d)", f.ChunkMax, f.ItemMax)
	case f.ItemMax%f.ChunkMax != 0:
		return fmt.Errorf("-I (item_size_max: %d) must be evenly divisible by slab_chunk_max (bytes: %d)", f.ItemMax, f.ChunkMax)
	case wholePage%f.ChunkMax != 0:
		return fmt.Errorf("slab_chunk_max (bytes: %d) must divide evenly into %d (slab_page_size)", f.ChunkMax, wholePage)
	}
	return nil
}

// checkSizes says in memcached's words what is wrong with a list of sizes.
func (v Vintage) checkSizes(f Flags) error {
	if len(f.Sizes) > 0 && !v.sizes {
		return fmt.Errorf("memcached %v has no slab_sizes: that came with 1.4.27", v)
	}
	return CheckSizes(f.Sizes, f.ChunkMin, f.ChunkMax, max(0, v.MostSizes()))
}

// CheckSizes says in memcached's words what is wrong with sizes of chunks, of which the smallest and the largest must be within
// bounds, and no more than most.
func CheckSizes(sizes []int, least, largest, most int) error {
	if len(sizes) > most {
		return errors.New("too many slab classes specified")
	}
	before := 0
	for _, size := range sizes {
		switch {
		case size < least, size > largest:
			return fmt.Errorf("slab size %d is out of valid range", size)
		case size <= before:
			return fmt.Errorf("slab size %d cannot be lower than or equal to a previous class size", size)
		case size <= before+smallestStep:
			return fmt.Errorf("slab size %d must be at least %d bytes larger than previous class", size, smallestStep)
		}
		before = size
	}
	return nil
}
