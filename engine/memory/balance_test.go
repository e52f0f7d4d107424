package memory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/slab"
)

// TestPagesFollowTheSizes fills a cache with small items and then stores only large ones: most pages must come to them before
// four times as many were stored as there is room for, though every page belonged to the small ones. memcached 1.4.5 leaves the
// large ones with one page for ever.
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
	large := e.classOfItem(9, 1000)
	stores := 0
	for int(large.pages.Load()) < e.arena.Pages()*3/4 {
		if stores++; stores > 4*pages<<10 {
			t.Fatalf("after %d stores the class of the large items has %d of %d pages", stores, large.pages.Load(), e.arena.Pages())
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

// TestPagesRush: where small items that nobody wants any more fill the cache, it soon finds as many large ones as if it were new.
func TestPagesRush(t *testing.T) {
	const requests = 15_000
	hits := func(small int) (n int) {
		e, h := alone(t, limit(8<<20))
		for i := range small {
			h.Set(fmt.Sprint("small", i), strings.Repeat("v", 50))
		}
		random := rand.New(rand.NewPCG(1, 2))
		for i := range 2 * requests {
			key := fmt.Sprint("large", random.IntN(5500))
			if h.Look(key).Hit {
				n += i / requests // of the second half
				continue
			}
			h.Set(key, strings.Repeat("v", 1000))
			if e.balancer.pressure.Load() <= 0 {
				e.Balance()
			}
		}
		return n
	}
	fresh, full := hits(0), hits(150_000)
	t.Logf("of %d gets %d hit, and %d in a new cache", requests, full, fresh)
	if full < fresh-requests/100 {
		t.Errorf("of %d gets %d hit, and %d in a new cache", requests, full, fresh)
	}
}

// letLook waits until the balancer has looked, if it was told to, however slow the machine is.
func letLook(t *testing.T, e *Engine) {
	t.Helper()
	eventually.True(t, "a look of the balancer", func() bool { return e.balancer.pressure.Load() > 0 })
}

// classOfItem returns the class of an item without flags.
func (e *Engine) classOfItem(keyLen, valueLen int) *class {
	var w want
	e.plan(&w, keyLen, valueLen, 0)
	return w.class
}

// TestInflow: what comes to stay is counted where it fits best, and neither failures, nor what was deleted or replaced, nor
// a reset of the statistics make a difference.
func TestInflow(t *testing.T) {
	e, h := start(t, nil)
	value := strings.Repeat("v", 300)
	c := e.classOfItem(1, 300)
	came := func() int64 { return c.came + c.abroad.Load() }
	h.Set("a", value)
	h.Expect("set", came(), int64(1))
	h.Set("a", value)
	h.Put(engine.OpAdd, "a", value, 0, 0, 0)
	if it, status := h.Allocate([]byte("b"), len(value), 0, 0, engine.OpSet); status == engine.OK {
		h.Release(it)
	}
	h.Expect("replaced, failed and released", came(), int64(1))
	h.Set("b", value)
	h.Figures(engine.Query{Group: "reset"})
	h.Expect("reset", came(), int64(2))
	h.Delete("b")
	h.Expect("removed", came(), int64(1))
}

// TestInflowOfGuests: an item that borrows a larger chunk counts for its own class.
func TestInflowOfGuests(t *testing.T) {
	e, h := start(t, limit(1<<20))
	c, wide := e.classOfItem(1, 300), e.classOfItem(2, 320)
	w := want{now: e.now()}
	e.plan(&w, 1, 300, 0)
	e.addPage(wide)
	ref := e.borrow(&w, wide.chunks.Size)
	h.Expect("borrowed", e.classOf(ref), wide)
	e.at(ref).Write([]byte("a"), 0, 0)
	e.at(ref).SetHash(e.table.Hash([]byte("a")))
	if _, status := e.Store(engine.Item{Value: e.at(ref).Value(), Ref: uint64(ref)}, engine.OpSet, 0); status != engine.OK {
		t.Fatal(status)
	}
	h.Expect("its own class", c.came+c.abroad.Load(), int64(1))
	h.Expect("the other one", wide.came+wide.abroad.Load(), int64(0))
}

// stallOf returns a class as the market sees it: so many runs of 100 chunks, so many items that came and that came back, in all
// and just now.
func stallOf(runs int, came, back, short float64) stall {
	return stall{runs: runs, perRun: 100, span: 1, size: 100, came: came, back: back, short: short}
}

// TestChooseMany: the more a page is worth to the taker, the more runs move at once, but at most half of what the giver has.
func TestChooseMany(t *testing.T) {
	for _, c := range []struct {
		giver int
		short float64 // items that came to the taker just now
		want  int
	}{{100, 30, 1}, {100, 120, 3}, {100, 300, 8}, {100, 3000, mostRuns}, {10, 3000, 5}, {2, 3000, 1}} {
		var m market
		m.init(3, 1<<20)
		m.stalls[1], m.stalls[2] = stallOf(c.giver, 1000, 100, 0), stallOf(c.giver, 1000, 100, c.short)
		if d := m.choose(); d != (deal{2, 1, c.want}) {
			t.Errorf("giver with %d runs, %.0f items came to the taker: %+v, want %d runs", c.giver, c.short, d, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	few := stallOf(3, 1000, 100, 0)
	borrows := stallOf(0, 99, 0, 0)
	spare := stallOf(3, 9000, 900, 0)
	spare.spare = 50
	wide := stallOf(2, 1000, 100, 0)
	wide.span = 9
	for name, c := range map[string]struct {
		stalls   []stall
		to, from int
	}{
		"nobody wants":                         {[]stall{stallOf(3, 0, 0, 0), stallOf(3, 0, 0, 0)}, 0, 0},
		"idle gives to busy":                   {[]stall{stallOf(3, 0, 0, 0), few}, 2, 1},
		"equals leave it":                      {[]stall{few, few}, 0, 0},
		"a little better is not enough":        {[]stall{few, stallOf(3, 1050, 105, 0)}, 0, 0},
		"more come back":                       {[]stall{few, stallOf(3, 1000, 300, 0)}, 2, 1},
		"more come to each page":               {[]stall{stallOf(9, 1000, 100, 0), few}, 2, 1},
		"few of many that come come back":      {[]stall{stallOf(3, 5000, 20, 0), few}, 2, 1},
		"who has chunks wants none":            {[]stall{few, spare}, 0, 0},
		"pages count, not runs":                {[]stall{few, wide}, 1, 2},
		"the last run is worth more":           {[]stall{stallOf(1, 200, 20, 0), few}, 0, 0},
		"who has none wants one for many":      {[]stall{few, borrows}, 0, 0},
		"what comes now counts, if it is much": {[]stall{few, stallOf(3, 1000, 100, 500)}, 2, 1},
		"and is no chance":                     {[]stall{few, stallOf(3, 1000, 100, 4)}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var m market
			m.init(len(c.stalls)+1, 1<<20)
			copy(m.stalls[1:], c.stalls)
			for range calmLooks {
				if d := m.choose(); d.to != 0 || m.looks == calmLooks-1 {
					if d.to != c.to || d.from != c.from {
						t.Errorf("pages to %d from %d, want to %d from %d", d.to, d.from, c.to, c.from)
					}
					break
				}
				m.looks++
			}
		})
	}
}

// TestObjective: for hits a page goes where many small items come back, for bytes where fewer large ones do.
func TestObjective(t *testing.T) {
	for objective, to := range map[string]int{hitsFound: 1, bytesFound: 2} {
		e, _ := alone(t, func(s *engine.Settings) { s.Options[objectiveOption] = objective })
		m := &e.balancer.market
		m.stalls = []stall{{}, stallOf(3, 2000, 200, 0), stallOf(3, 500, 50, 0)}
		m.stalls[2].size *= 10
		if d := m.choose(); d.to != to {
			t.Errorf("for %s a page goes to %d, want %d", objective, d.to, to)
		}
		m.init(len(e.classes), 1<<20)
	}
}

// TestMarketForgets: what came long ago counts less and less, and what came just now is forgotten sooner.
func TestMarketForgets(t *testing.T) {
	var m market
	m.init(2, 1<<20)
	c := slab.Class{Size: 1 << 10, PerPage: 64, Span: 1}
	m.observe(1, &c, 1000, 500)
	m.turn()
	s := &m.stalls[1]
	if s.came >= 1000 || s.short >= s.came || s.back != s.came/2 || m.returns != 0.5 {
		t.Errorf("after a megabyte: %+v, %v come back", *s, m.returns)
	}
	m.observe(1, &c, 1001, 500)
	if m.turn(); s.came <= 800 || s.short <= 700 {
		t.Errorf("forgotten though nothing came: %+v", *s)
	}
}

// TestNewIsNotStale: the balancer's own look does not make a class one that nobody uses, whose only run may go with its items.
func TestNewIsNotStale(t *testing.T) {
	e, h := alone(t, limit(8<<20))
	h.Set("new", strings.Repeat("v", 5000))
	c := e.classOfItem(3, 5000)
	stale := func() bool { return e.rank(c, e.now()).bears(stale) }
	for looks := range 2 {
		e.balanceOnce(e.now())
		if stale() {
			t.Fatalf("after %d looks the run of an item that has just come may go", looks+1)
		}
	}
	for i := 0; !stale(); i++ {
		if i == 100_000 {
			t.Fatal("the class keeps its only run for ever")
		}
		h.Set(fmt.Sprint("other", i), "v")
		if i%100 == 0 {
			e.balanceOnce(e.now())
		}
	}
}
