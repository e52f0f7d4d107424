package memory

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

// start returns an engine with the usual settings, as changed.
func start(t testing.TB, change func(*engine.Settings)) (*Engine, *enginetest.Harness) {
	t.Helper()
	s := enginetest.Settings(t)
	s.Options = engine.Values{lruOption: *policyName}
	if change != nil {
		change(&s)
	}
	e := New()
	return e, enginetest.Start(t, e, s)
}

// fits returns how many items with values of a size and short keys have room in an empty cache.
func (e *Engine) fits(size int) int {
	c := &e.classOfSize(size).chunks
	return e.arena.Pages() / e.arena.Block() * (e.arena.Block() / c.Span) * c.PerPage
}

func limit(bytes int64) func(*engine.Settings) {
	return func(s *engine.Settings) { s.MemoryLimit = bytes }
}

// TestSizeBorder follows memcached 1.4.5 close under the largest item: the check before forgets the CAS.
func TestSizeBorder(t *testing.T) {
	_, h := start(t, nil)
	for _, row := range []struct {
		n        int
		can, got engine.Status
	}{
		{1048495, engine.OK, engine.OK},
		{1048510, engine.OK, engine.NoClass},
		{1048576, engine.TooLarge, engine.TooLarge},
	} {
		h.Expect("CanStore", h.CanStore(1, row.n, 0), row.can)
		it, status := h.Allocate([]byte("a"), row.n, 0, 0, engine.OpSet)
		h.Expect("Allocate", status, row.got)
		if status == engine.OK {
			h.Release(it)
		}
	}
}

// TestSizeBorderOdd: the same where the largest item is no multiple of 8, with the borders that memcached 1.4.5 has.
func TestSizeBorderOdd(t *testing.T) {
	_, h := start(t, func(s *engine.Settings) { s.MemoryLimit, s.ItemMax = 1<<20, 1500 })
	for n, want := range map[int]engine.Status{
		1427: engine.OK, 1428: engine.OK, 1431: engine.OK, 1432: engine.NoClass, 1439: engine.NoClass, 1440: engine.TooLarge,
	} {
		it, status := h.Allocate([]byte("k"), n, 0, 0, engine.OpSet)
		h.Expect("Allocate of "+strconv.Itoa(n), status, want)
		if status == engine.OK {
			h.Release(it)
		}
	}
}

// TestKeyLengths: an item has room for the length of the longest key, and no other key is taken.
func TestKeyLengths(t *testing.T) {
	_, h := start(t, nil)
	for n, want := range map[int]engine.Status{
		0: engine.TooLarge, 1: engine.OK, 250: engine.OK, 251: engine.TooLarge, 256: engine.TooLarge, 1 << 20: engine.TooLarge,
	} {
		h.Expect(fmt.Sprint("CanStore, ", n), h.CanStore(n, 1, 0), want)
		_, status := h.Put(engine.OpSet, strings.Repeat("k", n), "v", 0, 0, 0)
		h.Expect(fmt.Sprint("Allocate, ", n), status, want)
	}
}

// TestStatsSlabs has the figures of memcached 1.4.5 for the same commands.
func TestStatsSlabs(t *testing.T) {
	_, h := start(t, nil)
	h.Set("a", "1")
	h.Set("b", strings.Repeat("v", 200))
	h.Has("a", "1")
	h.Look("b")
	h.Expect("remove", h.Delete("a"), engine.OK)
	h.Set("c", "1")
	h.Expect("silent remove", h.Remove([]byte("c"), engine.Removal{Silent: true}), engine.OK)
	names, values := h.Figures(engine.Query{Group: "slabs"})
	var got strings.Builder
	for _, n := range names {
		fmt.Fprintf(&got, "%s %s\n", n, values[n])
	}
	h.Expect("slabs", got.String(), `1:chunk_size 96
1:chunks_per_page 10922
1:total_pages 1
1:total_chunks 10922
1:used_chunks 0
1:free_chunks 1
1:free_chunks_end 10921
1:mem_requested 0
1:get_hits 1
1:cmd_set 2
1:delete_hits 1
1:incr_hits 0
1:decr_hits 0
1:cas_hits 0
1:cas_badval 0
6:chunk_size 304
6:chunks_per_page 3449
6:total_pages 1
6:total_chunks 3449
6:used_chunks 1
6:free_chunks 0
6:free_chunks_end 3448
6:mem_requested 268
6:get_hits 1
6:cmd_set 1
6:delete_hits 0
6:incr_hits 0
6:decr_hits 0
6:cas_hits 0
6:cas_badval 0
active_slabs 2
total_malloced 2097008
`)
}

