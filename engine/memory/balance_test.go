package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/item"
)

// TestPagesFollowTheSizes fills a cache with small items and then stores only large ones: nearly all pages must come to
// them, though every page belonged to the small ones. memcached 1.4.5 leaves the large ones with one page for ever.
func TestPagesFollowTheSizes(t *testing.T) {
	const pages = 8
	e := New()
	c := clock.NewFake(1_800_000_000)
	if err := e.Initialize(engine.Settings{Clock: c, MemoryLimit: pages << 20, ItemMax: 1 << 20, ChunkMin: 48, Factor: 1.25,
		LendFrom: 16 << 10, Warn: func(msg string) { t.Log(msg) }}); err != nil {
		t.Fatal(err)
	}
	store := func(key string, n int) {
		it, status := e.Allocate([]byte(key), n, 0, clock.Never, engine.OpSet)
		if status != engine.OK {
			t.Fatalf("Allocate of %d bytes: %d", n, status)
		}
		if _, status := e.Store(it, engine.OpSet, 0); status != engine.OK {
			t.Fatalf("Store: %d", status)
		}
	}
	for i := range 100_000 {
		store(fmt.Sprint("small", i), 50)
	}
	large := e.finder.class(1100)
	stores := 0
	for e.classes[large].pages.Load() < pages-2 {
		if stores++; stores > 1_000_000 {
			t.Fatalf("after %d stores the class of the large items has %d of %d pages", stores, e.classes[large].pages.Load(), pages)
		}
		store(fmt.Sprint("large", stores), 1000)
		letLook(t, e)
	}
	t.Log(stores, "stores")
	if err := e.Check(); err != nil {
		t.Error(err)
	}
	if err := e.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// letLook waits until the balancer has looked, if it was told to, however slow the machine is.
func letLook(t *testing.T, e *Engine) {
	t.Helper()
	eventually.True(t, "a look of the balancer", func() bool { return e.balancer.pressure.Load() > 0 })
}

// TestMisfitPageReturns fills a cache with items whose nominal class is not the fitting one. The page that the nominal class
// got first must come to the fitting one, also when the statistics are reset meanwhile; then the cache holds as many items
// as memory allows.
func TestMisfitPageReturns(t *testing.T) {
	const pages = 8
	for _, length := range []int{10, 300} {
		e, h := start(t, limit(pages<<20))
		shape := item.ShapeOf(length, 0, false, false)
		full := pages * e.classes[e.finder.class(shape.Size(23))].chunks.PerPage
		value := strings.Repeat("v", length)
		for i := 0; i < 2*full || i < 20*full && e.table.Items() < int64(full); i++ {
			h.Set(fmt.Sprintf("key-%019d", i), value)
			if i == full {
				h.Figures(engine.Query{Group: "reset"})
			}
			letLook(t, e)
		}
		if got := e.table.Items(); got != int64(full) {
			t.Errorf("values of %d bytes: %d items, want %d", length, got, full)
		}
	}
}

// TestInflow: what comes to stay is counted where it fits best, and neither failures, nor what was deleted or replaced, nor
// a reset of the statistics make a difference.
func TestInflow(t *testing.T) {
	e, h := start(t, nil)
	fitting, nominal, value := 0, 0, ""
	for n := 300; fitting == nominal; n++ {
		value = strings.Repeat("v", n)
		fitting = e.finder.class(item.ShapeOf(n, 0, false, false).Size(1))
		nominal = e.finder.class(item.NominalSize(1, n, 0, true))
	}
	expect := func(what string, want int64) {
		t.Helper()
		for class, want := range map[int]int64{fitting: want, nominal: 0} {
			if got := e.classes[class].came + e.classes[class].abroad.Load(); got != want {
				t.Errorf("%s: the inflow of class %d is %d, want %d", what, class, got, want)
			}
		}
	}
	h.Set("a", value)
	expect("set", 1)
	h.Set("a", value)
	h.Put(engine.OpAdd, "a", value, 0, 0, 0)
	if it, status := h.Allocate([]byte("b"), len(value), 0, 0, engine.OpSet); status == engine.OK {
		h.Release(it)
	}
	expect("replaced, failed and released", 1)
	h.Set("b", value)
	h.Figures(engine.Query{Group: "reset"})
	expect("reset", 2)
	s := e.stayOf(fitting)
	h.Expect("came", s.came, int64(2))
	h.Expect("needed", s.needed, true)
	h.Expect("needed, with guests only", e.stayOf(nominal).needed, false)
	h.Delete("b")
	expect("removed", 1)
	h.Expect("came since", e.stayOf(fitting).came, int64(0))
}

func TestChoose(t *testing.T) {
	e := &Engine{classes: makeClasses([]int{96, 120, 152, 4096, 1 << 20}, 1<<20)}
	for name, c := range map[string]struct {
		stays    []stay
		to, from int
	}{
		"nobody wants":                    {[]stay{{}, {pages: 3, perPage: 100}, {pages: 3, perPage: 100}}, 0, 0},
		"idle gives to busy":              {[]stay{{}, {pages: 3, perPage: 100}, {pages: 3, perPage: 100, came: 50}}, 2, 1},
		"equals leave it":                 {[]stay{{}, {pages: 3, perPage: 100, came: 50}, {pages: 3, perPage: 100, came: 50}}, 0, 0},
		"a little better off is too good": {[]stay{{}, {pages: 3, perPage: 100, came: 50}, {pages: 3, perPage: 100, came: 80}}, 0, 0},
		"far better off gives":            {[]stay{{}, {pages: 9, perPage: 100, came: 50}, {pages: 3, perPage: 100, came: 50}}, 2, 1},
		"too few came":                    {[]stay{{}, {pages: 9, perPage: 100}, {pages: 1, perPage: 100, came: 5}}, 0, 0},
		"the only page, with a refuge":    {[]stay{{}, {pages: 1, perPage: 100}, {pages: 3, perPage: 100, came: 50}}, 2, 1},
		"the only page, without refuge":   {[]stay{{}, {pages: 3, perPage: 100, came: 50}, {}, {}, {pages: 1, perPage: 10, needed: true}}, 0, 0},
		"the only page, never needed":     {[]stay{{}, {pages: 3, perPage: 100, came: 50}, {}, {}, {pages: 1, perPage: 10}}, 1, 4},
	} {
		t.Run(name, func(t *testing.T) {
			if to, from := e.choose(c.stays, 10); to != c.to || from != c.from {
				t.Errorf("page to %d from %d, want to %d from %d", to, from, c.to, c.from)
			}
		})
	}
}
