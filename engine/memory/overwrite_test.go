package memory

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/lru"
)

// drafting returns a harness whose values are all there when they are stored.
func drafting(t *testing.T, change func(*engine.Settings)) (*Engine, *enginetest.Harness) {
	e, h := start(t, change)
	h.Drafts = true
	return e, h
}

// TestStoredInPlace: a new value of the same class lies where the old one lay, and everything counts as if it did not.
func TestStoredInPlace(t *testing.T) {
	for _, policy := range lru.Names {
		for _, noCAS := range []bool{false, true} {
			e, h := drafting(t, func(s *engine.Settings) { s.NoCAS, s.Options = noCAS, engine.Values{lruOption: policy} })
			h.Put(engine.OpSet, "k", "0123456789", 7, h.Clock.Now()+5, 0)
			ref, cas := refOf(e, "k"), uint64(0)
			for i, next := range []struct {
				op    engine.Op
				value string
				flags uint32
			}{
				{engine.OpSet, "0123456789", 7}, {engine.OpSet, "abcdefgh", 7}, {engine.OpReplace, "abcdefghi", 1234567890},
				{engine.OpCAS, "9876543210", 8}, {engine.OpSet, "9876543210", 9},
			} {
				cas = h.Look("k").CAS
				got, status := h.Put(next.op, "k", next.value, next.flags, clock.Never, cas)
				h.Expect("status", status, engine.OK)
				h.Expect("a new CAS", got > cas, !noCAS)
				h.Expect(fmt.Sprint("found ", i), h.Look("k"), enginetest.Found{Value: next.value, Flags: next.flags, CAS: got, Hit: true})
				h.Expect("place", refOf(e, "k"), ref)
			}
			_, slabs := h.Figures(engine.Query{Group: "slabs"})
			h.Expect("sets", slabs["1:cmd_set"], "6")
			h.Expect("CAS stores", slabs["1:cas_hits"], "1")
			_, general := h.Figures(engine.Query{})
			h.Expect("total_items", general["total_items"], "6")
			h.Expect("curr_items", general["curr_items"], "1")
			h.Stats(engine.Query{Group: "reset"}, nil)
			_, slabs = h.Figures(engine.Query{Group: "slabs"})
			h.Expect("sets after a reset", slabs["1:cmd_set"], "0")
			h.Clock.Advance(10)
			h.Has("k", "9876543210")
		}
	}
}

// TestNotInPlace: what cannot lie where the old item does, or would be read meanwhile, lies elsewhere.
func TestNotInPlace(t *testing.T) {
	e, h := drafting(t, func(s *engine.Settings) { s.LendFrom = 200 })
	for _, row := range []struct {
		name, old, value string
		flags            uint32
		exptime          clock.Time
	}{
		{"longer", "v", strings.Repeat("v", 100), 0, clock.Never},
		{"with flags", "v", "w", 1, clock.Never},
		{"over", "v", "w", 0, h.Clock.Now()},
		{"one that may be lent", strings.Repeat("v", 200), strings.Repeat("w", 200), 0, clock.Never},
	} {
		h.Put(engine.OpSet, row.name, row.old, 0, clock.Never, 0)
		before := refOf(e, row.name)
		_, status := h.Put(engine.OpSet, row.name, row.value, row.flags, row.exptime, 0)
		h.Expect(row.name, status, engine.OK)
		h.Expect(row.name+" lies where the old one lay", refOf(e, row.name) == before, false)
	}
	h.Lacks("over")
}

// TestGuestGoesHome: a new item does not take the place of one that had no better place.
func TestGuestGoesHome(t *testing.T) {
	e, h := drafting(t, nil)
	it, status := e.borrowed(200, "k")
	h.Expect("borrow", status, engine.OK)
	copy(it.Value, strings.Repeat("v", 200))
	e.Store(it, engine.OpSet, 0)
	guest := e.classOf(refOf(e, "k"))
	h.Set("k", strings.Repeat("w", 200))
	h.Expect("the chunk is smaller", e.classOf(refOf(e, "k")).chunks.Size < guest.chunks.Size, true)
}