func TestStatsCounters(t *testing.T) {
	_, h := start(t, nil)
	cas := h.Set("a", "1")
	h.Put(engine.OpAppend, "a", "2", 0, 0, 0)
	h.Put(engine.OpPrepend, "a", "2", 0, 0, 0)
	h.Put(engine.OpReplace, "zz", "1", 0, 0, 0)
	_, general := h.Figures(engine.Query{})
	h.Expect("bytes", general["bytes"], "69")
	h.Expect("total_items", general["total_items"], "3")
	h.Put(engine.OpCAS, "a", "7", 0, 0, cas)
	h.Put(engine.OpCAS, "a", "7", 0, 0, h.Look("a").CAS)
	h.Arithmetic([]byte("a"), &engine.Arithmetic{Delta: 1})
	h.Arithmetic([]byte("a"), &engine.Arithmetic{Delta: 1000})
	h.Arithmetic([]byte("a"), &engine.Arithmetic{Delta: 1, Decrease: true})
	_, slabs := h.Figures(engine.Query{Group: "slabs"})
	for name, want := range map[string]string{
		"cmd_set": "6", "cas_badval": "1", "cas_hits": "1", "incr_hits": "2", "decr_hits": "1", "get_hits": "1",
		"used_chunks": "1", "mem_requested": "70",
	} {
		h.Expect(name, slabs["1:"+name], want)
	}
	h.Figures(engine.Query{Group: "reset"})
	_, slabs = h.Figures(engine.Query{Group: "slabs"})
	h.Expect("cmd_set after reset", slabs["1:cmd_set"], "0")
	h.Expect("used_chunks after reset", slabs["1:used_chunks"], "1")
}

// TestFreeChunks tells freed chunks from the unused end of the newest page, over several pages.
func TestFreeChunks(t *testing.T) {
	_, h := start(t, nil)
	for i := range 10922 + 5 {
		h.Set(fmt.Sprintf("%05d", i), "v") // nominal 71 bytes, class 1 in every way
	}
	h.Delete("00001")
	h.Delete("00002")
	_, slabs := h.Figures(engine.Query{Group: "slabs"})
	h.Expect("pages", slabs["1:total_pages"], "2")
	h.Expect("used", slabs["1:used_chunks"], "10925")
	h.Expect("free", slabs["1:free_chunks"], "2")
	h.Expect("end", slabs["1:free_chunks_end"], strconv.Itoa(10922-5))
}

// TestStrictOrder is memcached's lru.t: 64 items of a page each, 37 too many.
func TestStrictOrder(t *testing.T) {
	_, h := start(t, nil)
	big := strings.Repeat("x", 1024*1024-250)
	h.Set("big", big)
	h.Has("big", big)
	for i := range 100 {
		h.Set(fmt.Sprintf("item_%d", i), big)
	}
	_, general := h.Figures(engine.Query{})
	h.Expect("evictions", general["evictions"], "37")
	h.Lacks("big")
	for i := range 36 {
		h.Lacks(fmt.Sprintf("item_%d", i))
	}
	for i := 36; i < 41; i++ {
		h.Has(fmt.Sprintf("item_%d", i), big)
	}
}

