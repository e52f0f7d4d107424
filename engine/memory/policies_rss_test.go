//go:build linux && !race

package memory

import (
	"fmt"
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
	ghosts := func() int64 { return e.ghosts.Resident() }
	for i := range 300_000 {
		h.Set(fmt.Sprintf("small%06d", i), "v")
	}
	many := ghosts()
	for i := range 100_000 {
		h.Set(fmt.Sprintf("large%06d", i), strings.Repeat("v", 2000))
		if i%1000 == 0 {
			e.Balance()
		}
	}
	for _, c := range []*class{&e.classes[1], &e.classes[2]} {
		h.Expect("small items are left", c.policy.Len() < 100_000, true)
	}
	e.trimGhosts()
	if few := ghosts(); few > many/2 {
		t.Errorf("ghosts take %d bytes, and took %d", few, many)
	}
}
