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
		flags                   uint32
		large, without, chooses bool
		front                   int
	}{
		{0, false, false, false, 32}, {9, false, false, false, 36}, {0, true, false, false, 40}, {9, true, false, false, 44},
		{0, false, true, false, 28}, {9, false, true, false, 32}, {0, true, true, false, 40}, {9, true, true, false, 44},
		{0, false, false, true, 40}, {9, false, false, true, 44}, {0, true, false, true, 48}, {9, true, false, true, 52},
		{0, false, true, true, 28}, {9, true, true, true, 44},
	} {
		key, value := []byte(strings.Repeat("k", 250)), bytes.Repeat([]byte("v"), 1000)
		s := ShapeOf(len(value), row.flags, row.large, row.without)
		if row.chooses {
			s = s.Choosing()
		}
		if n := s.Size(len(key)); n != row.front+1250 {
			t.Errorf("%+v takes %d bytes", row, n)
		}
		if h.SetShape(s); h.State() != Held {
			t.Errorf("%+v is in state %d", row, h.State())
		}
		h.Write(key, row.flags, 77)
		copy(h.Value(), value)
		h.Link(12345, 80)
		h.SetMarks(63)
		want := uint64(12345)
		h.Choose(1 << 63)
		switch {
		case row.without:
			want = 0
		case row.chooses:
			want = 1 << 63
		}
		if !bytes.Equal(h.Key(), key) || !h.HasKey(key) || h.HasKey(key[1:]) || !bytes.Equal(h.Value(), value) ||
			h.Flags() != row.flags || h.Stamp() != 12345 || h.CAS() != want || h.Exptime() != 77 || h.Marks() != 63 || h.State() != Linked {
			t.Errorf("%+v reads back as something else", row)
		}
		if h.SetStamp(12346); h.CAS() != want && h.CAS() != 12346 || h.Stamp() != 12346 || h.KeyLen() != 250 {
			t.Errorf("%+v has CAS %d, stamp %d, a key of %d bytes", row, h.CAS(), h.Stamp(), h.KeyLen())
		}
		if row.large {
			h.Pin()
			if !h.Lent() || h.Unpin() || h.Lent() || !h.Unpin() {
				t.Errorf("%+v counts pins wrongly", row)
			}
		} else if !h.Unpin() {
			t.Error("a small item has only one holder")
		}
		h.Unlink()
		if h.State() != Held {
			t.Errorf("%+v is in state %d when it is unlinked", row, h.State())
		}
		if h.Clear(); h.State() != Free {
			t.Errorf("%+v is in state %d when its chunk is free", row, h.State())
		}
	}
}

// TestBits sets each bit of a version and of a use, and sees that the others stay.
func TestBits(t *testing.T) {
	for _, without := range []bool{false, true} {
		h := newChunk(t)
		h.SetShape(ShapeOf(3, 0, false, without))
		h.Write([]byte("key"), 0, 5)
		h.SetBase64()
		last := uint64(1<<53 - 1)
		if without {
			last = MaxGeneration
		}
		h.Link(last, 1<<25-1)
		check := func(what string, base64, stale, won, fetched bool) {
			t.Helper()
			if h.Base64() != base64 || h.Stale() != stale || h.Won() != won || h.Fetched() != fetched ||
				h.KeyLen() != 3 || h.Stamp() != last || h.Exptime() != 5 || string(h.Key()) != "key" {
				t.Errorf("%s, without CAS %v: base64 %v, stale %v, won %v, fetched %v, stamp %x", what, without, h.Base64(), h.Stale(),
					h.Won(), h.Fetched(), h.Stamp())
			}
		}
		check("linked", true, false, false, false)
		h.SetStale(true, false)
		check("stale", true, true, false, false)
		h.SetStale(false, true)
		check("won", true, false, true, false)
		h.UsedAlone(1 << 25)
		check("used", true, false, true, true)
		if h.Idle(1<<25+3) != 3 {
			t.Errorf("idle for %d seconds", h.Idle(1<<25+3))
		}
		h.SetLastUse(h.LastUse().At(1<<25 + 9))
		check("used again", true, false, true, true)
		h.SetLastUse(0)
		check("not fetched", true, false, true, false)
		last--
		h.SetStamp(last)
		check("stamped", true, false, true, false)
		h.Write([]byte("key"), 0, 5)
		h.Link(last, 0)
		check("written again", false, false, false, false)
	}
}

func TestUse(t *testing.T) {
	h := newChunk(t)
	h.SetShape(ShapeOf(0, 0, false, false))
	h.Write([]byte("key"), 0, 0)
	h.Link(1, 100)
	if h.Marks() != 0 || h.Idle(100) != 0 || h.Idle(1000) != 900 {
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