// TestEvictedCounters is memcached's evictions.t.
func TestEvictedCounters(t *testing.T) {
	const never, all = 20, 90 // so many of so many items never expire
	e, h := start(t, limit(3<<20))
	value := strings.Repeat("B", 66560)
	fit := e.fits(len(value))
	for i := range all {
		exptime := h.Clock.Now() + 600
		if i < never {
			exptime = 0
		}
		_, status := h.Put(engine.OpSet, fmt.Sprintf("key%d", i), value, 0, exptime, 0)
		h.Expect("set", status, engine.OK)
	}
	h.Clock.Advance(16)
	h.Set("key90", value)
	_, items := h.Figures(engine.Query{Group: "items"})
	h.Expect("evicted", items["items:31:evicted"], strconv.Itoa(all+1-fit))
	h.Expect("evicted_nonzero", items["items:31:evicted_nonzero"], strconv.Itoa(all+1-fit-never))
	h.Expect("evicted_time", items["items:31:evicted_time"], "16")
	h.Expect("age", items["items:31:age"], "16")
}

// TestNoEvict is memcached's dash-M.t; and expired items make room even so.
func TestNoEvict(t *testing.T) {
	e, h := alone(t, func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 1<<20, true })
	value := strings.Repeat("B", 8192)
	stored := 0
	for {
		if _, status := h.Put(engine.OpSet, fmt.Sprint("dash", stored), value, 0, h.Clock.Now()+10, 0); status != engine.OK {
			h.Expect("full", status, engine.NoMemory)
			break
		}
		stored++
	}
	h.Expect("stored", stored, e.fits(len(value)))
	for i := range stored {
		h.Has(fmt.Sprint("dash", i), value)
	}
	_, status := h.Put(engine.OpSet, "small", "v", 0, 0, 0)
	h.Expect("another size", status, engine.NoMemory)
	_, items := h.Figures(engine.Query{Group: "items"})
	h.Expect("outofmemory", items["items:21:outofmemory"], "1")
	h.Clock.Advance(10)
	h.Set("dash", value)
	_, general := h.Figures(engine.Query{})
	h.Expect("reclaimed", general["reclaimed"], "1")
	h.Set("small", "v") // a page of expired items changes hands
}

// TestInitialMalloc is memcached's 64bit.t.
func TestInitialMalloc(t *testing.T) {
	_, h := start(t, func(s *engine.Settings) {
		s.MemoryLimit, s.NoEvict, s.InitialMalloc = 4098<<20, true, 4294967328
	})
	_, slabs := h.Figures(engine.Query{Group: "slabs"})
	h.Expect("fresh", slabs, map[string]string{"active_slabs": "0", "total_malloced": "4294967328"})
	full := false
	for i := range 5 {
		_, status := h.Put(engine.OpSet, fmt.Sprint("big", i), strings.Repeat("a", 400*1024), 0, 0, 0)
		full = full || status == engine.NoMemory
	}
	h.Expect("hit the limit", full, true)
	_, slabs = h.Figures(engine.Query{Group: "slabs"})
	h.Expect("active_slabs", slabs["active_slabs"], "1")
}

// TestReclaim: expired items go before anything alive, and so does everything after a flush, but is not counted then: as in
// memcached.
func TestReclaim(t *testing.T) {
	e, h := start(t, limit(1<<20))
	value := strings.Repeat("v", 8000)
	fit := e.fits(len(value))
	for i := range fit {
		exptime := h.Clock.Now() + 5
		if i >= 10 {
			exptime = 0
		}
		h.Put(engine.OpSet, fmt.Sprint("k", i), value, 0, exptime, 0)
	}
	h.Clock.Advance(5)
	for i := range 11 {
		h.Set(fmt.Sprint("new", i), value)
	}
	_, general := h.Figures(engine.Query{})
	h.Expect("reclaimed", general["reclaimed"], "10")
	h.Expect("evictions", general["evictions"], "1")
	h.Flush(0)
	for i := range fit {
		h.Set(fmt.Sprint("again", i), value)
	}
	_, general = h.Figures(engine.Query{})
	h.Expect("reclaimed after a flush", general["reclaimed"], "10")
	h.Expect("evictions after a flush", general["evictions"], "1")
}

