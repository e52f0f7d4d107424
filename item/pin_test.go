package item

import "testing"

// TestPinsDoNotWrap pins an item more often than 16 or 32 bits can count: memcached's counter of 16 bits came round to
// nothing, and the chunk was used again while somebody read it.
func TestPinsDoNotWrap(t *testing.T) {
	h := newChunk(t)
	h.SetShape(ShapeOf(100_000, 0, true, false))
	h.Write([]byte("key"), 0, 0)
	h.Link(1, 0)
	for _, pins := range []int64{1 << 16, 1<<16 + 1, 1 << 32, 1<<32 + 1} {
		*h.pins() = pins
		h.Pin()
		if h.Unpin() || !h.Lent() {
			t.Errorf("after %d pins the item counts as free", pins)
		}
	}
	*h.pins() = 1
	for range 1<<16 + 1 {
		h.Pin()
	}
	for i := range 1<<16 + 1 {
		if h.Unpin() {
			t.Fatalf("free after %d of %d", i+1, 1<<16+1)
		}
	}
	if !h.Unpin() {
		t.Error("not free when the last has gone")
	}
}
