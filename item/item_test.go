package item

import (
	"bytes"
	"strings"
	"testing"
	"unsafe"

	"gocached/clock"
	"gocached/slab"
)

func newChunk(t *testing.T) *Header {
	t.Helper()
	a, _, err := slab.NewArena(slab.Config{Limit: 1 << 20, PageSize: 1 << 20, ChunkSmall: 96, ChunkLarge: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	var c slab.Class
	c.Init(1, 1<<20, 1, 1<<20)
	c.AddPage(a)
	return At(a, c.Alloc(a))
}

func TestHeaderSize(t *testing.T) {
	if n := unsafe.Sizeof(Header{}); n != 32 {
		t.Errorf("the header has %d bytes", n)
	}
}

// TestLayouts writes an item in every layout and reads it back, and checks what it takes.
func TestLayouts(t *testing.T) {
	h := newChunk(t)
	for _, row := range []struct {
		flags          uint32
		large, without bool
		front          int
	}{
		{0, false, false, 32}, {9, false, false, 36}, {0, true, false, 40}, {9, true, false, 44},
		{0, false, true, 28}, {9, false, true, 32}, {0, true, true, 40}, {9, true, true, 44},
	} {
		key, value := []byte(strings.Repeat("k", 250)), bytes.Repeat([]byte("v"), 1000)
		s := ShapeOf(len(value), row.flags, row.large, row.without)
		if n := s.Size(len(key)); n != row.front+1250 {
			t.Errorf("%+v takes %d bytes", row, n)
		}
		h.SetShape(s)
		h.Write(key, row.flags, 77)
		copy(h.Value(), value)
		h.Link(12345, 80)
		h.SetMarks(63)
		if !bytes.Equal(h.Key(), key) || !h.HasKey(key) || h.HasKey(key[1:]) || !bytes.Equal(h.Value(), value) ||
			h.Flags() != row.flags || h.Stamp() != 12345 || h.Exptime() != 77 || h.Marks() != 63 || h.State() != Linked {
			t.Errorf("%+v reads back as something else", row)
		}
		if want := uint64(12345); row.without == (h.CAS() == want) {
			t.Errorf("%+v has CAS %d", row, h.CAS())
		}
		if row.large {
			h.Pin()
			if !h.Lent() || h.Unpin() || h.Lent() || !h.Unpin() {
				t.Errorf("%+v counts pins wrongly", row)
			}
		} else if !h.Unpin() {
			t.Error("a small item has only one holder")
		}
	}
}

func TestUse(t *testing.T) {
	h := newChunk(t)
	h.SetShape(ShapeOf(0, 0, false, false))
	h.Write([]byte("key"), 0, 0)
	h.Link(1, 100)
	if h.Marks() != 0 || h.Idle(100) != 0 || h.Idle(1000) < 892 || h.Idle(1000) > 908 {
		t.Errorf("marks %b, idle %d", h.Marks(), h.Idle(1000))
	}
	h.Used(1000, 0b101011)
	if h.Marks() != 0b101011 || h.Idle(1000) != 0 || h.KeyLen() != 3 {
		t.Errorf("marks %b, idle %d, key %d", h.Marks(), h.Idle(1000), h.KeyLen())
	}
	h.Unmark(0b10001)
	if h.Marks() != 0b101010 || h.Idle(1000) != 0 || h.KeyLen() != 3 {
		t.Errorf("marks %b, idle %d, key %d: only two marks go", h.Marks(), h.Idle(1000), h.KeyLen())
	}
}

// TestMarksOfTwo: who changes marks knows those before, or changes nothing.
func TestMarksOfTwo(t *testing.T) {
	h := newChunk(t)
	h.SetShape(ShapeOf(0, 0, false, false))
	h.Write([]byte("key"), 0, 0)
	h.Link(1, 100)
	if !h.Remark(0, 0b101) || !h.UsedIf(1000, 0b101, 0b110) || h.Marks() != 0b110 || h.Idle(1000) != 0 {
		t.Errorf("marks %b, idle %d", h.Marks(), h.Idle(1000))
	}
	if h.Remark(0b101, 0b111) || h.UsedIf(2000, 0b101, 0b111) || h.Marks() != 0b110 || h.Idle(1000) != 0 || h.KeyLen() != 3 {
		t.Errorf("marks %b, idle %d, key %d: others than were expected are changed", h.Marks(), h.Idle(1000), h.KeyLen())
	}
}

func TestExpired(t *testing.T) {
	h := newChunk(t)
	h.SetShape(ShapeOf(0, 0, false, false))
	for _, row := range []struct {
		exptime        clock.Time
		stamp, horizon uint64
		now            clock.Time
		want           bool
	}{
		{clock.Never, 1, 0, 1 << 31, false}, {10, 1, 0, 9, false}, {10, 1, 0, 10, true}, {clock.Past, 1, 0, clock.First, true},
		{clock.Never, 5, 5, 9, false}, {clock.Never, 4, 5, 9, true}, {1<<32 - 1, 1, 0, 1<<32 - 2, false},
	} {
		h.Write([]byte("k"), 0, row.exptime)
		h.SetStamp(row.stamp)
		if got := h.Expired(row.now, row.horizon); got != row.want {
			t.Errorf("%+v: got %v", row, got)
		}
	}
}

// TestNominalSize has sizes that memcached 1.4.5 has shown.
func TestNominalSize(t *testing.T) {
	for _, row := range []struct {
		key, value int
		flags      uint32
		cas        bool
		want       int
	}{
		{1, 1, 0, true, 67}, {1, 3, 0, true, 69}, {1, 200, 0, true, 268}, {1, 524000, 0, false, 524063},
		{1, 1, 1<<32 - 1, true, 68}, {1, 1, 1 << 31, true, 77}, {250, 0, 10, true, 316},
	} {
		if got := NominalSize(row.key, row.value, row.flags, row.cas); got != row.want {
			t.Errorf("%+v: got %d", row, got)
		}
	}
	for key := 1; key <= MaxKey; key++ {
		for _, flags := range []uint32{0, 5} {
			for _, without := range []bool{false, true} {
				if ShapeOf(100, flags, true, without).Size(key) > NominalSize(key, 100, flags, !without) {
					t.Fatalf("key %d, flags %d: takes more than its nominal size", key, flags)
				}
			}
		}
	}
}