// TestLimit stores every size at several limits: the pages never exceed the limit, and nothing is refused.
func TestLimit(t *testing.T) {
	for _, megabytes := range []int64{0, 1, 2, 4, 16} {
		e, h := start(t, limit(megabytes<<20))
		for round := range 3 {
			for n := 1; n < 1<<20; n += n/3 + 1 {
				_, status := h.Put(engine.OpSet, fmt.Sprint("k", n), strings.Repeat("v", n), 0, 0, 0)
				h.Expect(fmt.Sprintf("-m %d, round %d, %d bytes", megabytes, round, n), status, engine.OK)
				h.Expect("just stored", len(h.Look(fmt.Sprint("k", n)).Value), n)
			}
		}
		pages := 0
		e.moving.Lock() // nothing is on its way
		for i := range e.classes {
			c := &e.classes[i]
			c.mu.Lock()
			pages += c.chunks.Pages() * c.chunks.Span
			c.mu.Unlock()
		}
		h.Expect("pages", pages+e.arena.Left(), e.arena.Pages())
		e.moving.Unlock()
		h.Expect("their bytes", e.arena.Pages()*e.arena.PageSize(), int(max(1, megabytes))<<20)
	}
}

// TestDonor: a class that comes late, when all pages are taken, gets a page of its own, and only one.
func TestDonor(t *testing.T) {
	e, h := start(t, limit(8<<20))
	for i := range 100_000 {
		h.Set(fmt.Sprintf("k%06d", i), strings.Repeat("v", 100))
	}
	h.Expect("pages left", e.arena.Left(), 0)
	e.stopBalancer() // it might find that the latecomer needs more
	t.Cleanup(e.startBalancer)
	for i := range 1000 {
		h.Set(fmt.Sprintf("late%d", i), strings.Repeat("v", 5000))
	}
	h.Expect("donated", e.donated.Load(), uint64(1))
	h.Has("late999", strings.Repeat("v", 5000))
	left := 0
	for i := range 100_000 {
		if h.Look(fmt.Sprintf("k%06d", i)).Hit {
			left++
		}
	}
	perPage := e.classOfSize(100).chunks.PerPage
	h.Expect("the rest is left", left > 6*perPage, true)
}

// TestHeldPages: pages in which something is held are not handed over, and a class of held items only gets more.
func TestHeldPages(t *testing.T) {
	for _, size := range []int{10, 5000, 300_000} {
		e, h := alone(t, limit(2<<20))
		var held []engine.Item
		hold := func(size int) (status engine.Status) {
			it, status := h.Allocate([]byte("held"), size, 0, 0, engine.OpSet)
			if status == engine.OK {
				held = append(held, it)
			}
			return status
		}
		h.Expect("the first", hold(size), engine.OK)
		for hold(1_000_000) == engine.OK || hold(500) == engine.OK {
		}
		h.Expect("no page is left", e.arena.Left(), 0)
		_, status := h.Allocate([]byte("medium"), 100_000, 0, 0, engine.OpSet)
		h.Expect("no other size", status, engine.NoMemory)
		for len(held) > 1 {
			h.Release(held[len(held)-1])
			held = held[:len(held)-1]
		}
		copy(held[0].Value, "first")
		for i := range 50 {
			h.Set(fmt.Sprint("medium", i), strings.Repeat("v", 100_000))
		}
		h.Expect("what is held", string(held[0].Value[:5]), "first")
		_, status = h.Store(held[0], engine.OpSet, 0)
		h.Expect("store", status, engine.OK)
		h.Expect("is there", h.Look("held").Value[:5], "first")
	}
}
