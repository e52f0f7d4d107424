package memory

import (
	"fmt"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/item"
)

// TestGenerations flushes an engine without CAS behind the last generation that an item can note: the next is the first again,
// and what is stored is over as before.
func TestGenerations(t *testing.T) {
	e, h := start(t, func(s *engine.Settings) { s.NoCAS = true })
	e.flush.horizon.Store(item.MaxGeneration - 2)
	for i := range 6 {
		for j := range 10 {
			h.Set(fmt.Sprint("key", i, j), "v")
		}
		h.Has(fmt.Sprint("key", i, 9), "v")
		h.Flush(clock.Never)
		for j := range 10 {
			h.Lacks(fmt.Sprint("key", i, j))
		}
		_, figures := h.Figures(engine.Query{})
		h.Expect("items", figures["curr_items"], "0")
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
	}
	h.Expect("generation", e.flush.horizon.Load(), uint64(4))
}
