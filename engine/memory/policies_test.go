package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/lru"
)

// TestGhostHits: what is stored again soon after it was evicted is counted, with each policy, and what was never there is not.
func TestGhostHits(t *testing.T) {
	for _, name := range lru.Names {
		t.Run(name, func(t *testing.T) {
			e, h := alone(t, func(s *engine.Settings) {
				s.MemoryLimit, s.Options = 2<<20, engine.Values{lruOption: name}
			})
			value := strings.Repeat("v", 4000)
			c := e.classOfItem(5, 4000)
			c.policy.SetGhostDepth(200)
			for i := range 2000 {
				h.Set(fmt.Sprint("k", i), value)
			}
			ghostHits(h, &c.policy, "nothing came back", 0)
			evicted := int(c.counts.unlinked[evicted])
			there := 0 // a key may be taken for a ghost
			for i := evicted - 100; i < evicted; i++ {
				if h.Look(fmt.Sprint("k", i)).Hit {
					there++
				}
			}
			h.Expect("nearly all have gone", there <= 5, true)
			for i := evicted - 100; i < evicted; i++ {
				h.Set(fmt.Sprint("k", i), value)
			}
			ghostHits(h, &c.policy, "came back soon", 100)
			for i := range 100 {
				h.Set(fmt.Sprint("k", i), value)
			}
			ghostHits(h, &c.policy, "came back late", 100)
		})
	}
}

// ghostHits expects about so many: keys are told apart by a few bits, and crowded ghosts get lost.
func ghostHits(h *enginetest.Harness, p *lru.Policy, when string, want int) {
	h.Helper()
	if got := int(p.GhostHits()); got < want-25 || got > want+25 {
		h.Errorf("%s: %d ghost hits, want about %d", when, got, want)
	}
}

// TestScanResistance: s3fifo keeps nearly all of what what is asked for now and then while many times as much is stored and never asked for.
func TestScanResistance(t *testing.T) {
	_, h := alone(t, func(s *engine.Settings) {
		s.MemoryLimit, s.Options = 4<<20, engine.Values{lruOption: lru.S3}
	})
	value := strings.Repeat("v", 100)
	wanted := func(i int) string { return fmt.Sprint("wanted", i%1000) }
	for i := range 1000 {
		h.Set(wanted(i), value)
		h.Look(wanted(i))
	}
	for i := range 200_000 {
		h.Set(fmt.Sprint("scan", i), value)
		if i%50 == 0 { // each of them once in 50,000 items, where 25,000 fit
			h.Look(wanted(i / 50))
		}
	}
	kept := 0
	for i := range 1000 {
		if h.Look(wanted(i)).Hit {
			kept++
		}
	}
	if kept < 950 {
		h.Errorf("%d of 1000 are kept", kept)
	}
}
