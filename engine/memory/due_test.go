package memory

import (
	"math/rand/v2"
	"sync"
	"testing"

	"gocached/clock"
	"gocached/slab"
)

// TestDueSizes: bounds cover every ref, in words that do not overlap, and a block never goes beyond its page.
func TestDueSizes(t *testing.T) {
	for _, row := range [][2]int{{1, 1}, {1, 14}, {64, 14}, {65, 1}, {5000, 4}, {3, 21}, {70_000, 3}} {
		pages, bits := row[0], row[1]
		var d due
		if err := d.init(pages, bits); err != nil {
			t.Fatal(err)
		}
		last := slab.Ref(uint64(pages+1)<<bits - 1)
		for i, l := range d.levels {
			if int(uint64(last)>>l.shift) != len(l.words)-1 || cap(l.words) != len(l.words) {
				t.Errorf("%v: level %d has %d words for the last ref %d", row, i, len(l.words), last)
			}
		}
		if top := d.levels[len(d.levels)-1]; len(top.words) > fan || d.block() > 1<<bits {
			t.Errorf("%v: %d words at the top, blocks of %d", row, len(top.words), d.block())
		}
		d.note(last, 7)
		found := 0
		d.take(7, func(first slab.Ref) bool {
			found++
			if first > last || int(last-first) >= d.block() {
				t.Errorf("%v: block %d, want that of %d", row, first, last)
			}
			return true
		})
		if found != 1 {
			t.Errorf("%v: found %d times", row, found)
		}
		d.close()
	}
}

// TestDueRandom compares with a map: take shows exactly the blocks in which something was noted for a second that has come,
// and if it is ended it shows the rest later.
func TestDueRandom(t *testing.T) {
	const pages, bits = 300, 9
	var d due
	if err := d.init(pages, bits); err != nil {
		t.Fatal(err)
	}
	defer d.close()
	r := rand.New(rand.NewPCG(1, 2))
	want := make(map[slab.Ref]clock.Time) // by the first ref of a block
	note := func(ref slab.Ref, at clock.Time) {
		d.note(ref, at)
		first := ref &^ slab.Ref(d.block()-1)
		if old := want[first]; old == clock.Never || at < old {
			want[first] = at
		}
	}
	for now := clock.First; now < 3000; now += clock.Time(r.IntN(5)) {
		for range r.IntN(20) {
			at := now + clock.Time(r.IntN(1+r.IntN(5000)))
			if r.IntN(100) == 0 {
				at = clock.Past
			}
			note(slab.Ref(r.IntN((pages+1)<<bits)), at)
		}
		again := make(map[slab.Ref]clock.Time)
		left := r.IntN(40)
		ended := !d.take(now, func(first slab.Ref) bool {
			if at := want[first]; at == clock.Never || at > now {
				t.Fatalf("second %d: block %d is shown, which is due in second %d", now, first, at)
			}
			if left == 0 {
				return false
			}
			left--
			delete(want, first)
			if r.IntN(3) == 0 { // something in it is left
				again[first] = now + clock.Time(r.IntN(100))
				d.note(first, again[first])
			}
			return true
		})
		for first, at := range again {
			want[first] = at
		}
		for first, at := range want {
			if got, ok := d.bound(first); !ok || got > at {
				t.Fatalf("second %d: block %d is due in second %d, bound %d", now, first, at, got)
			}
			if _, noted := again[first]; at <= now && !ended && !noted {
				t.Fatalf("second %d: block %d was not shown", now, first)
			}
		}
	}
}

// TestDueAtOnce: whatever is noted while somebody takes is shown sooner or later, and nothing twice.
func TestDueAtOnce(t *testing.T) {
	const pages, bits, each = 40, 10, 20_000
	var d due
	if err := d.init(pages, bits); err != nil {
		t.Fatal(err)
	}
	defer d.close()
	var mu sync.Mutex
	noted := make(map[slab.Ref]int)
	shown := make(map[slab.Ref]int)
	take := func() {
		d.take(100, func(first slab.Ref) bool {
			mu.Lock()
			defer mu.Unlock()
			shown[first] = noted[first]
			return true
		})
	}
	var wg sync.WaitGroup
	for id := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(id), 1))
			for range each {
				ref := slab.Ref(r.IntN((pages + 1) << bits))
				mu.Lock()
				noted[ref&^slab.Ref(d.block()-1)]++
				mu.Unlock()
				d.note(ref, clock.Time(1+r.IntN(100)))
			}
		})
	}
	wait := make(chan struct{})
	go func() { wg.Wait(); close(wait) }()
	for done := false; !done; {
		select {
		case <-wait:
			done = true
		default:
		}
		take()
	}
	for first, n := range noted {
		if shown[first] != n {
			t.Errorf("block %d: noted %d times, shown after %d", first, n, shown[first])
		}
	}
}
