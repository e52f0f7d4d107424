package enginetest

import (
	"slices"
	"strconv"
	"strings"

	"gocached/clock"
	"gocached/engine"
)

func testTouch(h *Harness) {
	cas := h.Set("k", "v")
	_, got, status := h.Touch([]byte("k"), h.Clock.Now()+5)
	h.Expect("touch", status, engine.OK)
	h.Expect("CAS stays", got, cas)
	h.Clock.Advance(4)
	h.Has("k", "v")
	h.Touch([]byte("k"), h.Clock.Now()+5)
	h.Clock.Advance(4)
	h.Has("k", "v")
	h.Touch([]byte("k"), clock.Never)
	h.Clock.Advance(1000)
	h.Has("k", "v")
	h.Touch([]byte("k"), clock.Past)
	h.Lacks("k")
	_, _, status = h.Touch([]byte("k"), clock.Never)
	h.Expect("touch an expired item", status, engine.NotFound)
}

func testGetTouch(h *Harness) {
	h.Set("k", "v")
	var r Recorder
	h.Get([]engine.Key{{Bytes: []byte("k"), Touch: true, Exptime: h.Clock.Now() + 5}}, &r)
	h.Expect("hit", r.Found[0].Value, "v")
	h.Clock.Advance(4)
	h.Has("k", "v")
	h.Clock.Advance(1)
	h.Lacks("k")
}

func testExpiry(h *Harness) {
	now := h.Clock.Now()
	h.Put(engine.OpSet, "past", "v", 0, clock.Past, 0)
	h.Put(engine.OpSet, "now", "v", 0, now, 0)
	h.Put(engine.OpSet, "soon", "v", 0, now+2, 0)
	h.Put(engine.OpSet, "never", "v", 0, clock.Never, 0)
	h.Put(engine.OpSet, "last", "v", 0, 1<<32-1, 0)
	h.Lacks("past")
	h.Lacks("now")
	h.Clock.Advance(1)
	h.Has("soon", "v")
	h.Clock.Advance(1)
	for op, want := range map[engine.Op]engine.Status{
		engine.OpReplace: engine.NotStored, engine.OpAppend: engine.NotStored, engine.OpCAS: engine.NotFound,
	} {
		_, status := h.Put(op, "soon", "w", 0, 0, 0)
		h.Expect("store upon an expired item", status, want)
	}
	_, status := h.Put(engine.OpAdd, "soon", "w", 0, 0, 0)
	h.Expect("add in its place", status, engine.OK)
	h.Has("soon", "w")
	h.Put(engine.OpSet, "n", "1", 0, h.Clock.Now()+1, 0)
	h.Clock.Advance(1)
	_, _, status = h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
	h.Expect("incr of an expired item", status, engine.NotFound)
	h.Put(engine.OpSet, "r", "1", 0, clock.Past, 0)
	h.Expect("remove an expired item", h.Delete("r"), engine.NotFound)
	h.Clock.SetUnix(start - 86400) // a jump of the wall clock changes nothing
	h.Has("never", "v")
	h.Clock.Advance(70 * 365 * 86400)
	h.Has("never", "v")
	h.Has("last", "v")
}

func testFlush(h *Harness) {
	for round := range 3 {
		h.Set("a", "1")
		h.Set("big", strings.Repeat("b", lendFrom))
		h.Expect("flush", h.Flush(clock.Never), engine.OK)
		h.Lacks("a")
		h.Lacks("big")
		h.Expect("remove", h.Delete("a"), engine.NotFound)
		_, status := h.Put(engine.OpAdd, "a", "2", 0, 0, 0)
		h.Expect("add", status, engine.OK)
		h.Has("a", "2") // in the same second
		h.Set("n", "5")
		h.Flush(clock.Past)
		_, _, status = h.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
		h.Expect("incr", status, engine.NotFound)
		_, status = h.Put(engine.OpAppend, "a", "2", 0, 0, 0)
		h.Expect("append", status, engine.NotStored)
		h.Clock.Advance(round)
	}
}

func testFlushLater(h *Harness) {
	h.Set("before", "v")
	h.Flush(h.Clock.Now() + 3)
	h.Has("before", "v")
	h.Clock.Advance(2)
	h.Set("between", "v")
	h.Has("before", "v")
	h.Clock.Advance(1)
	h.Set("after", "v") // the first call in that second
	h.Lacks("before")
	h.Lacks("between")
	h.Has("after", "v")
	h.Clock.Advance(10)
	h.Has("after", "v") // only once

	h.Flush(h.Clock.Now() + 2)
	h.Flush(h.Clock.Now() + 20) // replaces
	h.Clock.Advance(5)
	h.Has("after", "v")
	h.Flush(clock.Never) // replaces too
	h.Lacks("after")
	h.Set("x", "v")
	h.Clock.Advance(100)
	h.Has("x", "v")

	h.Flush(h.Clock.Now() + 1)
	h.Clock.Advance(50) // nobody called when it was due
	h.Flush(h.Clock.Now() + 50)
	h.Lacks("x")
}

