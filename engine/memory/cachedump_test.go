package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

// dumped10 stores items of different lengths, which one of memcached's classes holds and several of ours. It returns the number
// of the former, and the keys, newest first.
func storeAlike(t *testing.T, e *Engine, h *enginetest.Harness, pause bool) (nominal int, newest []string) {
	classes := make(map[*class]bool)
	for i := range 200 {
		size := 1250 + i*53%150
		c := e.classOfItem(4, size)
		classes[c], nominal = true, c.nominal
		if c.nominal != e.classOfItem(4, 1250).nominal {
			t.Fatalf("a value of %d bytes is in another class", size)
		}
		key := fmt.Sprintf("k%03d", i)
		h.Set(key, strings.Repeat("v", size))
		newest = append([]string{key}, newest...)
		if pause {
			h.Clock.Advance(8) // the unit in which items keep their last use
		}
	}
	if len(classes) < 2 {
		t.Fatal("all are in one class")
	}
	return nominal, newest
}

// TestCachedumpOrder: one of memcached's classes is shown newest first, in however many of ours its items are, and a limit shows
// the newest.
func TestCachedumpOrder(t *testing.T) {
	for _, noCAS := range []bool{false, true} {
		t.Run(fmt.Sprint(noCAS), func(t *testing.T) {
			e, h := start(t, func(s *engine.Settings) { s.NoCAS = noCAS })
			nominal, want := storeAlike(t, e, h, noCAS)
			for _, limit := range []int{0, 1, 7, 200, 1000} {
				names, values := h.Figures(engine.Query{Group: "cachedump", Class: nominal, Limit: limit})
				n := len(want)
				if limit > 0 {
					n = min(n, limit)
				}
				h.Expect(fmt.Sprint("limit ", limit), names, want[:n])
				h.Expect("the newest", strings.HasPrefix(values[want[0]], fmt.Sprintf("[%d b; ", len(h.Look(want[0]).Value))), true)
			}
			h.Set(want[100], "short") // no longer of this class
			h.Delete(want[50])
			names, _ := h.Figures(engine.Query{Group: "cachedump", Class: nominal})
			h.Expect("without those that have gone", len(names), 198)
			h.Flush(0)
			names, _ = h.Figures(engine.Query{Group: "cachedump", Class: nominal})
			h.Expect("after a flush", len(names), 0)
		})
	}
}
