package memory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/enginetest"
)

// TestEverythingAtOnce has 16 goroutines do everything in caches that are far too small: evictions, donors, borrowed
// chunks, flushes, items that are over, stale, empty or made by a look, a growing table, lent values, some that are filled gradually, and an operator who changes
// the limit and moves pages. No key may show another's value; the check at the end must find every chunk accounted for. It is most
// worth with the race detector.
func TestEverythingAtOnce(t *testing.T) {
	for _, run := range []struct {
		name   string
		change func(*engine.Settings)
		sizes  int
		steer  func(*Engine, *rand.Rand)
	}{
		{"two pages", limit(2 << 20), 40_000, leave},
		{"eight pages without CAS", func(s *engine.Settings) { s.MemoryLimit, s.NoCAS = 8<<20, true }, 100_000, leave},
		{"small pages, everything lent", func(s *engine.Settings) { s.MemoryLimit, s.ItemMax, s.LendFrom = 1<<20, 8<<10, 1 }, 3000, leave},
		{"steered", steerable(4, 8), 40_000, steerAround},
		{"no eviction", func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 2<<20, true }, 3000, leave},
	} {
		t.Run(run.name, func(t *testing.T) {
			e, h := start(t, run.change)
			var wg sync.WaitGroup
			for id := range 16 {
				r := rand.New(rand.NewPCG(uint64(id), 3))
				wg.Go(func() { everything(e, h, r, run.sizes, func() { run.steer(e, r) }) })
			}
			wg.Wait()
			h.Expect("pages with something that is filled", e.receiving.blocks.Load(), int64(0))
		})
	}
}

func everything(e *Engine, h *enginetest.Harness, r *rand.Rand, sizes int, steer func()) {
	key := func() string { return fmt.Sprintf("key%04d", r.IntN(3000)) }
	var filling gradually
	for i := range 1200 {
		k := key()
		value := strings.Repeat(k+";", 1+r.IntN(1+r.IntN(sizes))/8)
		switch r.IntN(16) {
		case 0:
			e.Remove([]byte(k), engine.Removal{Stale: r.IntN(2) == 0, Empty: r.IntN(2) == 0})
		case 1:
			h.Put(engine.OpAppend, k, k+";", 0, 0, 0)
		case 2:
			h.Touch([]byte(k), h.Clock.Now()+1)
		case 3:
			h.Arithmetic(fmt.Appendf(nil, "n%d", r.IntN(9)), &engine.Arithmetic{Delta: 1 << 40, Create: true})
		case 4:
			h.Clock.Advance(r.IntN(2))
			if i%40 == 0 {
				h.Flush(h.Clock.Now() + 1)
			}
		case 5:
			if i%40 == 0 {
				for _, group := range []string{"", "items", "slabs", "sizes", "gocached"} {
					h.Figures(engine.Query{Group: group})
				}
				h.Figures(engine.Query{Group: "cachedump", Class: 1 + r.IntN(20), Limit: 10})
				steer()
			}
		case 6:
			filling.goOn(h, r, k, value)
		case 7, 8, 9, 10:
			exptime := clock.Never
			if r.IntN(2) == 0 {
				exptime = h.Clock.Now() + clock.Time(r.IntN(4))
			}
			as := *h
			as.Drafts = r.IntN(2) == 0
			as.Put(engine.OpSet, k, value, uint32(r.IntN(2)), exptime, 0)
		default:
			run(e, h, r, key)
		}
	}
	for len(filling) > 0 {
		filling.end(h, r)
	}
}

// steerAround does what an operator may do.
func steerAround(e *Engine, r *rand.Rand) {
	pages := e.arena.Most()/4 + r.IntN(e.arena.Most()*3/4)
	e.setMemoryLimit(int64(pages) * int64(e.arena.PageSize()))
	e.movePage(r.IntN(40)-1, r.IntN(40)-1)
	e.setAutomove(r.IntN(3))
}

func leave(*Engine, *rand.Rand) {}

// gradually are items that are being filled while other things happen.
type gradually []engine.Item

// goOn begins another one, and ends the oldest if there are some.
func (g *gradually) goOn(h *enginetest.Harness, r *rand.Rand, key, value string) {
	if it, status := h.Allocate([]byte(key), len(value), 0, 0, engine.OpSet|engine.Gradually); status == engine.OK {
		copy(it.Value, value)
		*g = append(*g, it)
	}
	if len(*g) > 2 {
		g.end(h, r)
	}
}

func (g *gradually) end(h *enginetest.Harness, r *rand.Rand) {
	if it := (*g)[0]; r.IntN(3) == 0 {
		h.Release(it)
	} else {
		h.Store(it, engine.OpSet, 0)
	}
	*g = (*g)[1:]
}

// run gets some keys and checks that each shows its own value; what is lent is looked at again later.
func run(e *Engine, h *enginetest.Harness, r *rand.Rand, key func() string) {
	keys := make([]engine.Key, 1+r.IntN(70))
	for i := range keys {
		keys[i].Bytes = []byte(key())
		if r.IntN(8) == 0 {
			keys[i].Look = &engine.Look{Vivify: r.IntN(4) == 0, Still: r.IntN(2) == 0, Steps: engine.Steps{{Do: engine.SetExptimeOfNew, At: e.now() + 2}}}
		}
	}
	var rec enginetest.Recorder
	e.Get(keys, &rec)
	for i, f := range rec.Found {
		if f.Hit && strings.Count(f.Value, string(keys[i].Bytes)+";")*8 != len(f.Value) {
			h.Errorf("%s shows another's value", keys[i].Bytes)
		}
	}
	for _, it := range rec.Lent {
		if strings.Count(string(it.Value), string(it.Value[:8]))*8 != len(it.Value) {
			h.Errorf("a lent value has changed")
		}
		e.Release(it)
	}
}

// TestGrowth fills the table through several doublings while others read.
func TestGrowth(t *testing.T) {
	e, h := start(t, func(s *engine.Settings) { s.MemoryLimit = 128 << 20 })
	const each = 50_000
	var wg sync.WaitGroup
	for id := range 8 {
		wg.Go(func() {
			for i := range each {
				k := fmt.Appendf(nil, "%d-%d", id, i)
				put(e, k, k)
				if i%16 == 0 {
					h.Has(fmt.Sprintf("%d-%d", id, i/2), fmt.Sprintf("%d-%d", id, i/2))
				}
			}
		})
	}
	wg.Wait()
	h.Expect("items", e.table.Items(), int64(8*each))
	h.Expect("doubled", e.table.Expansions() >= 1, true)
	for i := range each {
		h.Has(fmt.Sprint("3-", i), fmt.Sprint("3-", i))
	}
}
