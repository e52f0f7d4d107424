package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

// slow begins an item that is filled gradually.
func slow(h *enginetest.Harness, key string, size int) (engine.Item, engine.Status) {
	return h.Allocate([]byte(key), size, 0, 0, engine.OpSet|engine.Gradually)
}

// TestGradualPages: so many pages may have something that is filled gradually, and in those as much as there is room for;
// beyond that the engine is busy. When something is stored or given up there is room again.
func TestGradualPages(t *testing.T) {
	for megabytes, most := range map[int64]int{1: 1, 2: 1, 3: 1, 8: 4, 64: 32} {
		e, h := start(t, limit(megabytes<<20))
		for round := range 2 {
			var held []engine.Item
			begin := func(key string, want engine.Status) {
				it, status := slow(h, key, 1_000_000)
				h.Expect(fmt.Sprintf("-m %d, round %d: %s", megabytes, round, key), status, want)
				if status == engine.OK {
					held = append(held, it)
				}
			}
			for i := range most {
				begin(fmt.Sprint("k", i), engine.OK)
			}
			begin("more", engine.Busy)
			h.Release(held[0])
			held = held[1:]
			begin("instead", engine.OK)
			begin("more", engine.Busy)
			h.Expect("pages", e.receiving.blocks.Load(), int64(most))
			for _, it := range held {
				_, status := h.Store(it, engine.OpSet, 0)
				h.Expect("store", status, engine.OK)
			}
			h.Expect("pages afterwards", e.receiving.blocks.Load(), int64(0))
		}
	}
}

// spread fills the memory with values of a size, and has some in every block that are filled gradually, or in as many blocks as
// may be, and others around them.
func spread(e *Engine, h *enginetest.Harness, size int) (held []engine.Item) {
	c, n := &e.classOfSize(size).chunks, 0
	perBlock := max(1, e.arena.Block()/c.Span*c.PerPage)
	whole := func() {
		h.Set(fmt.Sprint("k", n), strings.Repeat("v", size))
		n++
	}
	for e.arena.MayHave(c.Span) {
		whole()
	}
	for i := range 2 * e.arena.Pages() / e.arena.Block() {
		it, status := slow(h, fmt.Sprint("slow", i), size)
		switch status {
		case engine.OK:
			copy(it.Value, strings.Repeat("s", size))
			held = append(held, it)
		case engine.Busy:
		default:
			h.Errorf("value %d of %d bytes: status %d", i, size, status)
		}
		for range (perBlock*2 + 2) / 3 {
			whole()
		}
	}
	return held
}

// classOfSize returns the class of items with values of a size and short keys.
func (e *Engine) classOfSize(size int) *class { return e.classOfItem(4, size) }

// TestGradualLeavesRoom: with something that is filled gradually in as many pages as may be, values of all sizes can be
// stored, also those of which there is no page yet, and what was filled is as it was written.
func TestGradualLeavesRoom(t *testing.T) {
	for _, pages := range []int64{4, 8, 24} {
		for _, size := range []int{2048, 20_000, 100_000, 400_000} {
			e, h := start(t, limit(pages<<20))
			held := spread(e, h, size)
			h.Expect("some are held", len(held) >= int(pages/2), true)
			for i := range 30 {
				for _, other := range []int{1, 500, 5000, 50_000, 315_000, 500_000, 600_000, 1_000_000} {
					_, status := h.Put(engine.OpSet, fmt.Sprintf("o%d-%d", other, i), strings.Repeat("o", other), 0, 0, 0)
					h.Expect(fmt.Sprintf("%d pages of %d bytes: a set of %d", pages, size, other), status, engine.OK)
				}
			}
			for i, it := range held {
				if strings.Count(string(it.Value), "s") != size {
					h.Errorf("what was filled has changed")
				}
				if i%2 == 0 {
					h.Release(it)
				} else {
					h.Store(it, engine.OpSet, 0)
				}
			}
			h.Expect("pages afterwards", e.receiving.blocks.Load(), int64(0))
		}
	}
}

