package memory

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/enginetest"
)

// figures are what a cache says of how much is in it.
type figures struct {
	items, bytes, numbers, sizes, dumped, chunks int
	table                                        int64
}

func figuresOf(e *Engine, h *enginetest.Harness) (f figures) {
	_, general := h.Figures(engine.Query{})
	f.items, _ = strconv.Atoi(general["curr_items"])
	f.bytes, _ = strconv.Atoi(general["bytes"])
	sum := func(group, suffix string) (n int) {
		_, values := h.Figures(engine.Query{Group: group})
		for name, value := range values {
			if strings.HasSuffix(name, suffix) {
				v, _ := strconv.Atoi(value)
				n += v
			}
		}
		return n
	}
	f.numbers, f.sizes, f.chunks = sum("items", ":number"), sum("sizes", ""), sum("slabs", ":used_chunks")
	for class := range e.classes {
		names, _ := h.Figures(engine.Query{Group: "cachedump", Class: class})
		f.dumped += len(names)
	}
	f.table = e.table.Items()
	return f
}

// withAndWithoutCAS runs a test for both layouts of an item.
func withAndWithoutCAS(t *testing.T, f func(t *testing.T, e *Engine, h *enginetest.Harness)) {
	for _, noCAS := range []bool{false, true} {
		t.Run(fmt.Sprint("without CAS ", noCAS), func(t *testing.T) {
			e, h := alone(t, func(s *engine.Settings) { s.NoCAS = noCAS })
			f(t, e, h)
		})
	}
}

// TestReap stores items of all sizes with all kinds of ends, and changes some of them. What is over leaves figures, lists
// and memory in the second in which it ends, and nothing else does.
func TestReap(t *testing.T) {
	withAndWithoutCAS(t, func(t *testing.T, e *Engine, h *enginetest.Harness) {
		r := rand.New(rand.NewPCG(5, 6))
		ends := make(map[string]clock.Time)
		random := func() clock.Time {
			if r.IntN(4) == 0 {
				return clock.Never
			}
			return h.Clock.Now() + clock.Time(r.IntN(1+r.IntN(300)))
		}
		for second := range 100 {
			for range 40 {
				key := fmt.Sprint("key", r.IntN(3000))
				switch at := random(); r.IntN(6) {
				case 0:
					h.Delete(key)
					delete(ends, key)
				case 1:
					if _, _, status := h.Touch([]byte(key), at); status == engine.OK {
						ends[key] = at
					}
				case 2:
					var found enginetest.Recorder
					h.Get([]engine.Key{{Bytes: []byte(key), Touch: true, Exptime: at}}, &found)
					if found.Found[0].Hit {
						ends[key] = at
					}
					for _, it := range found.Lent {
						h.Release(it)
					}
				default:
					h.Put(engine.OpSet, key, strings.Repeat("v", r.IntN(1+r.IntN(20_000))), 0, at, 0)
					ends[key] = at
				}
			}
			pass(e, h, 1)
			for key, at := range ends {
				if at != clock.Never && at <= h.Clock.Now() {
					delete(ends, key)
				}
			}
			f, n := figuresOf(e, h), len(ends)
			if want := (figures{items: n, bytes: f.bytes, numbers: n, sizes: n, dumped: n, chunks: n, table: int64(n)}); f != want {
				t.Fatalf("second %d: %+v, want %+v", second, f, want)
			}
		}
		h.Clock.Advance(70 * 365 * 86400)
		e.reap()
		for key, at := range ends {
			if h.Look(key).Hit != (at == clock.Never) {
				t.Errorf("%s, which ends at %d: hit is %v", key, at, at != clock.Never)
			}
		}
	})
}

