package memory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/slab"
)

// kept is what an item must still be after it has moved.
type kept struct {
	enginetest.Found
	exptime clock.Time
}

// scatter fills a cache with items of a size, half of which expire some day and which have flags, in an order that has nothing to
// do with where they lie. It returns them by key.
func scatter(e *Engine, h *enginetest.Harness, size int) map[string]kept {
	var w want
	e.plan(&w, 4, size, 1)
	r, fit := rand.New(rand.NewPCG(1, 2)), e.arena.Pages()/w.class.chunks.Span*w.class.chunks.PerPage
	items := make(map[string]kept)
	put := func(i int) {
		key, value := fmt.Sprintf("%04x", i), strings.Repeat(string(rune('a'+i%26)), size)
		var exptime clock.Time
		if i%2 == 0 {
			exptime = h.Clock.Now() + 1000 + clock.Time(i%100)
		}
		cas, status := h.Put(engine.OpSet, key, value, uint32(1+i), exptime, 0)
		if status != engine.OK {
			h.Fatalf("%s: status %d", key, status)
		}
		items[key] = kept{enginetest.Found{Value: value, Flags: uint32(1 + i), CAS: cas, Hit: true}, exptime}
	}
	for i := range fit - 1 {
		put(i)
	}
	for range fit {
		put(r.IntN(fit - 1))
	}
	put(fit - 1)
	_, general := h.Figures(engine.Query{})
	if general["evictions"] != "0" {
		h.Fatalf("%s evictions while it was filled", general["evictions"])
	}
	return items
}

// victims returns the keys of a class in the order in which its items would go if none was used.
func (e *Engine) victims(c *class) (keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for ref := c.policy.Victim(); ref != slab.None; ref = c.policy.NextVictim(e.arena, ref, e.at(ref)) {
		keys = append(keys, string(e.at(ref).Key()))
	}
	return keys
}

// same checks that items are as they were.
func (e *Engine) same(h *enginetest.Harness, items map[string]kept, keys []string) {
	h.Helper()
	for _, key := range keys {
		if got := h.Look(key); got != items[key].Found || e.at(refOf(e, key)).Exptime() != items[key].exptime {
			got.Value = got.Value[:min(20, len(got.Value))]
			h.Errorf("item %s is %+v now", key, got)
			return
		}
	}
}

// takeRun takes a run of pages from a class and gives it to nobody.
func (e *Engine) takeRun(h *enginetest.Harness, c *class) {
	h.Helper()
	e.moving.Lock()
	defer e.moving.Unlock()
	page := e.clear(c, &transfer{now: e.now(), asked: theOnly})
	if page == 0 {
		h.Errorf("no run can be taken")
		return
	}
	e.arena.GiveBack(page, c.chunks.Span)
}

// TestRelocate: when a class loses pages, as many items go as it loses chunks, and these are the next victims, wherever they lie.
// All others stay what they were, in the order in which they were.
func TestRelocate(t *testing.T) {
	needsLRU(t)
	for _, size := range []int{100, 1000, 5000, 40_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			e, h := alone(t, limit(8<<20))
			items := scatter(e, h, size)
			c := e.classOf(refOf(e, "0000"))
			order := e.victims(c)
			for n := 1; n <= 3; n++ {
				e.takeRun(h, c)
				h.Expect("items left", c.policy.Len(), len(order)-n*c.chunks.PerPage)
				if err := e.Check(); err != nil {
					t.Fatal(err)
				}
			}
			h.Expect("some have moved", e.balancer.relocated.Load() > 0, c.chunks.PerPage > 1)
			left := e.victims(c)
			h.Expect("the order", slices.Equal(left, order[len(order)-len(left):]), true)
			e.same(h, items, left)
			for _, key := range order[:len(order)-len(left)] {
				h.Lacks(key)
			}
			h.Clock.Advance(1000 + 100)
			e.reap()
			for i, key := range left {
				if items[key].exptime == 0 {
					continue
				}
				if h.Lacks(key); i%10 == 0 {
					h.Set(key, "again")
				}
			}
		})
	}
}

// TestRelocateToFreeChunks: while a class has free chunks none of its items goes with a page, whether items may be evicted or not.
func TestRelocateToFreeChunks(t *testing.T) {
	for _, noEvict := range []bool{false, true} {
		for _, size := range []int{100, 1000, 5000} {
			t.Run(fmt.Sprint(noEvict, size), func(t *testing.T) {
				e, h := alone(t, func(s *engine.Settings) { s.MemoryLimit, s.NoEvict = 8<<20, noEvict })
				items := scatter(e, h, size)
				c := e.classOf(refOf(e, "0000"))
				order := e.victims(c)
				for i := range order {
					if i%3 == 0 {
						h.Delete(order[i])
						delete(items, order[i])
					}
				}
				order = e.victims(c)
				for range c.chunks.Spare() / c.chunks.PerPage {
					e.takeRun(h, c)
				}
				h.Expect("the same are there", slices.Equal(e.victims(c), order), true)
				e.same(h, items, order)
				_, general := h.Figures(engine.Query{})
				h.Expect("evictions", general["evictions"], "0")
			})
		}
	}
}

// TestRelocateUsed: of the items that go none was used, as long as there are others.
func TestRelocateUsed(t *testing.T) {
	needsLRU(t)
	e, h := alone(t, limit(8<<20))
	items := scatter(e, h, 1000)
	c := e.classOf(refOf(e, "0000"))
	order := e.victims(c)
	var used []string
	for i := 0; i < len(order); i += 10 {
		h.Look(order[i])
		used = append(used, order[i])
	}
	for range 3 {
		e.takeRun(h, c)
	}
	e.same(h, items, used)
}

// TestRelocatePinned: what is lent or held stays where it is, and as it is.
func TestRelocatePinned(t *testing.T) {
	e, h := alone(t, limit(8<<20))
	items := scatter(e, h, 20_000)
	c := e.classOf(refOf(e, "0000"))
	order := e.victims(c)
	var r enginetest.Recorder
	h.Expect("lent", borrow(h, &r, order[0]), true)
	held, status := h.Allocate([]byte("held"), 20_000, 0, 0, engine.OpSet)
	h.Expect("held", status, engine.OK)
	copy(held.Value, strings.Repeat("h", 20_000))
	for range 5 {
		e.takeRun(h, c)
	}
	h.Expect("what is lent", string(r.Lent[0].Value), items[order[0]].Value)
	h.Expect("what is held", string(held.Value), strings.Repeat("h", 20_000))
	giveAllBack(h, &r)
	h.Store(held, engine.OpSet, 0)
	h.Has("held", strings.Repeat("h", 20_000))
}