// TestGradualShares: when as many pages as may be have something that is filled gradually, further ones go to these pages, in
// the place of the oldest there, or borrow a larger chunk. Those for which no chunk there is large enough find the engine
// busy.
func TestGradualShares(t *testing.T) {
	e, h := alone(t, limit(8<<20))
	held := spread(e, h, 100_000)
	h.Expect("pages", e.receiving.blocks.Load(), int64(4))
	newest := make([]string, 8)
	for i := range newest {
		newest[i] = fmt.Sprint("newest", i)
		h.Set(newest[i], strings.Repeat("n", 100_000))
	}
	for i, size := range []int{100_000, 100_000, 100_000, 20_000, 50_000, 100_000, 100_000} {
		it, status := slow(h, fmt.Sprint("more", i), size)
		h.Expect(fmt.Sprint("value ", i), status, engine.OK)
		held = append(held, it)
	}
	_, status := slow(h, "large", 200_000)
	h.Expect("a larger one", status, engine.Busy)
	h.Expect("pages", e.receiving.blocks.Load(), int64(4))
	for _, key := range newest {
		h.Has(key, strings.Repeat("n", 100_000))
	}
	for _, it := range held {
		h.Release(it)
	}
	it, status := slow(h, "large", 200_000)
	h.Expect("a larger one later", status, engine.OK)
	h.Release(it)
}

// TestGradualSharesAll: all chunks of the block that may be shared can be had, free ones, new ones and those of items.
func TestGradualSharesAll(t *testing.T) {
	for _, first := range []int{0, 3, 10} { // so many items are there before
		e, h := alone(t, limit(2<<20))
		for i := range first {
			h.Set(fmt.Sprint("k", i), strings.Repeat("v", 100_000))
		}
		if first > 0 {
			h.Remove([]byte("k1"), engine.Removal{})
		}
		c := &e.classOfSize(100_000).chunks
		var held []engine.Item
		for i := 0; ; i++ {
			it, status := slow(h, fmt.Sprint("slow", i), 100_000)
			if status != engine.OK {
				h.Expect("status", status, engine.Busy)
				break
			}
			held = append(held, it)
		}
		h.Expect(fmt.Sprintf("behind %d items", first), len(held), e.arena.Block()/c.Span*c.PerPage)
		for _, it := range held {
			h.Release(it)
		}
	}
}

// TestGradualWithoutEviction: where nothing is evicted a living item is not evicted to share its page either, and who finds
// no room among what is filled gradually is told so, and not that memory is full.
func TestGradualWithoutEviction(t *testing.T) {
	_, h := alone(t, func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 4<<20, true })
	h.Set("old", strings.Repeat("v", 400_000))
	var held []engine.Item
	for {
		it, status := slow(h, "slow", 400_000)
		if status != engine.OK {
			h.Expect("status", status, engine.Busy)
			break
		}
		held = append(held, it)
	}
	h.Expect("some beside it, and in another block", len(held) >= 3 && len(held) <= 5, true)
	h.Has("old", strings.Repeat("v", 400_000))
	for _, it := range held {
		h.Release(it)
	}
}

// TestGradualJoin: a part that was given to Store in vain still counts, until it is given up.
func TestGradualJoin(t *testing.T) {
	e, h := alone(t, limit(2<<20))
	h.Set("k", strings.Repeat("v", 600_000))
	held, status := h.Allocate([]byte("k"), 500_000, 0, 0, engine.OpReplace)
	h.Expect("held", status, engine.OK)
	part, status := h.Allocate([]byte("k"), 300_000, 0, 0, engine.OpAppend|engine.Gradually)
	h.Expect("part", status, engine.OK)
	for range 2 {
		_, status = h.Store(part, engine.OpAppend, 0)
		h.Expect("there is no memory for both", status, engine.NoMemory)
		h.Expect("pages", e.receiving.blocks.Load(), int64(1))
	}
	h.Release(part)
	h.Release(held)
	h.Expect("pages afterwards", e.receiving.blocks.Load(), int64(0))
}
