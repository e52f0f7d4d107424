package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
)

// TestUnusedPages: pages that nobody uses any more are free for other sizes, whether items may be evicted or not, and
// nothing is evicted as long as there are some. Where items may be, a class keeps its only page for a second.
func TestUnusedPages(t *testing.T) {
	for _, noEvict := range []bool{false, true} {
		for _, sizes := range [][2]int{{1000, 100}, {100, 1000}, {300_000, 100}, {100, 300_000}, {900_000, 20_000}, {500, 900_000}} {
			t.Run(fmt.Sprint(noEvict, sizes), func(t *testing.T) {
				e, h := alone(t, func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 4<<20, noEvict })
				stored := fill(e, "first", sizes[0])
				for i := range stored + 1 {
					h.Remove(fmt.Append(nil, "first", i), engine.Removal{})
				}
				if !noEvict {
					pass(e, h, 2)
				}
				fresh, _ := alone(t, func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 4<<20, noEvict })
				want := fill(fresh, "second", sizes[1])
				// Where the first runs met there may be pages that are no whole run of the second.
				if got := fill(e, "second", sizes[1]); got > want || got < want-1 {
					t.Errorf("%d items were stored before one was evicted or refused, %d in a fresh cache", got, want)
				}
			})
		}
	}
}

// fill stores items of a size until one is refused or another one evicted, and returns how many were stored before.
func fill(e *Engine, name string, size int) (stored int) {
	value := []byte(strings.Repeat("v", size))
	pressure := e.balancer.pressure.Load() // counts evictions; nobody sets it anew, as the engine is alone
	for put(e, fmt.Append(nil, name, stored), value) == engine.OK && e.balancer.pressure.Load() == pressure {
		stored++
	}
	return stored
}

// TestUnusedPageIsUsedAgain: a class that was to give its unused page, and has come to store in it meanwhile, keeps it, and its
// items.
func TestUnusedPageIsUsedAgain(t *testing.T) {
	for _, most := range []sacrifice{unused, oneOfSeveral, theOnly} {
		e, h := alone(t, limit(4<<20))
		value := strings.Repeat("v", 5000)
		h.Set("small", "v")
		h.Remove([]byte("small"), engine.Removal{})
		for i := 0; e.arena.MayHave(e.classOfSize(len(value)).chunks.Span); i++ {
			h.Set(fmt.Sprint("k", i), value)
		}
		to, now := e.classOfSize(100_000), e.now()
		from, asked := e.donor(to, map[*class]bool{}, most, now)
		h.Expect("the class with the unused page", from == &e.classes[1], true)
		h.Set("small", "v")
		h.Expect("page", e.clear(from, &transfer{now: now, asked: asked}), uint32(0))
		h.Has("small", "v")
		h.Set("large", strings.Repeat("v", 100_000))
		h.Has("small", "v")
	}
}
