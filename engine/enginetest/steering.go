package enginetest

import (
	"fmt"
	"strings"

	"gocached/engine"
)

// testSteering changes, while items come and are asked for, all that the engine lets an operator change. Whatever becomes of that,
// no key shows another's value, and the general figures hold.
func testSteering(h *Harness) {
	s := h.steering
	for i := range 2000 {
		key := fmt.Sprint("key", i%700)
		h.Put(engine.OpSet, key, tell(key, 1000+i), 0, 0, 0)
		if i%100 == 0 {
			h.steer(s, i/100)
		}
		key = fmt.Sprint("key", i*7%700)
		if f := h.Look(key); f.Hit && f.Value != strings.Repeat(key+";", len(f.Value)/(len(key)+1)) {
			h.Fatalf("%s shows another's value", key)
		}
	}
	_, general := h.Figures(engine.Query{})
	h.Expect("items have come", general["total_items"], "2000")
}

// steer makes one of the changes that there may be.
func (h *Harness) steer(s *engine.Steering, n int) {
	if s.SetMemoryLimit != nil {
		for _, bytes := range []int64{-1, 0, 1 << 60} {
			h.Expect(fmt.Sprint("limit of ", bytes), s.SetMemoryLimit(bytes), engine.NoRoom)
		}
		h.Expect("limit", s.SetMemoryLimit([]int64{16 << 20, 64 << 20}[n%2]), engine.OK)
	}
	if s.MovePage != nil {
		h.Expect("the same class", s.MovePage(1, 1), engine.SameClass)
		h.Expect("no such class", s.MovePage(1, 1<<20), engine.BadClass)
		s.MovePage(n, 1)
	}
	if s.SetAutomove != nil {
		s.SetAutomove(n % 3)
	}
	if s.SetAutomoveRatio != nil {
		s.SetAutomoveRatio(0.8)
	}
}
