package slab

import (
	"fmt"
	"testing"
)

// TestSizes has the ends of memcached 1.4.5's tables, as [class, chunk size, chunks a page].
func TestSizes(t *testing.T) {
	for _, row := range []struct {
		page, min int
		factor    float64
		want      [][3]int
	}{
		{1 << 20, 48, 1.25, [][3]int{{1, 96, 10922}, {6, 304, 3449}, {41, 771184, 1}, {42, 1048576, 1}}},
		{1 << 20, 48, 2, [][3]int{{1, 96, 10922}, {13, 393216, 2}, {14, 1048576, 1}}},
		{1 << 20, 8, 1.25, [][3]int{{1, 56, 18724}, {2, 72, 14563}, {43, 771184, 1}, {44, 1048576, 1}}},
		{4 << 20, 48, 1.25, [][3]int{{47, 2941872, 1}, {48, 4194304, 1}}},
		{512 << 10, 48, 1.25, [][3]int{{38, 394840, 1}, {39, 524288, 1}}},
		{1 << 20, 500, 1.01, [][3]int{{1, 552, 1899}, {96, 1728, 606}, {199, 5384, 194}, {200, 1048576, 1}}},
		{1 << 10, 48, 1.25, [][3]int{{10, 752, 1}, {11, 1024, 1}}},
		{128 << 20, 48, 1.25, [][3]int{{63, 104516720, 1}, {64, 134217728, 1}}},
		{1 << 20, 1<<32 + 48, 1.25, [][3]int{{1, 1 << 20, 1}}},
		{1 << 20, 48, 10, [][3]int{{3, 9600, 109}, {4, 96000, 10}, {5, 1048576, 1}}},
	} {
		sizes := Sizes(row.page, row.min, row.factor)
		if last := row.want[len(row.want)-1][0]; len(sizes) != last {
			t.Errorf("-I %d -n %d -f %v: %d classes, want %d", row.page, row.min, row.factor, len(sizes), last)
			continue
		}
		for _, w := range row.want {
			if size := sizes[w[0]-1]; size != w[1] || row.page/size != w[2] {
				t.Errorf("-I %d -n %d -f %v: class %d has %d bytes, want %d", row.page, row.min, row.factor, w[0], size, w[1])
			}
		}
	}
}

// TestRefs: at every page size and limit, refs name different chunks, inside the memory, never None and never Mark.
func TestRefs(t *testing.T) {
	for _, row := range []struct {
		page, min int
		limit     int64
	}{
		{1 << 20, 48, 64 << 20}, {1 << 20, 1, 3 << 20}, {1 << 10, 48, 64 << 10}, {10_001, 1, 100_000}, {1049600, 48, 4 << 20},
		{128 << 20, 48, 1 << 20},
	} {
		t.Run(fmt.Sprint(row), func(t *testing.T) {
			sizes := Sizes(row.page, row.min, 1.25)
			a, _, err := NewArena(Config{Limit: row.limit, PageSize: row.page, ChunkSmall: sizes[0]})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			seen := make(map[Ref]bool)
			for i, size := range sizes {
				var c Class
				c.Init(i+1, size, row.page)
				if !c.AddPage(a) {
					break
				}
				for r := c.Alloc(a); r != None; r = c.Alloc(a) {
					at := uintptr(a.At(r)) - uintptr(a.base)
					if seen[r] || r == Mark || at < a.stride || at+uintptr(size) > a.memory.Size || at%8 != 0 {
						t.Fatalf("ref %d of class %d at offset %d", r, i+1, at)
					}
					if a.ClassOf(r) != i+1 {
						t.Fatalf("ref %d is in class %d, not %d", r, a.ClassOf(r), i+1)
					}
					seen[r] = true
				}
			}
		})
	}
}

// TestHugeLimits: the limits that people may ask for can be named by refs.
func TestHugeLimits(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("reserves 128 GiB of addresses")
	}
	for _, row := range []struct{ page, min int }{{1 << 20, 48}, {1 << 20, 1}, {1 << 10, 1}, {128 << 20, 48}} {
		const limit = 128 << 30
		a, _, err := NewArena(Config{Limit: limit, PageSize: row.page, ChunkSmall: Sizes(row.page, row.min, 1.25)[0]})
		if err != nil {
			t.Fatal(err)
		}
		if missing := limit/row.page - a.Pages(); missing > 1 {
			t.Errorf("-I %d -n %d: %d pages are missing", row.page, row.min, missing)
		}
		last := a.Chunk(uint32(a.Pages()), 0)
		if a.PageOf(last) != uint32(a.Pages()) {
			t.Errorf("-I %d -n %d: the last page is page %d", row.page, row.min, a.PageOf(last))
		}
		a.Close()
	}
}

func newArena(t *testing.T, pages int) (*Arena, *Class, *Class) {
	a, _, err := NewArena(Config{Limit: int64(pages) << 10, PageSize: 1 << 10, ChunkSmall: 96})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	var small, large Class
	small.Init(1, 96, 1<<10)
	large.Init(2, 504, 1<<10)
	return a, &small, &large
}

// TestMove takes a page from one class to another, in the middle of use.
func TestMove(t *testing.T) {
	a, small, large := newArena(t, 2)
	small.AddPage(a)
	var refs []Ref
	for r := small.Alloc(a); r != None; r = small.Alloc(a) {
		refs = append(refs, r)
	}
	small.AddPage(a)
	if large.AddPage(a) {
		t.Fatal("a page beyond the limit")
	}
	for _, r := range refs[:4] {
		small.Release(a, r)
	}
	small.Leave(a, small.Page(0))
	for _, r := range refs[:4] {
		small.Withdraw(a, r)
	}
	small.LeaveEnd(a, func(Ref) { t.Error("the end is in the other page") })
	for i, r := range refs[4:] {
		if small.Left() != len(refs)-4-i {
			t.Errorf("%d chunks left", small.Left())
		}
		small.Release(a, r)
	}
	if r := small.Alloc(a); a.PageOf(r) != small.Page(1) {
		t.Error("a chunk of the leaving page was handed out")
	}
	page := small.Part(a)
	large.Adopt(a, page)
	if r := large.Alloc(a); a.PageOf(r) != page || a.ClassOf(r) != 2 || small.Pages() != 1 {
		t.Error("the page did not change hands")
	}
}

// TestStay gives a page up that cannot be cleared, whose end was never used.
func TestStay(t *testing.T) {
	a, small, _ := newArena(t, 1)
	small.AddPage(a)
	held := small.Alloc(a)
	freed := small.Alloc(a)
	small.Release(a, freed)
	small.Leave(a, small.Page(0))
	small.Withdraw(a, freed)
	marked := 0
	small.LeaveEnd(a, func(Ref) { marked++ })
	if marked != small.PerPage-2 || small.Left() != 1 || small.Spare() != 0 {
		t.Errorf("%d marked, %d left, %d spare", marked, small.Left(), small.Spare())
	}
	small.Stay(a, func(r Ref) bool { return r != held })
	if small.Spare() != small.PerPage-1 || small.Free() != small.PerPage-1 {
		t.Errorf("%d spare, %d free", small.Spare(), small.Free())
	}
	seen := map[Ref]bool{held: true}
	for r := small.Alloc(a); r != None; r = small.Alloc(a) {
		if seen[r] {
			t.Fatalf("ref %d twice", r)
		}
		seen[r] = true
	}
	if len(seen) != small.PerPage {
		t.Errorf("%d chunks, want %d", len(seen), small.PerPage)
	}
}
