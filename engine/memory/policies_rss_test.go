//go:build linux && !race

package memory

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/lru"
)

// TestGhostsGoWithTheItems: where all items were small, and large ones have taken their places, ghosts take less.
func TestGhostsGoWithTheItems(t *testing.T) {
	e, h := start(t, func(s *engine.Settings) {
		s.MemoryLimit, s.Options = 16<<20, engine.Values{lruOption: lru.S3}
	})
	e.stopBalancer()
	t.Cleanup(e.startBalancer)
	ghosts := func() int64 { return e.ghosts.Bytes() }
	for i := range 600_000 {
		h.Set(fmt.Sprintf("small%06d", i), "v")
	}
	many := ghosts()
	_, values := h.Figures(engine.Query{Group: "memory"})
	if n, err := strconv.ParseInt(values["memory_ghosts"], 10, 64); err != nil || n != many || n < 1<<16 || n > 4<<20 {
		h.Errorf("memory_ghosts %q, and %d bytes are there", values["memory_ghosts"], many)
	}
	for i := range 100_000 {
		h.Set(fmt.Sprintf("large%06d", i), strings.Repeat("v", 2000))
		if i%8 == 0 { // a page of them
			e.Balance()
		}
	}
	h.Expect("few small items are left", e.classOfItem(11, 1).policy.Len() < 100_000, true)
	e.trimGhosts()
	if few := ghosts(); few > many/2 {
		t.Errorf("ghosts take %d bytes, and took %d", few, many)
	}
}
