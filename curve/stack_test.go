package curve

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"gocached/clock"
)

// listed is a key in a plain list, the newest first.
type listed struct {
	hash  uint64
	bytes uint32
}

// check compares the stack with a list.
func (s *stack) check(t *testing.T, list []listed) {
	t.Helper()
	above, total := uint64(0), uint64(0)
	for _, l := range list {
		_, slot := s.find(uint32(l.hash))
		if slot < 0 {
			t.Fatalf("%x is not there", l.hash)
		}
		if got := s.above(slot); got != above || s.bytes[slot] != l.bytes || s.keys[slot].rank != uint32(l.hash>>32) {
			t.Fatalf("%x has %d bytes and %d above it, want %d and %d", l.hash, s.bytes[slot], got, l.bytes, above)
		}
		above += uint64(l.bytes)
		total += uint64(l.bytes)
	}
	if s.count != len(list) || s.total != total {
		t.Fatalf("%d keys of %d bytes, want %d of %d", s.count, s.total, len(list), total)
	}
}

// TestStack compares a stack with a list, while keys are put on top, removed and moved together.
func TestStack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := new(stack)
	var list []listed
	for i := range 120_000 {
		l := listed{r.Uint64N(300) * 0x9e3779b97f4a7c15, r.Uint32N(1000) + 1}
		at, slot := s.find(uint32(l.hash))
		old := slices.IndexFunc(list, func(o listed) bool { return o.hash == l.hash })
		if (slot >= 0) != (old >= 0) {
			t.Fatalf("%x: slot %d, in the list %d", l.hash, slot, old)
		}
		if old >= 0 {
			list = slices.Delete(list, old, old+1)
		}
		switch n := r.IntN(20); {
		case n == 0 && slot >= 0:
			s.remove(at, slot)
		case n == 0 && len(list) > 0:
			s.removeLast()
			list = list[:len(list)-1]
		default:
			if slot >= 0 {
				s.take(slot)
			}
			s.put(at, key{rank: uint32(l.hash >> 32), tag: uint32(l.hash)}, l.bytes)
			list = slices.Insert(list, 0, l)
		}
		if s.top == slots {
			s.keep(everyKey)
		}
		if i%500 == 0 {
			s.check(t, list)
		}
	}
	s.keep(everyKey / 2)
	s.check(t, slices.DeleteFunc(list, func(l listed) bool { return l.hash>>32 >= everyKey/2 }))
	s.reset()
	s.check(t, nil)
	if s.bytes != [slots]uint32{} {
		t.Error("a slot is not empty")
	}
}

// TestStackExpires: what has ended is taken out, in whatever order it ends.
func TestStackExpires(t *testing.T) {
	s := new(stack)
	put := func(tag uint32, ends, ideal clock.Time) {
		at, _ := s.find(tag)
		s.put(at, key{tag: tag, ends: ends, ideal: ideal}, 10)
	}
	put(1, 30, 20)
	put(2, clock.Never, clock.Never)
	put(3, 10, 10)
	put(4, 5, clock.Never)
	for _, c := range []struct {
		now  clock.Time
		left int
	}{{9, 4}, {10, 3}, {29, 3}, {30, 2}, {1 << 30, 2}} {
		if s.expire(c.now); s.count != c.left {
			t.Errorf("at %d there are %d keys, want %d", c.now, s.count, c.left)
		}
	}
}

// TestSize: a stack has a bound.
func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(stack{}); n > 1<<20 {
		t.Errorf("a stack takes %d bytes", n)
	}
}
