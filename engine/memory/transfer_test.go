package memory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gocached/engine"
)

// mixed fills a cache with items of some sizes, stored again and again in an order that has nothing to do with where they lie.
// It returns how many keys there are.
func mixed(e *Engine, put func(key string, size int), sizes ...int) (keys int) {
	r, pressure := rand.New(rand.NewPCG(3, 4)), e.balancer.pressure.Load()
	size := func(i int) int { return sizes[i%len(sizes)] }
	for ; e.balancer.pressure.Load() == pressure; keys++ {
		put(fmt.Sprint("k", keys), size(keys))
	}
	for range 2 * keys {
		i := r.IntN(keys)
		put(fmt.Sprint("k", i), size(i))
	}
	return keys
}

// livingItems returns the keys of each class that has some, the next to go first.
func (e *Engine) livingItems() map[*class][]string {
	all := make(map[*class][]string)
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		if keys := e.victims(c); len(keys) > 0 {
			all[c] = keys
		}
	}
	return all
}

// TestAssemble: in a cache that is full of small items a large one costs about as many bytes of items as it has, and they are the
// next to go of their classes.
func TestAssemble(t *testing.T) {
	needsLRU(t)
	large := []int{500_000, 800_000, 1_000_000} // of different classes
	for _, megabytes := range []int64{4, 8, 32} {
		for _, sizes := range [][]int{{200}, {1000}, {20, 300, 7000}, {100, 100, 100, 100, 20_000}} {
			t.Run(fmt.Sprint(megabytes, sizes), func(t *testing.T) {
				e, h := alone(t, limit(megabytes<<20))
				mixed(e, func(key string, size int) { h.Set(key, strings.Repeat("v", size)) }, sizes...)
				before := e.livingItems()
				for _, size := range large {
					h.Set(fmt.Sprint("large", size), strings.Repeat("l", size))
				}
				for _, size := range large {
					h.Has(fmt.Sprint("large", size), strings.Repeat("l", size))
				}
				after, lost, span := e.livingItems(), 0, 0
				for c, was := range before {
					is := after[c]
					gone := len(was) - len(is)
					lost += gone * c.chunks.Size
					span = max(span, c.chunks.Span)
					if strings.Join(was[gone:], " ") != strings.Join(is, " ") {
						t.Errorf("of the items of %d bytes others went than the first %d", c.chunks.Size, gone)
					}
				}
				most := 2_450_000 + len(large)*2*(span-1)*e.arena.PageSize() // both ends of a stretch may cut a run
				if lost > most {
					t.Errorf("%d bytes of items went, more than %d", lost, most)
				}
			})
		}
	}
}

// TestAssembleSpares: a class with few items, which are newer than all others, keeps them when a large item is stored.
func TestAssembleSpares(t *testing.T) {
	e, h := alone(t, limit(8<<20))
	few := make(map[string]string)
	store := func() {
		for size := 10; size < 30_000; size *= 2 {
			for i := range 3 {
				key := fmt.Sprint("few", size, "-", i)
				few[key] = strings.Repeat("f", size)
				h.Set(key, few[key])
			}
		}
	}
	store()
	mixed(e, func(key string, size int) { h.Set(key, strings.Repeat("v", size)) }, 500)
	store()
	for n := range 3 {
		h.Set(fmt.Sprint("large", n), strings.Repeat("l", 1_000_000))
		for key, value := range few {
			if h.Look(key).Value != value {
				t.Fatalf("after %d large items %s has gone, which is newer than nearly all others", n+1, key)
			}
		}
	}
}

// TestMixes stores values of all lengths in caches of all small sizes: each is stored, and is there at once, and there are never
// more pages than the limit allows.
func TestMixes(t *testing.T) {
	for _, megabytes := range []int64{1, 2, 3, 8} {
		t.Run(fmt.Sprint(megabytes), func(t *testing.T) {
			e, h := start(t, limit(megabytes<<20))
			r := rand.New(rand.NewPCG(5, uint64(megabytes)))
			value := strings.Repeat("v", 1<<20)
			for i := range 4000 {
				n := 1 << r.IntN(20)
				n += r.IntN(n)
				if n > 1_048_000 {
					n = 1_048_000
				}
				key := fmt.Sprint("k", r.IntN(2000))
				if _, status := h.Put(engine.OpSet, key, value[:n], 0, 0, 0); status != engine.OK {
					t.Fatalf("value %d, of %d bytes: status %d", i, n, status)
				}
				if got := len(h.Look(key).Value); got != n {
					t.Fatalf("value %d has %d bytes, not %d", i, got, n)
				}
				if i%10 == 0 {
					h.Delete(fmt.Sprint("k", r.IntN(2000)))
				}
			}
			if bytes := int64(e.arena.Pages()) * int64(e.arena.PageSize()); bytes > megabytes<<20 {
				t.Errorf("%d bytes of pages", bytes)
			}
		})
	}
}
