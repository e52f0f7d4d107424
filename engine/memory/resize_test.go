package memory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/internal/eventually"
)

// steerable returns settings with a limit that can be raised to another, both in megabytes.
func steerable(megabytes, most int64) func(*engine.Settings) {
	return func(s *engine.Settings) {
		s.MemoryLimit, s.Steering = megabytes<<20, new(engine.Steering)
		s.Options = engine.Values{lruOption: *policyName, reserveOption: fmt.Sprint(most), releaseOption: "4"}
	}
}

// resize changes the limit, in megabytes, and does in the foreground what that brings with it.
func resize(e *Engine, h *enginetest.Harness, megabytes int64) {
	h.Helper()
	h.Expect("status", e.setMemoryLimit(megabytes<<20), engine.OK)
	for e.shed(); ; e.shed() {
		before := e.arena.Stranded()
		if e.reap(); before == 0 || e.arena.Stranded() == before {
			break
		}
	}
	if err := e.Check(); err != nil {
		h.Fatal(err)
	}
}

// intact checks of all keys that they show their values or nothing, and returns how many show them.
func intact(h *enginetest.Harness, values map[string]string) (n int) {
	h.Helper()
	for key, want := range values {
		if f := h.Look(key); f.Hit && f.Value != want {
			h.Fatalf("%s has another's value", key)
		} else if f.Hit {
			n++
		}
	}
	return n
}

// storeMany stores n items of the sizes in turn, and returns their values.
func storeMany(h *enginetest.Harness, prefix string, n int, sizes ...int) map[string]string {
	values := make(map[string]string)
	for i := range n {
		key := fmt.Sprint(prefix, i)
		values[key] = strings.Repeat(string(rune('a'+i%26)), sizes[i%len(sizes)])
		h.Put(engine.OpSet, key, values[key], 0, 0, 0)
	}
	return values
}

// TestLimitFalls: with a lower limit as many items are left as there is room for, all of them as they were, and the memory goes
// back to the system. With a higher one all that fit in are kept.
func TestLimitFalls(t *testing.T) {
	for _, sizes := range [][]int{{1000}, {5000}, {100_000}, {50, 500, 5000, 50_000, 200_000}} {
		t.Run(fmt.Sprint(sizes), func(t *testing.T) {
			e, h := alone(t, steerable(8, 16))
			values := storeMany(h, "k", 8<<20/room(sizes)*len(sizes), sizes...)
			before := intact(h, values)
			resize(e, h, 4)
			h.Expect("pages", e.arena.Owned() <= 4<<20/e.arena.PageSize(), true)
			after := intact(h, values)
			if after < before*40/100 || after > before*60/100 && len(sizes) == 1 {
				t.Errorf("%d of %d items are left", after, before)
			}
			backed := e.arena.Backed(0)
			h.Expect("memory went back", backed <= 4<<20, true)
			resize(e, h, 16)
			h.Expect("kept with a higher limit", intact(h, values), after)
			more := storeMany(h, "more", 4<<20/room(sizes)*len(sizes), sizes...)
			h.Expect("all is there", intact(h, values)+intact(h, more), after+len(more))
		})
	}
}

func room(sizes []int) (all int) {
	for _, n := range sizes {
		all += n + 60
	}
	return all
}

// TestLimitFallsToLeastWorth: what goes is what is worth least: old items that nobody asks for, not what has just come.
func TestLimitFallsToLeastWorth(t *testing.T) {
	e, h := alone(t, steerable(32, 32))
	storeMany(h, "old", 20_000, 1000)
	for range 20 {
		storeMany(h, "wanted", 500, 100)
		e.Balance()
	}
	wanted := storeMany(h, "wanted", 500, 100)
	storeMany(h, "old", 20_000, 1000)
	resize(e, h, 8)
	h.Expect("wanted items", intact(h, wanted), len(wanted))
}

// TestLimitRefused: a limit that cannot be had changes nothing.
func TestLimitRefused(t *testing.T) {
	e, h := alone(t, steerable(16, 32))
	values := storeMany(h, "k", 5000, 1000)
	for _, bytes := range []int64{-1, 0, 1, 100 << 10, 33 << 20, 1 << 50} {
		h.Expect(fmt.Sprint(bytes), e.setMemoryLimit(bytes), engine.NoRoom)
	}
	e.obey()
	h.Expect("items", intact(h, values), len(values))
	h.Expect("pages", e.arena.Pages(), 16<<20/e.arena.PageSize())
}