// TestFlushedCountsNoMore: from the moment of a flush on nothing that it has ended is counted or listed, and its memory is
// soon free.
func TestFlushedCountsNoMore(t *testing.T) {
	withAndWithoutCAS(t, func(t *testing.T, e *Engine, h *enginetest.Harness) {
		value := func(i int) string { return strings.Repeat("v", i%3000) }
		for round := range 3 {
			for i := range 3000 {
				h.Set(fmt.Sprint("k", i), value(i))
			}
			h.Put(engine.OpSet, "n", "5", 0, 0, 0)
			if round == 2 {
				h.Flush(h.Clock.Now() + 1)
				h.Expect("before its time", figuresOf(e, h).items, 3002)
				h.Clock.Advance(1)
			} else {
				h.Flush(0)
			}
			f := figuresOf(e, h)
			h.Expect("at once", f, figures{chunks: f.chunks, table: f.table})
			h.Set("new", "12345")
			h.Set("k7", "12345")
			h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1, Create: true, Initial: 12345})
			h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
			f = figuresOf(e, h)
			want := figures{items: 3, bytes: f.bytes, numbers: 3, sizes: 3, dumped: 3, chunks: f.chunks, table: f.table}
			h.Expect("what was stored since", f, want)
			h.Expect("not yet out of memory", f.chunks > 2900, true)
			e.reap()
			want.chunks, want.table = 3, 3
			h.Expect("out of memory", figuresOf(e, h), want)
			h.Has("new", "12345")
			h.Has("k7", "12345")
			h.Has("n", "12346")
			_, general := h.Figures(engine.Query{})
			h.Expect("reclaimed", general["reclaimed"], "0")
			h.Expect("evictions", general["evictions"], "0")
		}
	})
}

// TestReclaimedFirst has the figures of memcached 1.4.5 and 1.6.45 for what is over as soon as it is stored or touched: it is
// reclaimed by the next store of its class, in the same second too, and never costs a living item its place.
func TestReclaimedFirst(t *testing.T) {
	over := func(h *enginetest.Harness, key string) { h.Put(engine.OpAdd, key, "123", 0, clock.Past, 0) }
	touched := func(h *enginetest.Harness, key string) {
		h.Set(key, "123")
		h.Touch([]byte(key), clock.Past)
	}
	gotten := func(h *enginetest.Harness, key string) {
		h.Set(key, "123")
		h.Get([]engine.Key{{Bytes: []byte(key), Touch: true, Exptime: clock.Past}}, &enginetest.Recorder{})
	}
	for _, row := range []struct {
		name             string
		living           int
		over             []func(*enginetest.Harness, string)
		items, reclaimed string
	}{
		{"one", 0, []func(*enginetest.Harness, string){over}, "2", "1"},
		{"one beside others", 3, []func(*enginetest.Harness, string){over}, "5", "1"},
		{"one after many others", 500, []func(*enginetest.Harness, string){over}, "502", "1"},
		{"two", 0, []func(*enginetest.Harness, string){over, over}, "2", "2"},
		{"three", 0, []func(*enginetest.Harness, string){over, over, over}, "2", "3"},
		{"touched", 0, []func(*enginetest.Harness, string){touched}, "2", "1"},
		{"touched by a get", 20, []func(*enginetest.Harness, string){gotten}, "22", "1"},
	} {
		e, h := alone(t, nil)
		for i := range row.living {
			h.Set(fmt.Sprint("living", i), "123")
		}
		for i, f := range row.over {
			f(h, fmt.Sprint("over", i))
		}
		h.Set("k2", "123")
		h.Set("k3", "123")
		_, general := h.Figures(engine.Query{})
		h.Expect(row.name+": curr_items", general["curr_items"], row.items)
		h.Expect(row.name+": reclaimed", general["reclaimed"], row.reclaimed)
		for i := range row.living {
			h.Has(fmt.Sprint("living", i), "123")
		}
		pass(e, h, 1)
		_, general = h.Figures(engine.Query{})
		h.Expect(row.name+": reclaimed a second later", general["reclaimed"], row.reclaimed)
	}
	e, h := alone(t, nil)
	over(h, "k1")
	pass(e, h, 1) // nobody has stored anything
	h.Set("k2", "123")
	_, general := h.Figures(engine.Query{})
	h.Expect("reclaimed by nobody", general["reclaimed"], "1")
	h.Expect("the other one", general["curr_items"], "1")
}

// TestExpiredPagesServeOthers: when items of one size are over, all of memory is there for those of another.
func TestExpiredPagesServeOthers(t *testing.T) {
	for _, noEvict := range []bool{false, true} {
		settings := func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 4<<20, noEvict }
		e, h := alone(t, settings)
		value := strings.Repeat("v", 100)
		for i := range 20_000 {
			h.Put(engine.OpSet, fmt.Sprint("short", i), value, 0, h.Clock.Now()+8, 0)
		}
		pass(e, h, 10)
		fresh, _ := alone(t, settings)
		h.Expect(fmt.Sprint("stored, without eviction ", noEvict), fill(e, "long", 1000), fill(fresh, "long", 1000))
	}
}

