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
				if got := fill(e, "second", sizes[1]); got != want {
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
