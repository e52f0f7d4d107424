package slab

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// resizable returns an arena of some pages, which may have twice as many, and a class with one page a run.
func resizable(t *testing.T, pages int) (*Arena, *Class) {
	t.Helper()
	a, _, err := NewArena(Config{Limit: int64(pages) << 10, Reserve: int64(2*pages) << 10, PageSize: 1 << 10, ChunkSmall: 96, ChunkLarge: 504})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	c := new(Class)
	c.Init(1, 504, 1, 1<<10)
	return a, c
}

// own gives the class pages until there are none, and returns how many it has.
func own(a *Arena, c *Class) int {
	for c.AddPage(a) {
		for c.Alloc(a) != None {
		}
	}
	return c.Pages()
}

// part takes a page away from the class, whatever is in it.
func part(a *Arena, c *Class, page uint32) {
	c.Leave(a, page)
	for i := range c.PerPage {
		c.Release(a, a.Chunk(page, i))
	}
	a.GiveBack(c.Part(a), 1)
}

// TestResize: as many pages can be had as the limit says at each moment. Those that are owned when it falls are stranded, are found
// from the last one down, and do not come back.
func TestResize(t *testing.T) {
	a, c := resizable(t, 100)
	is := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d, not %d", what, got, want)
		}
		if err := a.Check(); err != nil {
			t.Error(what, err)
		}
	}
	is("pages that can be had", own(a, c), 100)
	a.Resize(150)
	is("with a higher limit", own(a, c), 150)
	a.Resize(1000)
	is("as many as there are addresses for", own(a, c), 200)
	a.Resize(80)
	is("stranded", a.Stranded(), 120)
	is("left", a.Left(), 0)
	for want := uint32(200); want > 80; want-- {
		first, class := a.LastStranded(want)
		if first != want || class != c.ID {
			t.Fatalf("page %d of class %d is the last stranded one, not %d", first, class, want)
		}
		part(a, c, first)
	}
	is("stranded after all", a.Stranded(), 0)
	if _, class := a.LastStranded(200); class != 0 {
		t.Error("there is still a stranded page")
	}
	is("pages", own(a, c), 80)
	part(a, c, 80)
	a.Resize(79)
	a.Resize(81)
	is("up and down", own(a, c), 81)
}

// TestResizeReleases: memory of pages beyond the limit goes back to the system at once, and what is used again later is empty.
func TestResizeReleases(t *testing.T) {
	a, c := resizable(t, 100)
	own(a, c)
	for page := uint32(61); page <= 100; page++ {
		part(a, c, page)
	}
	a.Resize(50)
	for page := uint32(51); page <= 60; page++ {
		part(a, c, page)
	}
	if done := a.ReleaseBeyond(); !done || a.Released() < 50<<10 { // and what was backed ahead
		t.Errorf("%d bytes went back (%v)", a.Released(), done)
	}
	a.Resize(100)
	if n := own(a, c); n != 100 || a.Check() != nil {
		t.Errorf("%d pages: %v", n, a.Check())
	}
}

// TestResizeInFlight: pages whose memory is going back while the limit moves are afterwards where they belong.
func TestResizeInFlight(t *testing.T) {
	for _, limits := range [][2]int{{30, 70}, {70, 30}, {50, 100}, {10, 5}} {
		t.Run(fmt.Sprint(limits), func(t *testing.T) {
			a, c := resizable(t, 100)
			own(a, c)
			for page := uint32(1); page <= 100; page++ {
				part(a, c, page)
			}
			a.Resize(limits[0])
			f := a.takeOff(limits[0] + 1)
			if f.n == 0 {
				t.Fatal("nothing goes back")
			}
			a.Resize(limits[1])
			a.land()
			if err := a.Check(); err != nil || a.Left() != limits[1] {
				t.Errorf("%d pages are left: %v", a.Left(), err)
			}
		})
	}
}

// TestResizeAtRandom: whatever happens in which order, each page is in one place, and is counted there.
func TestResizeAtRandom(t *testing.T) {
	a, c := resizable(t, 300)
	r := rand.New(rand.NewPCG(1, 2))
	for step := range 3000 {
		switch r.IntN(5) {
		case 0:
			a.Resize(1 + r.IntN(700))
		case 1:
			own(a, c)
		case 2:
			a.Release()
		case 3:
			a.ReleaseBeyond()
		default:
			for range min(c.Pages(), r.IntN(50)) {
				part(a, c, c.Page(r.IntN(c.Pages())))
			}
		}
		if err := a.Check(); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
	}
}
