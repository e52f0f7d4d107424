package memory

import (
	"fmt"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/slab"
)

// borrow gets a value and keeps what is lent.
func borrow(h *enginetest.Harness, r *enginetest.Recorder, key string) (isLent bool) {
	before := len(r.Lent)
	h.Get([]engine.Key{{Bytes: []byte(key)}}, r)
	h.Expect("hit of "+key, r.Found[len(r.Found)-1].Hit, true)
	return len(r.Lent) > before
}

// sharing is a reader that keeps what it is lent, and knows whether the loan was shared.
type sharing struct {
	enginetest.Recorder
	shared bool
}

func (s *sharing) Hit(i int, hit engine.Hit) bool {
	s.shared = hit.Shared
	return s.Recorder.Hit(i, hit)
}

// TestSharedLoans: a loan is shared, and costs nobody anything, if something of its page is lent already.
func TestSharedLoans(t *testing.T) {
	_, h := start(t, limit(8<<20))
	for _, key := range []string{"a", "b"} { // on one page
		h.Set(key, strings.Repeat("v", 100_000))
	}
	h.Set("c", strings.Repeat("v", 1_000_000))
	var r sharing
	for _, want := range []struct {
		key    string
		shared bool
	}{{"a", false}, {"a", true}, {"b", true}, {"c", false}, {"c", true}} {
		h.Get([]engine.Key{{Bytes: []byte(want.key)}}, &r)
		h.Expect(want.key+" is shared", r.shared, want.shared)
	}
	giveAllBack(h, &r.Recorder)
	h.Get([]engine.Key{{Bytes: []byte("b")}}, &r)
	h.Expect("b is shared when all is given back", r.shared, false)
	giveAllBack(h, &r.Recorder)
}

func giveAllBack(h *enginetest.Harness, r *enginetest.Recorder) {
	for _, it := range r.Lent {
		h.Release(it)
	}
	r.Lent = nil
}

// TestLentPages: so many pages may have something lent, and in those as much as anybody wants; beyond that values are
// only shown. What is given back can be lent again.
func TestLentPages(t *testing.T) {
	for megabytes, most := range map[int64]int{1: 1, 2: 1, 8: 2, 64: 16} {
		e, h := start(t, limit(megabytes<<20))
		for i := range int(megabytes) {
			h.Set(fmt.Sprint("k", i), strings.Repeat("v", 1_000_000))
		}
		for range 2 {
			var r enginetest.Recorder
			lent := 0
			for i := range int(megabytes) {
				if borrow(h, &r, fmt.Sprint("k", i)) {
					lent++
				}
			}
			h.Expect(fmt.Sprintf("-m %d: lent", megabytes), lent, most)
			for range 10 {
				h.Expect("the same once more", borrow(h, &r, "k0"), true)
			}
			h.Expect("pages", e.lending.blocks.Load(), int64(most))
			giveAllBack(h, &r)
			h.Expect("pages afterwards", e.lending.blocks.Load(), int64(0))
		}
	}
}

// TestLentLeavesRoom: with as much lent as may be, one item in each page, values of all sizes can be stored, also by a
// class that has nothing but items that are lent, and by those that have no page yet.
func TestLentLeavesRoom(t *testing.T) {
	for _, size := range []int{20_000, 100_000, 700_000, 1_000_000} {
		e, h := start(t, limit(48<<20))
		e.stopBalancer() // it might take the oldest item's run
		t.Cleanup(e.startBalancer)
		h.Set("alone", strings.Repeat("a", 500_000)) // the only one of its class
		n := 0
		for ; e.arena.MayHave(e.classOfSize(size).chunks.Span); n++ {
			h.Set(fmt.Sprint("k", n), strings.Repeat("v", size))
		}
		var r enginetest.Recorder
		h.Expect("the only one is lent", borrow(h, &r, "alone"), true)
		for i := range n {
			if !h.Look(fmt.Sprint("k", i)).Hit {
				continue
			}
			if at := e.pinOf(refOf(e, fmt.Sprint("k", i))); !e.lending.in(at) {
				borrow(h, &r, fmt.Sprint("k", i))
			}
		}
		if n := e.lending.blocks.Load(); n < 11 || n > 12 { // a value that reaches into two blocks is not lent if only one may be added
			h.Errorf("%d blocks are lent from, of 12", n)
		}
		for i := range 100 {
			for _, other := range []int{1, 500, 5000, 50_000, 300_000, 500_000, 600_000, 1_000_000} {
				_, status := h.Put(engine.OpSet, fmt.Sprintf("o%d-%d", other, i), strings.Repeat("o", other), 0, 0, 0)
				h.Expect(fmt.Sprintf("pages of %d bytes: a set of %d", size, other), status, engine.OK)
			}
		}
		for _, it := range r.Lent {
			if c := it.Value[0]; strings.Count(string(it.Value), string(c)) != len(it.Value) || c == 'o' {
				h.Errorf("a lent value has changed")
			}
		}
		giveAllBack(h, &r)
	}
}

// refOf returns the ref of an item that is there.
func refOf(e *Engine, key string) (ref slab.Ref) {
	hash := e.table.Hash([]byte(key))
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	defer stripe.Unlock()
	_, ref, _ = e.table.Find(hash, []byte(key))
	return ref
}
