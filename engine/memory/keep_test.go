package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

// changes are what changes an item in view of what it is. more is so long that a megabyte has room for one of 600,000 bytes, and
// for a part of more bytes, but not for what the change makes of them.
var changes = []struct {
	name   string
	more   int
	change func(h *enginetest.Harness, key, more string) engine.Status
}{
	{"append", 300_000, putting(engine.OpAppend)},
	{"prepend", 300_000, putting(engine.OpPrepend)},
	{"replace", 450_000, putting(engine.OpReplace)},
	{"cas", 450_000, func(h *enginetest.Harness, key, more string) engine.Status {
		_, status := h.Put(engine.OpCAS, key, more, 0, 0, h.Look(key).CAS)
		return status
	}},
}

func putting(op engine.Op) func(*enginetest.Harness, string, string) engine.Status {
	return func(h *enginetest.Harness, key, more string) engine.Status {
		_, status := h.Put(op, key, more, 0, 0, 0)
		return status
	}
}

// alone returns an engine that does nothing by itself: only balanceOnce moves pages, and only reap takes out what is over.
func alone(t testing.TB, change func(*engine.Settings)) (*Engine, *enginetest.Harness) {
	e, h := start(t, change)
	e.stopBalancer()
	e.stopReaper()
	e.balancer.stop, e.reaper.stop = make(chan struct{}), make(chan struct{}) // so that shed and reap are not ended
	t.Cleanup(func() {
		e.startBalancer()
		e.startReaper()
	})
	return e, h
}

// pass lets a second pass, and takes out what is over.
func pass(e *Engine, h *enginetest.Harness, seconds int) {
	for range seconds {
		h.Clock.Advance(1)
		e.reap()
	}
}

// TestTargetIsNoVictim: an item that is being changed is not evicted for it. Where nothing else can go, there is no memory,
// and the item stays as it was; where something can, it is that, also if the item is the oldest.
func TestTargetIsNoVictim(t *testing.T) {
	large := strings.Repeat("v", 600_000)
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			_, h := alone(t, limit(1<<20))
			h.Set("k", large)
			for range 3 {
				h.Expect("alone", c.change(h, "k", large[:c.more]), engine.NoMemory)
				h.Has("k", large)
			}
			_, h = alone(t, limit(2<<20))
			h.Set("k", large)
			h.Set("other", strings.Repeat("o", 900_000))
			h.Expect("beside another", c.change(h, "k", large[:len(large)-9]) != engine.NotFound, true)
			h.Expect("is there", h.Look("k").Hit, true)
			h.Lacks("other")
		})
	}
}

// TestTargetStaysWhenPagesMove: an item that is changed into one for which a run must be put together is not evicted for that.
func TestTargetStaysWhenPagesMove(t *testing.T) {
	for _, megabytes := range []int64{4, 64} {
		_, h := alone(t, limit(megabytes<<20))
		h.Set("k", strings.Repeat("k", 10_000))
		other := strings.Repeat("o", 10_000)
		for i := range int(megabytes) * 110 {
			h.Set(fmt.Sprint("other", i), other)
		}
		for i := range int(megabytes) * 50 {
			h.Set(fmt.Sprint("more", i), other)
		}
		if !h.Look("k").Hit {
			continue // it went before
		}
		_, status := h.Put(engine.OpAppend, "k", strings.Repeat("l", 300_000), 0, 0, 0)
		h.Expect("append", status, engine.OK)
		h.Has("k", strings.Repeat("k", 10_000)+strings.Repeat("l", 300_000))
	}
}

// TestOldTargetIsNoVictim: an item that was stored before all others, and used, is changed again and again.
func TestOldTargetIsNoVictim(t *testing.T) {
	small := strings.Repeat("s", 10_000)
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			_, h := alone(t, limit(1<<20))
			h.Set("k", small)
			for i := range 200 {
				h.Set(fmt.Sprint("other", i), small)
				h.Has("k", small)
			}
			for i := range 90 { // all of them were stored later
				h.Expect(fmt.Sprint("among newer ones, ", i), c.change(h, "k", small[:100]), engine.OK)
				for j := range 20 {
					h.Has(fmt.Sprint("other", 180+j), small)
				}
				if i%2 == 0 {
					h.Set("k", small)
				}
			}
		})
	}
}

