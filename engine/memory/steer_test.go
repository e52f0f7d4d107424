package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
)

// numberOf returns the number of the class of memcached's in which an item is.
func numberOf(e *Engine, key string) int { return e.classOf(refOf(e, key)).nominal }

// bytesOf returns how many bytes of pages the items of one of memcached's classes have.
func bytesOf(e *Engine, nominal int) (bytes int) {
	for i := range e.classes[1:] {
		if c := &e.classes[i+1]; c.nominal == nominal {
			bytes += int(c.pages.Load()) * c.chunks.Span * e.arena.PageSize()
		}
	}
	return bytes
}

// halves fills a cache with items of two sizes, and returns their classes.
func halves(t *testing.T) (e *Engine, h *enginetest.Harness, small, large int) {
	e, h = alone(t, steerable(16, 16))
	for i := range 20_000 {
		h.Put(engine.OpSet, fmt.Sprint("s", i), strings.Repeat("s", 400), 0, 0, 0)
		h.Put(engine.OpSet, fmt.Sprint("l", i/10), strings.Repeat("l", 4000), 0, 0, 0)
	}
	return e, h, numberOf(e, "s19999"), numberOf(e, "l1999")
}

// TestMovePage: a page of memcached's moves from one class to the other, which leaves to nobody what it does not use yet. No second
// page moves at the same time.
func TestMovePage(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to func(small, large int) int
		gets     bool // the large items' class gets something
	}{
		{"small to large", first, second, true},
		{"any to large", func(int, int) int { return engine.AnyClass }, second, true},
		{"small to nobody", first, func(int, int) int { return 0 }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, h, small, large := halves(t)
			had, has := bytesOf(e, small), bytesOf(e, large)
			h.Expect("status", e.movePage(c.from(small, large), c.to(small, large)), engine.OK)
			h.Expect("another", e.movePage(small, large), engine.Moving)
			e.obey()
			if lost := had - bytesOf(e, small); lost < 900<<10 || lost > 2<<20 {
				t.Errorf("the class lost %d bytes", lost)
			}
			got := bytesOf(e, large) - has
			if c.gets != (got > 0) || got+e.arena.Left()*e.arena.PageSize() < 900<<10 {
				t.Errorf("the other got %d bytes", got)
			}
			h.Expect("the next", e.movePage(small, large), engine.OK)
			e.obey()
		})
	}
}

func first(small, _ int) int  { return small }
func second(_, large int) int { return large }

// TestMovePageRefused: what cannot be moved is told so.
func TestMovePageRefused(t *testing.T) {
	e, _, small, large := halves(t)
	last := len(e.sizes.nominal.sizes)
	for _, c := range []struct {
		from, to int
		want     engine.Status
	}{
		{small, small, engine.SameClass}, {0, 0, engine.SameClass}, {-1, -1, engine.SameClass}, {99, 99, engine.SameClass},
		{small, last + 1, engine.BadClass}, {last + 1, small, engine.BadClass}, {-2, small, engine.BadClass}, {small, -1, engine.BadClass},
		{-1 << 31, 1<<31 - 1, engine.BadClass}, {-1, last + 1, engine.BadClass},
		{last, small, engine.NoSpare}, {1, large, engine.NoSpare}, {0, small, engine.NoSpare},
	} {
		if got := e.movePage(c.from, c.to); got != c.want {
			t.Errorf("from %d to %d: status %d, not %d", c.from, c.to, got, c.want)
		}
	}
	empty, _ := start(t, steerable(16, 16))
	if got := empty.movePage(engine.AnyClass, 2); got != engine.BadClass {
		t.Errorf("any class of an empty cache: status %d", got)
	}
}

// TestMovePageFromNobody: what nobody has goes to a class that has used what it had.
func TestMovePageFromNobody(t *testing.T) {
	e, h := alone(t, steerable(16, 16))
	for key := range storeMany(h, "k", 3000, 1000) {
		h.Delete(key)
	}
	e.giveBackUnused() // what they had is nobody's now
	h.Set("0000", "b")
	c, to := e.classOf(refOf(e, "0000")), numberOf(e, "0000")
	for i := range c.chunks.Unused() {
		h.Set(fmt.Sprintf("%04d", i+1), "b")
	}
	before := bytesOf(e, to)
	h.Expect("status", e.movePage(0, to), engine.OK)
	e.obey()
	h.Expect("bytes", bytesOf(e, to) > before, true)
}

// TestAutomove: pages move by themselves unless an operator forbids it, and as readily as is said.
func TestAutomove(t *testing.T) {
	moved := func(level int) uint64 {
		e, h := alone(t, steerable(8, 8))
		e.setAutomove(level)
		storeMany(h, "small", 60_000, 100)
		for i := range 30 {
			storeMany(h, fmt.Sprint("large", i), 100, 5000)
			e.Balance()
		}
		return e.balancer.moved.Load()
	}
	if n := moved(0); n != 0 {
		t.Errorf("%d runs moved, against orders", n)
	}
	if n := moved(1); n == 0 {
		t.Error("no run moved")
	}
	for _, c := range []struct {
		level int
		ratio float64
		looks int
		times float64
	}{
		{1, 0, calmLooks, calm}, {2, 0, 1, calm}, {1, 0.5, calmLooks, 2}, {1, 7, calmLooks, 1}, {1, -1, calmLooks, calm},
	} {
		var e Engine
		e.setAutomove(c.level)
		e.setAutomoveRatio(c.ratio)
		if looks, times := e.balancer.automove.calmly(); looks != c.looks || times != c.times {
			t.Errorf("%+v: at each %d-th look, if %v times better", c, looks, times)
		}
	}
}

// TestChosen: stats gocached says what -o chose, the defaults for the rest, and how readily pages move by now.
func TestChosen(t *testing.T) {
	e, _ := alone(t, func(s *engine.Settings) { s.Options[tableOption] = classicTable })
	e.setAutomove(2)
	got := map[string]string{}
	e.Stats(engine.Query{Group: "gocached"}, func(name, value string) { got[name] = value })
	for name, want := range map[string]string{
		lruOption: *policyName, objectiveOption: "hits", tableOption: "1.4.5", sizesOption: "none", automoveOption: "2",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}