// TestReapLockedStripe: what cannot be had at the moment is taken out a second later.
func TestReapLockedStripe(t *testing.T) {
	e, h := alone(t, nil)
	h.Put(engine.OpSet, "timed", "v", 0, h.Clock.Now()+1, 0)
	h.Set("flushed", "v")
	h.Flush(0)
	h.Put(engine.OpSet, "timed", "v", 0, h.Clock.Now()+1, 0)
	stripes := []interface {
		Lock()
		Unlock()
	}{e.table.Stripe(e.table.Hash([]byte("timed")))}
	if e.table.Stripe(e.table.Hash([]byte("flushed"))) != stripes[0] {
		stripes = append(stripes, e.table.Stripe(e.table.Hash([]byte("flushed"))))
	}
	for _, s := range stripes {
		s.Lock()
	}
	pass(e, h, 1)
	h.Expect("still there", e.table.Items(), int64(2))
	for _, s := range stripes {
		s.Unlock()
	}
	pass(e, h, 1)
	h.Expect("gone", e.table.Items(), int64(0))
}

// TestReapLent: a value that is over stays for its readers, and is gone for everybody else.
func TestReapLent(t *testing.T) {
	e, h := alone(t, nil)
	value := strings.Repeat("v", 20_000)
	h.Put(engine.OpSet, "timed", value, 0, h.Clock.Now()+1, 0)
	h.Set("flushed", value)
	var r enginetest.Recorder
	for _, key := range []string{"timed", "flushed"} {
		h.Expect("lent", borrow(h, &r, key), true)
	}
	h.Flush(0)
	pass(e, h, 1)
	h.Expect("for others", figuresOf(e, h), figures{chunks: 2})
	for _, it := range r.Lent {
		h.Expect("for its reader", string(it.Value) == value, true)
	}
	giveAllBack(h, &r)
	h.Expect("given back", figuresOf(e, h), figures{})
}

// TestReapAfterMove: bounds hold for whatever is in a page, also after it went from class to class.
func TestReapAfterMove(t *testing.T) {
	e, h := alone(t, limit(1<<20))
	for i, n := range []int{100, 5000, 300, 20_000, 10, 700_000} {
		for j := range 1 + 500_000/n {
			h.Put(engine.OpSet, fmt.Sprint(i, "-", j), strings.Repeat("v", n), 0, h.Clock.Now()+clock.Time(1+j%3), 0)
		}
		h.Expect("stored", e.table.Items() > 0, true)
		pass(e, h, 1+i%3)
	}
	pass(e, h, 3)
	h.Expect("left", figuresOf(e, h), figures{})
}

// TestListsShowTheLiving: what is over is listed no more from that second on, whether it was taken out or not.
func TestListsShowTheLiving(t *testing.T) {
	e, h := alone(t, nil)
	for i := range 10 {
		h.Put(engine.OpSet, fmt.Sprint("timed", i), "v", 0, h.Clock.Now()+1, 0)
		h.Set(fmt.Sprint("living", i), "v")
	}
	h.Clock.Advance(1)
	f := figuresOf(e, h)
	h.Expect("listed", f.dumped, 10)
	h.Expect("sizes", f.sizes, 10)
	h.Expect("not taken out yet", f.table, int64(20))
}

// TestAgeOfTheLiving: the age in the statistics is that of an item that is alive.
func TestAgeOfTheLiving(t *testing.T) {
	_, h := alone(t, nil)
	h.Put(engine.OpSet, "timed", "v", 0, h.Clock.Now()+50, 0)
	h.Clock.Advance(40)
	h.Set("living", "v")
	h.Clock.Advance(16)
	_, items := h.Figures(engine.Query{Group: "items"})
	h.Expect("age", items["items:1:age"], "16")
}

// TestReaperByItself: the goroutine does all that when a second begins.
func TestReaperByItself(t *testing.T) {
	e, h := start(t, nil)
	for i := range 50_000 {
		h.Put(engine.OpSet, fmt.Sprint("timed", i), "v", 0, h.Clock.Now()+1, 0)
		h.Set(fmt.Sprint("flushed", i), "v")
	}
	h.Set("living", "v")
	h.Clock.Advance(1)
	h.Soon("what has ended by time is gone", func() bool { return e.table.Items() == 50_001 })
	h.Flush(0)
	h.Set("living", "v")
	h.Clock.Advance(1)
	h.Soon("what was flushed is gone", func() bool { return e.table.Items() == 1 })
	h.Has("living", "v")
}
