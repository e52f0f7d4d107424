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
		page, largest, spans int
		limit                int64
	}{
		{PageSize, 1 << 20, 16, 64 << 20}, {PageSize, 1 << 20, 2, 3 << 20}, {1 << 10, 1 << 10, 1, 64 << 10}, {10_008, 10_001, 4, 1_000_000},
		{PageSize, 1049600, 32, 40 << 20}, {PageSize, 128 << 20, 32, 1 << 20},
	} {
		t.Run(fmt.Sprint(row), func(t *testing.T) {
			table := Fine(row.page, row.largest, row.spans, 1.1)
			a, _, err := NewArena(Config{Limit: row.limit, PageSize: row.page, ChunkSmall: table[0].Size, ChunkLarge: row.largest})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			seen, used := make(map[Ref]bool), make(map[uint32]bool)
			for i, l := range table {
				var c Class
				c.Init(i+1, l.Size, l.Span, row.page)
				if !c.AddPage(a) {
					break
				}
				for r := c.Alloc(a); r != None; r = c.Alloc(a) {
					at := uintptr(a.At(r)) - uintptr(a.base)
					if seen[r] || r == Mark || at < a.stride || at+uintptr(l.Size) > a.memory.Size || at%8 != 0 {
						t.Fatalf("ref %d of class %d at offset %d", r, i+1, at)
					}
					if a.ClassOf(r) != i+1 {
						t.Fatalf("ref %d is in class %d, not %d", r, a.ClassOf(r), i+1)
					}
					seen[r] = true
				}
				first := c.Page(0)
				for page := first; page < first+uint32(l.Span); page++ {
					if owner, class := a.Owner(page); owner != first || class != i+1 || used[page] {
						t.Fatalf("page %d belongs to %d of class %d", page, owner, class)
					}
					used[page] = true
				}
			}
		})
	}
}

// TestFine: each size is larger than the one before by a small part, holds what it should, and little is left over.
func TestFine(t *testing.T) {
	for _, row := range []struct {
		page, largest, spans int
		growth               float64
	}{
		{PageSize, 1 << 20, 32, 1.05}, {PageSize, 1 << 20, 16, 1.07}, {16 << 10, 1 << 20, 4, 1.08}, {PageSize, 128 << 20, 32, 1.05},
		{PageSize, 1 << 10, 32, 1.05},
	} {
		last := 0
		for _, l := range Fine(row.page, row.largest, row.spans, row.growth) {
			run := l.Span * row.page
			if rest := run - run/l.Size*l.Size; rest*50 > run || l.Size%align != 0 || l.Span > row.spans && run != l.Size {
				t.Errorf("%v: %+v leaves %d bytes", row, l, rest)
			}
			if l.Size < last+align || last > 0 && l.Size > 2*last {
				t.Errorf("%v: %d bytes come after %d", row, l.Size, last)
			}
			last = l.Size
		}
		if last < row.largest {
			t.Errorf("%v: the last has %d bytes", row, last)
		}
	}
}

// TestPool: runs are found where they are, also across words, and pages that come back are found again.
func TestPool(t *testing.T) {
	var p pool
	p.init(200, 200, 200)
	for _, span := range []int{1, 63, 5, 64, 67} {
		page := p.find(span)
		if page == 0 {
			t.Fatalf("no run of %d", span)
		}
		p.remove(page, span)
	}
	if p.find(1) != 0 || p.mayHave(1) {
		t.Error("there is a page of none")
	}
	p.put(100, 3)
	p.put(104, 2)
	if page := p.find(3); page != 100 || !p.mayHave(4) {
		t.Errorf("found page %d", page)
	}
	if p.find(4) != 0 || p.mayHave(4) || !p.mayHave(3) {
		t.Error("a run of four of pages that are apart")
	}
	if p.put(103, 1); p.find(6) != 100 || !p.has(105) || p.has(106) || p.has(1<<20) {
		t.Error("not what was put together")
	}
}

// TestBlocks: a run lies in one block.
func TestBlocks(t *testing.T) {
	var p pool
	p.init(40, 40, 16) // pages 1 to 16, 17 to 32, 33 to 40
	p.remove(1, 10)
	for _, c := range []struct {
		span int
		want uint32
	}{{6, 11}, {7, 17}, {16, 17}, {17, 0}, {4, 13}, {2, 11}} {
		if page := p.find(c.span); page != c.want {
			t.Errorf("a run of %d at page %d, want %d", c.span, page, c.want)
		}
	}
	p.remove(17, 16)
	if page := p.find(8); page != 33 {
		t.Errorf("a run in the short block at page %d", page)
	}
}

// TestRelease: pages that have been in the pool since the last call go back to the system, others do not, and all can be had
// again.
func TestRelease(t *testing.T) {
	a, small, _ := newArena(t, 8)
	take := func() { // all pages
		for small.AddPage(a) {
			for r := small.Alloc(a); r != None; r = small.Alloc(a) {
			}
		}
	}
	give := func(pages int) {
		for range pages {
			for i := range small.PerPage {
				small.Release(a, a.Chunk(small.Page(0), i))
			}
			page := small.Page(0)
			small.Leave(a, page)
			for i := range small.PerPage {
				small.Withdraw(a, a.Chunk(page, i))
			}
			a.GiveBack(small.Part(a), 1)
		}
	}
	release := func(want int64) {
		t.Helper()
		left, before := a.Left(), a.Released()
		done := a.Release()
		if got := a.Released() - before; got != want<<10 || !done || a.Left() != left {
			t.Errorf("%d bytes went back (%v), want %d KiB; %d pages were left, %d are", got, done, want, left, a.Left())
		}
	}
	release(0) // nothing was used
	take()
	give(5)
	release(0) // they have just come
	give(2)
	release(5)
	release(2)
	take()
	if a.Left() != 0 || small.Pages() != 8 {
		t.Errorf("%d pages of 8 can be had again, %d are left", small.Pages(), a.Left())
	}
	give(8)
	release(0)
	take()
	give(3)
	release(0) // they were used meanwhile
}

// TestHugeLimits: the limits that people may ask for can be named by refs.
func TestHugeLimits(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("reserves 128 GiB of addresses")
	}
	const limit = 128 << 30
	for _, largest := range []int{1 << 10, 1 << 20, 128 << 20} {
		a, _, err := NewArena(Config{Limit: limit, PageSize: PageSize, ChunkSmall: fineStart, ChunkLarge: largest})
		if err != nil {
			t.Fatal(err)
		}
		if missing := limit/PageSize - a.Pages(); missing > 1 {
			t.Errorf("-I %d: %d pages are missing", largest, missing)
		}
		last := a.Chunk(uint32(a.Pages()), 0)
		if a.PageOf(last) != uint32(a.Pages()) {
			t.Errorf("-I %d: the last page is page %d", largest, a.PageOf(last))
		}
		a.Close()
	}
}

func newArena(t *testing.T, pages int) (*Arena, *Class, *Class) {
	a, _, err := NewArena(Config{Limit: int64(pages) << 10, PageSize: 1 << 10, ChunkSmall: 96, ChunkLarge: 504})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	var small, large Class
	small.Init(1, 96, 1, 1<<10)
	large.Init(2, 504, 1, 1<<10)
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
