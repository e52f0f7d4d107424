package server

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWaiters: whoever leaves, the others stay in order, and thousands who leave leave little behind.
func TestWaiters(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var w waiterList
	var want []*waiter
	for range 2000 {
		h := new(waiter)
		w.add(h)
		want = append(want, h)
	}
	for w.count() > 0 {
		for range 100 { // as they leave between two retries
			i := r.IntN(len(want))
			w.remove(want[i])
			want = slices.Delete(want, i, i+1)
		}
		w.tidy()
		if got := slices.Collect(w.each); !slices.Equal(got, want) || w.count() != len(want) {
			t.Fatalf("%d wait in order, of %d", len(got), len(want))
		}
		if len(w.all) > 2*len(want)+1 {
			t.Fatalf("%d places for %d", len(w.all), len(want))
		}
	}
}

// TestWaitersLeaveMeanwhile: who goes through the list meets everybody once who has not left before his turn.
func TestWaitersLeaveMeanwhile(t *testing.T) {
	var w waiterList
	for i := range 100 {
		w.add(&waiter{since: uint32(i)})
	}
	var met []uint32
	for h := range w.each {
		met = append(met, h.since)
		w.remove(h)
		if next := h.place + 1; h.since < 100 && next < len(w.all) {
			w.remove(w.all[next])
			w.add(&waiter{since: 100 + h.since})
		}
	}
	var want []uint32
	for i := uint32(0); i < 200; i += 2 {
		want = append(want, i)
	}
	if !slices.Equal(met, want) || w.count() != 0 {
		t.Errorf("met %v, %d are left", met, w.count())
	}
}