// TestLimitFallsNoEvict: where nothing may be evicted nothing is lost. Pages stay beyond the limit until items go, and then the
// limit holds.
func TestLimitFallsNoEvict(t *testing.T) {
	e, h := alone(t, func(s *engine.Settings) {
		steerable(16, 16)(s)
		s.NoEvict = true
	})
	values := storeMany(h, "k", 12_000, 1000)
	resize(e, h, 8)
	h.Expect("items", intact(h, values), len(values))
	h.Expect("pages are left beyond", e.arena.Stranded() > 0, true)
	_, status := h.Put(engine.OpSet, "another", strings.Repeat("v", 5000), 0, 0, 0)
	h.Expect("another item", status, engine.NoMemory)
	for i := range 12_000 {
		if i%3 != 0 {
			h.Delete(fmt.Sprint("k", i))
			delete(values, fmt.Sprint("k", i))
		}
	}
	resize(e, h, 8)
	h.Expect("items", intact(h, values), len(values))
	h.Expect("pages beyond", e.arena.Stranded(), 0)
}

// TestLimitFallsPinned: what is lent or held stays where it is, and as it is. When it is given back the rest goes.
func TestLimitFallsPinned(t *testing.T) {
	e, h := alone(t, steerable(32, 32))
	values := storeMany(h, "k", 600, 50_000)
	last := e.victims(e.classOf(refOf(e, "k599")))
	high := last[len(last)-1] // the item that lies highest
	for _, key := range last {
		if refOf(e, key) > refOf(e, high) {
			high = key
		}
	}
	var r enginetest.Recorder
	h.Expect("lent", borrow(h, &r, high), true)
	held, status := h.Allocate([]byte("held"), 50_000, 0, 0, engine.OpSet|engine.Gradually)
	h.Expect("held", status, engine.OK)
	copy(held.Value, strings.Repeat("h", 50_000))
	resize(e, h, 8)
	h.Expect("some is left beyond", e.arena.Stranded() > 0, true)
	h.Expect("what is lent", string(r.Lent[0].Value), values[high])
	giveAllBack(h, &r)
	h.Store(held, engine.OpSet, 0)
	resize(e, h, 8)
	h.Expect("left beyond", e.arena.Stranded(), 0)
	intact(h, values)
}

// TestLimitBelowLent: a limit below what is lent is refused.
func TestLimitBelowLent(t *testing.T) {
	e, h := alone(t, func(s *engine.Settings) {
		steerable(64, 64)(s)
		s.ItemMax = 4 << 20
	})
	values := storeMany(h, "k", 40, 1_000_000)
	var r enginetest.Recorder
	lent := 0
	for key := range values {
		if borrow(h, &r, key) {
			lent++
		}
	}
	h.Expect("lent", lent > 3, true)
	h.Expect("below that", e.setMemoryLimit(8<<20), engine.NoRoom)
	giveAllBack(h, &r)
	h.Expect("then", e.setMemoryLimit(8<<20), engine.OK)
}

// TestLimitInBackground: the engine's own goroutines do all that.
func TestLimitInBackground(t *testing.T) {
	e, h := start(t, steerable(32, 64))
	values := storeMany(h, "k", 30_000, 1000)
	h.Expect("status", e.setMemoryLimit(8<<20), engine.OK)
	eventually.True(t, "memory beyond the limit has gone", func() bool { return e.arena.Stranded() == 0 && e.arena.Backed(0) <= 8<<20 })
	intact(h, values)
	h.Expect("status", e.setMemoryLimit(64<<20), engine.OK)
	values = storeMany(h, "k", 30_000, 1000)
	h.Expect("items", intact(h, values), len(values))
}

// TestLimitModel runs operations against the model while the limit changes and pages move at an operator's wish.
func TestLimitModel(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			e, h := alone(t, steerable(4, 8))
			m := model{Harness: h, items: make(map[string]*modelItem), itemMax: e.itemMax}
			r := rand.New(rand.NewPCG(seed, 9))
			for i := range 4000 {
				m.run(r.IntN(99), r.IntN(50), r.IntN(100_000), r.IntN(1<<20))
				switch r.IntN(40) {
				case 0:
					h.Expect("limit", e.setMemoryLimit(int64(2+r.IntN(7))<<20), engine.OK)
				case 1:
					e.movePage(r.IntN(43)-1, r.IntN(43))
				case 2:
					e.obey()
				case 3:
					e.Balance()
				case 4:
					e.Reap()
				}
				if t.Failed() {
					t.Fatalf("at operation %d", i)
				}
				if i%100 == 0 {
					if err := e.Check(); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
