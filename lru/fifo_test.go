//go:build gocachedfifo

package lru

import (
	"slices"
	"testing"

	"gocached/slab"
)

// TestFIFO: items go as they came, used or not.
func TestFIFO(t *testing.T) {
	b := newHarness(t, new(FIFO), 20)
	var came, went []slab.Ref
	for range 20 {
		came = append(came, b.store(slab.None, false))
	}
	for _, r := range came[:10] {
		b.use(r)
	}
	for range 20 {
		went = append(went, b.evict())
	}
	if !slices.Equal(came, went) {
		t.Errorf("they went as %v, and came as %v", went, came)
	}
}
