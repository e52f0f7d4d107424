package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

// TestEvictWhileOldestPageIsCleared: the oldest items of a class are all in the page that it is giving away. They yield
// no chunk, and those behind them must.
func TestEvictWhileOldestPageIsCleared(t *testing.T) {
	e, h := start(t, limit(3<<20))
	e.stopBalancer()
	t.Cleanup(e.startBalancer)
	value := strings.Repeat("v", 117)
	c := e.classOfItem(7, 117)
	for i := 0; c.counts.unlinked[evicted] == 0; i++ {
		h.Set(fmt.Sprintf("k%06d", i), value)
	}
	c.mu.Lock()
	page := e.arena.PageOf(c.policy.Victim())
	c.chunks.Leave(e.arena, page)
	c.mu.Unlock()
	for i := range 20 {
		key := fmt.Sprintf("late%d", i)
		_, status := h.Put(engine.OpSet, key, value, 0, 0, 0)
		h.Expect(key, status, engine.OK)
		h.Has(key, value)
	}
	c.mu.Lock()
	c.chunks.Stay(e.arena, func(r slab.Ref) bool { return e.at(r).State() == item.Free })
	e.hint(c)
	c.mu.Unlock()
}