// testEnded: what has ended, by time or by a flush, is in no figure and no list when two seconds have passed; a flush at once.
func testEnded(h *Harness) {
	h.storeEnding()
	h.Expect("listed", slices.Contains(h.listed(), "soon"), true)
	h.Clock.Advance(2)
	h.Soon("two items are over", func() bool { return h.counts(3) })
	h.Expect("listed later", h.listed(), []string{"ever", "late", "long"})
	h.Clock.Advance(4)
	h.Soon("only one is left", func() bool { return h.counts(1) })
	h.Expect("listed in the end", h.listed(), []string{"ever"})
	for range 2 {
		h.storeEnding()
		h.Flush(clock.Never)
		h.Expect("nothing right after a flush", h.counts(0), true)
		h.storeEnding()
		for _, key := range []string{"soon", "late", "long", "ever"} {
			h.Has(key, "v")
		}
		h.Flush(h.Clock.Now() + 1)
		h.Expect("still there", slices.Contains(h.listed(), "ever"), true)
		h.Clock.Advance(1)
		h.Expect("nothing when the second of a flush has come", h.counts(0), true)
	}
	_, general := h.Figures(engine.Query{})
	h.Expect("nothing was evicted", general["evictions"], "0")
}

// storeEnding stores five items of one size, of which two are over within two seconds, and two more within six.
func (h *Harness) storeEnding() {
	now := h.Clock.Now()
	h.Put(engine.OpSet, "soon", "v", 0, now+1, 0)
	h.Put(engine.OpSet, "late", "v", 0, now+5, 0)
	h.Put(engine.OpSet, "long", "v", 0, now+1, 0)
	h.Touch([]byte("long"), now+5)
	h.Set("ever", "v")
	h.Put(engine.OpSet, "over", "v", 0, clock.Past, 0)
}

// listed returns the keys that cachedump shows of the first class that it shows any of, sorted.
func (h *Harness) listed() (keys []string) {
	for class := 1; class < 200 && len(keys) == 0; class++ {
		keys, _ = h.Figures(engine.Query{Group: "cachedump", Class: class})
	}
	slices.Sort(keys)
	return keys
}

// counts says whether all figures and lists speak of n items of one size.
func (h *Harness) counts(n int) bool {
	_, general := h.Figures(engine.Query{})
	names, _ := h.Figures(engine.Query{Group: "items"})
	_, sizes := h.Figures(engine.Query{Group: "sizes"})
	var ofSizes []string
	for _, count := range sizes {
		ofSizes = append(ofSizes, count)
	}
	want := strconv.Itoa(n)
	return general["curr_items"] == want && (general["bytes"] == "0") == (n == 0) && (len(names) == 0) == (n == 0) &&
		len(h.listed()) == n && (n == 0 && len(sizes) == 0 || slices.Equal(ofSizes, []string{want}))
}

// testLent: a lent value stays until it is released, whatever becomes of its item.
func testLent(h *Harness) {
	ends := []struct {
		name string
		end  func()
	}{
		{"remove", func() { h.Delete("big") }},
		{"set", func() { h.Set("big", strings.Repeat("x", lendFrom)) }},
		{"append", func() { h.Put(engine.OpAppend, "big", "x", 0, 0, 0) }},
		{"incr", func() { h.Arithmetic([]byte("big"), &engine.Arithmetic{Delta: 1}) }},
		{"flush", func() { h.Flush(clock.Never); h.Lacks("big") }},
		{"expiry", func() { h.Touch([]byte("big"), clock.Past); h.Lacks("big") }},
		{"eviction", func() {
			for i := range 200 {
				h.Set(strings.Repeat("e", i+1), strings.Repeat("e", itemMax-500))
			}
		}},
	}
	value := "7 " + strings.Repeat("v", lendFrom)
	for _, end := range ends {
		h.Set("big", value)
		var r Recorder
		for range 3 {
			h.Get([]engine.Key{{Bytes: []byte("big")}}, &r)
		}
		if len(r.Lent) != 3 {
			h.Fatalf("%s: %d values lent", end.name, len(r.Lent))
		}
		end.end()
		for i := range 50 { // others take memory meanwhile
			h.Set("other", strings.Repeat("o", lendFrom+i))
		}
		for _, it := range r.Lent {
			if string(it.Value) != value {
				h.Errorf("after %s a lent value has changed", end.name)
			}
		}
		h.giveBack(&r)
	}
	h.Set("small", "v")
	var r Recorder
	h.Get([]engine.Key{{Bytes: []byte("small")}}, &r)
	h.Expect("small values are not lent", len(r.Lent), 0)
}
