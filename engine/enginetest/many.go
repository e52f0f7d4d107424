package enginetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"gocached/clock"
	"gocached/engine"
)

// testRuns: a run of any length is answered key by key, in order.
func testRuns(h *Harness) {
	for i := range 300 {
		h.Set("k"+strconv.Itoa(i*2), strconv.Itoa(i*2))
	}
	for _, n := range []int{0, 1, 2, 3, 63, 64, 65, 128, 500} {
		keys := make([]engine.Key, n)
		for i := range keys {
			keys[i].Bytes = []byte("k" + strconv.Itoa(i))
		}
		var r Recorder
		h.Expect("answered", h.Get(keys, &r), n)
		for i, at := range r.Order {
			want := Found{}
			if i%2 == 0 {
				want = Found{Value: strconv.Itoa(i), Hit: true, CAS: r.Found[i].CAS}
			}
			if at != i || r.Found[i] != want {
				h.Errorf("run of %d, key %d: got %v at %d", n, i, r.Found[i], at)
			}
		}
	}
	keys := make([]engine.Key, 200)
	for i := range keys {
		keys[i].Bytes = []byte("k" + strconv.Itoa(i))
	}
	r := Recorder{Stop: 50}
	h.Expect("stopped by the reader", h.Get(keys, &r), 99)
	same := []engine.Key{{Bytes: []byte("k0")}, {Bytes: []byte("k0")}, {Bytes: []byte("k0")}}
	r = Recorder{}
	h.Expect("the same key", h.Get(same, &r), 3)
	h.Expect("shown each time", r.Found[0] == r.Found[2] && r.Found[0].Hit, true)
}

// testPrefetch: a prefetch is answered by nobody and changes nothing, whether the keys are there or not.
func testPrefetch(h *Harness) {
	keys := make([]engine.Key, 100)
	for i := range keys {
		keys[i].Bytes = []byte("k" + strconv.Itoa(i))
		if i%2 == 0 {
			h.Set("k"+strconv.Itoa(i), "value")
		}
	}
	_, before := h.Figures(engine.Query{Group: "slabs"})
	for _, n := range []int{0, 1, 2, 8, 9, 100} {
		h.Expect("answered", h.Get(keys[:n], engine.Prefetch{}), 0)
	}
	_, after := h.Figures(engine.Query{Group: "slabs"})
	h.Expect("the figures stay", maps.Equal(before, after), true)
}

// testEviction: a cache that is too small forgets the oldest, and never refuses.
func testEviction(h *Harness) {
	overfill(h, func() {})
	h.Lacks("k0")
	h.Expect("the newest is there", h.Look("k19999").Hit, true)
	_, figures := h.Figures(engine.Query{})
	h.Expect("evictions", figures["evictions"] != "0", true)
}

// testFavourite: it keeps what is used.
func testFavourite(h *Harness) {
	h.Set("favourite", bulk)
	overfill(h, func() { h.Expect("the favourite is there", h.Look("favourite").Hit, true) })
}

// bulk is a value of which the cache holds some thousands.
var bulk = strings.Repeat("v", 10_000)

// overfill stores three times as much as there is room for, in items of one size, and calls between now and then.
func overfill(h *Harness, between func()) {
	for i := range 20_000 {
		h.Set("k"+strconv.Itoa(i), bulk)
		if i%100 == 0 {
			between()
		}
	}
}

func testStatsGeneral(h *Harness) {
	want := []string{"bytes", "curr_items", "total_items", "evictions", "reclaimed"}
	names, values := h.Figures(engine.Query{})
	h.Expect("names", names, want)
	for _, name := range names {
		h.Expect(name, values[name], "0")
	}
	h.Figures(engine.Query{Group: "gocached"})
	names, _ = h.Figures(engine.Query{Group: "reset"})
	h.Expect("reset says nothing", len(names), 0)
}

