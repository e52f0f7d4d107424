package assoc

import (
	"fmt"
	"hash/maphash"
	"testing"

	"gocached/item"
	"gocached/slab"
)

// TestScan scans a table again and again, in which some items stay, while others come and go and the table grows: each of those that
// stay is scanned once, and nothing twice.
func TestScan(t *testing.T) {
	f := newFixture(t, 64)
	var err error
	if f.table, err = NewSmall(f.arena, maphash.MakeSeed()); err != nil {
		t.Fatal(err)
	}
	defer f.table.Close()
	const stay = 1000
	put := func(i int) {
		key := fmt.Appendf(nil, "key%d", i)
		r, h := f.item(string(key))
		f.table.Insert(f.table.Hash(key), r, h)
		f.table.Grow(f.table.Hash(key))
	}
	for i := range stay {
		put(i)
	}
	next, whileGrowing := stay, 0
	for pass := 0; f.table.Expansions() < 6; pass++ {
		if pass > 1000 {
			t.Fatal("the table does not grow")
		}
		seen, calls := make(map[string]bool), 0
		for at := uint64(0); at != 0 || calls == 0; calls++ {
			if calls > 1<<18 {
				t.Fatal("it does not end")
			}
			at = f.table.Scan(at, func(r slab.Ref, h *item.Header) {
				if item.At(f.arena, r) != h || seen[string(h.Key())] {
					t.Fatalf("%s is scanned twice", h.Key())
				}
				seen[string(h.Key())] = true
			})
			for range pass * 4 {
				put(next)
				next++
			}
			if f.table.Growing() {
				whileGrowing++
			}
		}
		for i := range stay {
			if !seen[fmt.Sprint("key", i)] {
				t.Fatalf("key%d is left out of pass %d", i, pass)
			}
		}
	}
	if whileGrowing == 0 {
		t.Error("the table never grew between two calls")
	}
}