// TestSetMayEvictItself: a set needs nothing of the item that is there, so the only chunk there is can be its own.
func TestSetMayEvictItself(t *testing.T) {
	_, h := alone(t, limit(1<<20))
	large := strings.Repeat("v", 600_000)
	for i := range 3 {
		h.Set("k", large[i:])
		h.Has("k", large[i:])
	}
}

// TestNumberIsNoVictim: the same for a number that gets longer, and one that would be created.
func TestNumberIsNoVictim(t *testing.T) {
	e, h := alone(t, func(s *engine.Settings) { s.MemoryLimit, s.ItemMax = 1<<10, 1<<10 })
	h.Set("n", "9")
	var held []engine.Item
	for range e.classes[1].chunks.PerPage - 1 {
		it, status := h.Allocate([]byte("held"), 1, 0, 0, engine.OpSet)
		h.Expect("hold", status, engine.OK)
		held = append(held, it)
	}
	for range 3 {
		_, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
		h.Expect("incr to 10", status, engine.NoMemory)
		h.Has("n", "9")
	}
	_, status := h.Put(engine.OpAdd, "n", "9", 0, 0, 0)
	h.Expect("add", status, engine.NoMemory)
	h.Has("n", "9")
	for _, it := range held {
		h.Release(it)
	}
	n, _, status := h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
	h.Expect("incr to 10 with memory", status, engine.OK)
	h.Expect("result", n, uint64(10))
}

// TestGrownItemStays is what a client does who keeps lists: one is grown by many small appends, and doubled, another by
// prepends, in a cache whose pages all belong to the classes of other sizes.
func TestGrownItemStays(t *testing.T) {
	_, h := start(t, limit(48<<20))
	for i, n := 0, 40_000; n < 1<<20-500; i, n = i+1, n+n/20 {
		for j := range 4 {
			h.Set(fmt.Sprint("filler", i, "-", j), strings.Repeat("f", n))
		}
	}
	for _, op := range []engine.Op{engine.OpAppend, engine.OpPrepend, engine.OpAppend, engine.OpPrepend} {
		key := fmt.Sprint("list", op)
		h.Set(key, "")
		for i := range 8000 {
			if _, status := h.Put(op, key, "0123456789abc,", 0, 0, 0); status != engine.OK {
				t.Fatalf("part %d of %s: status %d", i, key, status)
			}
		}
		value := h.Look(key).Value
		_, status := h.Put(op, key, value, 0, 0, 0)
		h.Expect("doubled", status, engine.OK)
		h.Has(key, value+value)
		h.Expect("remove", h.Delete(key), engine.OK)
	}
}

// TestJoinAgain: a part that finds no memory to be joined is still the caller's, who may try again.
func TestJoinAgain(t *testing.T) {
	_, h := alone(t, limit(2<<20))
	old, more := strings.Repeat("o", 300_000), strings.Repeat("m", 290_000)
	h.Set("k", old)
	held, status := h.Allocate([]byte("k"), 1_000_000, 0, 0, engine.OpReplace)
	h.Expect("hold most of the rest", status, engine.OK)
	part, status := h.Allocate([]byte("k"), len(more), 0, 0, engine.OpAppend)
	h.Expect("the part", status, engine.OK)
	copy(part.Value, more)
	for range 3 {
		_, status = h.Store(part, engine.OpAppend, 0)
		h.Expect("without memory", status, engine.NoMemory)
		h.Has("k", old)
	}
	h.Release(held)
	_, status = h.Store(part, engine.OpAppend, 0)
	h.Expect("with memory", status, engine.OK)
	h.Has("k", old+more)
}