func testStatsItems(h *Harness) {
	names, _ := h.Figures(engine.Query{Group: "items"})
	h.Expect("items when empty", len(names), 0)
	_, slabs := h.Figures(engine.Query{Group: "slabs"})
	h.Expect("slabs when empty", slabs, map[string]string{"active_slabs": "0", "total_malloced": "0"})
	h.Put(engine.OpSet, "b", "22", 0, h.Clock.Now()+1000, 0)
	h.Put(engine.OpSet, "a", "1", 0, 0, 0)
	h.Set("a", "1")
	_, general := h.Figures(engine.Query{})
	h.Expect("curr_items", general["curr_items"], "2")
	h.Expect("total_items", general["total_items"], "3")
	names, values := h.Figures(engine.Query{Group: "cachedump", Class: 1})
	h.Expect("dump", names, []string{"a", "b"})
	h.Expect("a", values["a"], fmt.Sprintf("[1 b; %d s]", start-int(clock.First)))
	h.Expect("b", values["b"], fmt.Sprintf("[2 b; %d s]", start+1000))
	names, _ = h.Figures(engine.Query{Group: "cachedump", Class: 1, Limit: 1})
	h.Expect("dump of one", names, []string{"a"})
	for _, class := range []int{0, 2, 199} {
		names, _ = h.Figures(engine.Query{Group: "cachedump", Class: class})
		h.Expect("dump of nothing", len(names), 0)
	}
	_, sizes := h.Figures(engine.Query{Group: "sizes"})
	h.Expect("sizes", sizes, map[string]string{"96": "2"})
	h.Figures(engine.Query{Group: "reset"})
	_, general = h.Figures(engine.Query{})
	h.Expect("curr_items after reset", general["curr_items"], "2")
	h.Expect("total_items after reset", general["total_items"], "0")
}

// workers runs f in 16 goroutines.
func workers(f func(id int, r *rand.Rand)) {
	var wg sync.WaitGroup
	for id := range 16 {
		wg.Go(func() { f(id, rand.New(rand.NewPCG(uint64(id), 1))) })
	}
	wg.Wait()
}

// tell returns a value that says which key it belongs to, in every part.
func tell(key string, n int) string {
	return strings.Repeat(key+";", n/(len(key)+1)+1)
}

// testConcurrency: whatever happens at once, a key never shows another key's value, or half a one.
func testConcurrency(h *Harness) {
	workers(func(id int, r *rand.Rand) {
		for i := range 1500 {
			key := fmt.Sprintf("key%03d", r.IntN(200))
			switch r.IntN(20) {
			case 0:
				h.Delete(key)
			case 1:
				h.Put(engine.OpAppend, key, key+";", 0, 0, 0)
			case 2:
				h.Touch([]byte(key), h.Clock.Now()+clock.Time(r.IntN(3)))
			case 3, 4, 5, 6:
				h.Put(engine.OpSet, key, tell(key, r.IntN(3000)), 0, 0, 0)
			case 7:
				h.Put(engine.OpSet, key, tell(key, lendFrom+r.IntN(100_000)), 0, h.Clock.Now()+1, 0)
			case 8:
				if i%50 == 0 {
					h.Flush(clock.Never)
					h.Clock.Advance(1)
				}
			default:
				h.lookMany(r)
			}
		}
	})
}

// lookMany gets a run of keys and checks what it finds.
func (h *Harness) lookMany(r *rand.Rand) {
	keys := make([]engine.Key, 1+r.IntN(20))
	for i := range keys {
		keys[i].Bytes = fmt.Appendf(nil, "key%03d", r.IntN(200))
	}
	var rec Recorder
	h.Get(keys, &rec)
	for i, f := range rec.Found {
		key := string(keys[i].Bytes)
		if f.Hit && strings.Count(f.Value, key+";")*(len(key)+1) != len(f.Value) {
			h.Errorf("key %s shows another's value", key)
		}
	}
	for _, it := range rec.Lent {
		key := string(it.Value[:6])
		if strings.Count(string(it.Value), key+";")*7 != len(it.Value) {
			h.Errorf("the value lent for %s is another's", key)
		}
	}
	h.giveBack(&rec)
}

// testCounters: no increment is lost, whether it is made by incr or by get and cas.
func testCounters(h *Harness) {
	h.Set("incr", "0")
	h.Set("cas", "0")
	const each = 500
	workers(func(int, *rand.Rand) {
		for range each {
			h.Arithmetic([]byte("incr"), &engine.Arithmetic{Delta: 1})
			for {
				old := h.Look("cas")
				n, _ := strconv.Atoi(old.Value)
				_, status := h.Put(engine.OpCAS, "cas", strconv.Itoa(n+1), 0, 0, old.CAS)
				if status == engine.OK {
					break
				}
			}
		}
	})
	h.Has("incr", strconv.Itoa(16*each))
	h.Has("cas", strconv.Itoa(16*each))
}

func testAppends(h *Harness) {
	h.Set("list", "")
	workers(func(id int, r *rand.Rand) {
		for range 100 {
			op := engine.OpAppend
			if r.IntN(2) == 0 {
				op = engine.OpPrepend
			}
			_, status := h.Put(op, "list", fmt.Sprintf("<%02d>", id), 0, 0, 0)
			h.Expect("join", status, engine.OK)
		}
	})
	list := h.Look("list").Value
	h.Expect("length", len(list), 16*100*4)
	for id := range 16 {
		h.Expect("parts", strings.Count(list, fmt.Sprintf("<%02d>", id)), 100)
	}
}