// TestGuestIsAtHome: an item that takes the place of a guest, and fits best there, counts for that class, until it goes.
func TestGuestIsAtHome(t *testing.T) {
	e, h := drafting(t, nil)
	e.stopBalancer()
	t.Cleanup(e.startBalancer)
	it, status := e.borrowed(200, "k")
	h.Expect("borrow", status, engine.OK)
	e.Store(it, engine.OpSet, 0)
	ref := refOf(e, "k")
	guests := e.classOf(ref)
	h.Set("k", strings.Repeat("w", 200+guests.chunks.Size-guests.below))
	h.Expect("place", refOf(e, "k"), ref)
	h.Expect("items that came to stay", guests.came, int64(1))
	h.Delete("k")
	for i := range e.classes[1:] {
		if c := &e.classes[i+1]; c.came != 0 || c.abroad.Load() != 0 {
			t.Errorf("the class of %d bytes has %d, and %d abroad", c.chunks.Size, c.came, c.abroad.Load())
		}
	}
}

// borrowed is Allocate, but in the class with the next larger chunks.
func (e *Engine) borrowed(valueLen int, key string) (engine.Item, engine.Status) {
	var w want
	if status := e.plan(&w, len(key), valueLen, 0); status != engine.OK {
		return engine.Item{}, status
	}
	w.class = &e.classes[e.sizes.from(w.class.chunks.Size+1)]
	ref := e.take(&w)
	h := e.at(ref)
	h.Write([]byte(key), 0, clock.Never)
	h.SetHash(e.table.Hash([]byte(key)))
	return engine.Item{Value: h.Value(), Ref: uint64(ref)}, engine.OK
}

// TestFlushedIsNotOverwritten: a set that comes after a flush makes an item, and one that comes before it does not outlive it.
func TestFlushedIsNotOverwritten(t *testing.T) {
	for _, noCAS := range []bool{false, true} {
		_, h := drafting(t, func(s *engine.Settings) { s.NoCAS = noCAS })
		for _, value := range []string{"a", "b"} {
			h.Set("k", "0")
			h.Set("k", value)
			h.Flush(clock.Never)
			h.Lacks("k")
			_, status := h.Put(engine.OpReplace, "k", "r", 0, clock.Never, 0)
			h.Expect("replace what is flushed", status, engine.NotStored)
			h.Set("k", value)
			h.Has("k", value)
			_, general := h.Figures(engine.Query{})
			h.Expect("curr_items", general["curr_items"], "1")
		}
	}
}

// TestFullCacheIsOverwritten: with -M a new value needs no memory where the old one lies.
func TestFullCacheIsOverwritten(t *testing.T) {
	_, h := drafting(t, func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 1<<20, true })
	for i := 0; ; i++ {
		if _, status := h.Put(engine.OpSet, fmt.Sprint("k", i), "v", 0, clock.Never, 0); status != engine.OK {
			break
		}
	}
	h.Set("k0", "w")
	h.Has("k0", "w")
}

// TestNeverHalfWritten: who gets a key while others store under it finds one value or another.
func TestNeverHalfWritten(t *testing.T) {
	_, h := drafting(t, nil)
	h.Set("k", strings.Repeat("a", 1000))
	var writers, readers sync.WaitGroup
	over := make(chan struct{})
	for id := range 2 {
		writers.Go(func() {
			for i := range 4000 {
				h.Set("k", strings.Repeat(string(rune('a'+2*(i%9)+id)), 1000-i%3))
			}
		})
		readers.Go(func() {
			for stop := false; !stop; {
				select {
				case <-over:
					stop = true
				default:
				}
				if v := h.Look("k").Value; len(v) < 998 || strings.Count(v, v[:1]) != len(v) {
					t.Errorf("half a value: %q", v)
					return
				}
			}
		})
	}
	writers.Wait()
	close(over)
	readers.Wait()
}
