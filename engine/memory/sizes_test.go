package memory

import (
	"fmt"
	"testing"

	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// sizeSettings are settings that make tables of sizes of all kinds.
var sizeSettings = []struct {
	name   string
	change func(*engine.Settings)
}{
	{"usual", func(s *engine.Settings) {}},
	{"without CAS", func(s *engine.Settings) { s.NoCAS = true }},
	{"small memory", func(s *engine.Settings) { s.MemoryLimit = 1 << 20 }},
	{"much memory", func(s *engine.Settings) { s.MemoryLimit = 4 << 30 }},
	{"all are lent", func(s *engine.Settings) { s.LendFrom = 1 }},
	{"all are lent, without CAS", func(s *engine.Settings) { s.LendFrom, s.NoCAS = 1, true }},
	{"small items", func(s *engine.Settings) { s.ItemMax = 1 << 10 }},
	{"odd items", func(s *engine.Settings) { s.ItemMax = 1500 }},
	{"large items", func(s *engine.Settings) { s.ItemMax, s.MemoryLimit = 128<<20, 1<<30 }},
	{"few sizes", func(s *engine.Settings) { s.Factor = 4 }},
	{"many sizes", func(s *engine.Settings) { s.Factor = 1.01 }},
	{"large chunks", func(s *engine.Settings) { s.ChunkMin = 4096 }},
	{"one size", func(s *engine.Settings) { s.ChunkMin = 1 << 20 }},
	{"small chunks", func(s *engine.Settings) { s.ChunkMin = 1 }},
}

// TestSizes: every item has the class whose chunks are the smallest that hold it, and which shows in statistics as the class
// that memcached 1.4.5 would take.
func TestSizes(t *testing.T) {
	for _, set := range sizeSettings {
		t.Run(set.name, func(t *testing.T) {
			e, _ := start(t, set.change)
			chunks := make(map[int]int) // by size of chunks: the next smaller size
			e.sizes.each(func(_, _ int, l slab.Layout, below int) { chunks[l.Size] = below })
			seen := 0
			for _, keyLen := range []int{1, 2, 9, 10, 50, 100, 249, 250} {
				for valueLen := 0; valueLen <= e.itemMax; valueLen += 1 + valueLen/200 {
					for _, flags := range []uint32{0, 1, 99, 100_000, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
						seen += e.planned(t, chunks, keyLen, valueLen, flags)
					}
				}
			}
			if seen < 100 {
				t.Errorf("only %d items were looked at", seen)
			}
		})
	}
}

// planned checks the class of an item. It returns 1 if there is one, else 0.
func (e *Engine) planned(t *testing.T, below map[int]int, keyLen, valueLen int, flags uint32) int {
	t.Helper()
	var w want
	if status := e.plan(&w, keyLen, valueLen, flags); status != engine.OK {
		if item.NominalSize(keyLen, valueLen, flags, !e.noCAS) <= e.itemMax {
			t.Fatalf("key %d, value %d, flags %d: status %d", keyLen, valueLen, flags, status)
		}
		return 0
	}
	size := w.shape.Size(keyLen)
	what := fmt.Sprintf("key %d, value %d, flags %d: %d bytes, nominal %d", keyLen, valueLen, flags, size, w.size)
	if excess := w.size - size; excess < leastExcess || excess > mostExcess {
		t.Fatalf("%s: an excess of %d", what, excess)
	}
	c := w.class
	if size > c.chunks.Size || size <= below[c.chunks.Size] || c.below != below[c.chunks.Size] {
		t.Fatalf("%s: in a chunk of %d, where the next smaller has %d", what, c.chunks.Size, below[c.chunks.Size])
	}
	if nominal := e.sizes.nominal.class(w.size); c.nominal != nominal {
		t.Fatalf("%s: is shown as class %d, not %d", what, c.nominal, nominal)
	}
	if first := &e.classes[e.sizes.from(size)]; first.chunks.Size != c.chunks.Size || first.chunks.ID > c.chunks.ID {
		t.Fatalf("%s: of the classes that hold it the first is %d, not %d", what, first.chunks.ID, c.chunks.ID)
	}
	return 1
}

// TestClassNumbers: classes are numbered without gaps, and their numbers have room in an entry of the page table.
func TestClassNumbers(t *testing.T) {
	for _, set := range sizeSettings {
		t.Run(set.name, func(t *testing.T) {
			e, _ := start(t, set.change)
			last := 0
			e.sizes.each(func(id, nominal int, l slab.Layout, below int) {
				c := &e.classes[id]
				if id != last+1 || c.chunks.ID != id || c.nominal != nominal || nominal < 1 || nominal > len(e.sizes.nominal.sizes) {
					t.Errorf("class %d comes after %d, and is shown as %d", id, last, nominal)
				}
				last = id
			})
			if last != len(e.classes)-1 || last >= 1<<12 {
				t.Errorf("the last is %d, of %d", last, len(e.classes)-1)
			}
		})
	}
}
