package enginetest

import (
	"fmt"
	"strings"

	"gocached/clock"
	"gocached/engine"
)

// walk goes over all items, and returns what is emitted by key. between is called between two calls.
func (h *Harness) walk(q engine.Query, between func()) map[string]string {
	h.Helper()
	found := make(map[string]string)
	q.Cursor = &engine.Cursor{}
	for calls := 0; !q.Cursor.Done; calls++ {
		emitted := 0
		status := h.Stats(q, func(name, value string) {
			emitted++
			if _, ok := found[name]; ok {
				h.Errorf("%s is emitted twice", name)
			}
			found[fmt.Sprint(name)] = fmt.Sprint(value) // they do not outlive the call
		})
		if status != engine.OK || q.Limit > 0 && emitted > 2*q.Limit+100 || calls > 1_000_000 {
			h.Errorf("status %v, %d items by call %d", status, emitted, calls)
			break
		}
		between()
	}
	return found
}

// testWalk: a walk over all items, of any speed, emits each that is there all the time once.
func testWalk(h *Harness) {
	nothing := func() {}
	for _, group := range []string{"metadump", "mgdump"} {
		h.Expect(group+" of nothing", len(h.walk(engine.Query{Group: group}, nothing)), 0)
	}
	const n = 3000
	for i := range n {
		h.Put(engine.OpSet, fmt.Sprint("key", i), tell("v", i%700), 0, clock.Never, 0)
	}
	more := 0
	for _, limit := range []int{0, 1, 100, 1 << 30} {
		found := h.walk(engine.Query{Group: "mgdump", Limit: limit}, func() {
			h.Set(fmt.Sprint("more", more), "v")
			h.Delete(fmt.Sprint("more", more-10))
			h.Set(fmt.Sprint("key", more%n), "v") // replaced, and elsewhere perhaps
			more++
		})
		for i := range n {
			if _, ok := found[fmt.Sprint("key", i)]; !ok && i >= more {
				h.Errorf("limit %d: key%d is left out", limit, i)
			}
		}
	}
	h.Flush(clock.Never)
	h.Expect("after a flush", len(h.walk(engine.Query{Group: "mgdump"}, nothing)), 0)
	h.walkSome()
}

// walkSome looks at what is shown of a few items.
func (h *Harness) walkSome() {
	h.Put(engine.OpSet, "over", "v", 0, clock.Past, 0)
	small, long := strings.Repeat("v", 100), strings.Repeat("v", 50_000)
	odd := "\x00\xff \r\n"
	h.Put(engine.OpSet|engine.Base64, odd, "v", 0, clock.Never, 0)
	ends := h.Clock.Now() + 1000
	cas, _ := h.Put(engine.OpSet, "a", small, 9, ends, 0)
	h.Clock.Advance(10)
	large, _ := h.PutAs(engine.OpSet, "large", long, 0, 1<<63)
	h.Look("large")
	h.Clock.Advance(20)
	class := h.peek("large").Class
	now := h.Clock.Unix()
	size := func(withCAS int) int {
		if h.noCAS {
			return withCAS - 8
		}
		return withCAS
	}
	shownA := fmt.Sprintf("exp=%d la=%d cas=%d fetch=no cls=%d size=%d flags=9", now+970, now-30, cas, h.peek("a").Class, size(64+len(small)))
	shownLarge := fmt.Sprintf("exp=-1 la=%d cas=%d fetch=yes cls=%d size=%d flags=7", now-20, large, class, size(68+len(long)))
	found := h.walk(engine.Query{Group: "metadump", Limit: 1}, func() {})
	h.Expect("items", len(found), 3)
	h.Expect("a", found["a"], shownA)
	h.Expect("large", found["large"], shownLarge)
	found = h.walk(engine.Query{Group: "metadump", Classes: []int{class, 1000}}, func() {})
	h.Expect("of some classes", found, map[string]string{"large": shownLarge})
	h.Expect("of no class", len(h.walk(engine.Query{Group: "mgdump", Classes: []int{}}, func() {})), 0)
	h.Expect("spelling", h.walk(engine.Query{Group: "mgdump"}, func() {}), map[string]string{"a": "", "large": "", odd: "b"})
}
