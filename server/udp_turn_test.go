package server

import (
	"testing"

	"gocached/server/settings"
)

// TestUDPTurn checks when a worker lets another read: not while few simple requests come.
func TestUDPTurn(t *testing.T) {
	for _, c := range []struct {
		name, request string
		count         int
		keeps         bool
	}{
		{"one", "get a\r\n", 1, true},
		{"some", "get a\r\n", maxBatch - 1, true},
		{"a full batch", "get a\r\n", maxBatch, false},
		{"several commands", "get a\r\nget b\r\n", 1, false},
		{"what may take long", "stats\r\n", 1, false},
		{"nonsense", "", 1, true},
	} {
		w := newTestWorker(t, nil)
		w.passAt = maxBatch
		for range 2 {
			for range c.count {
				w.wire.come = append(w.wire.come, datagram(1, c.request))
			}
			w.wire.atOnce = true
			if err := w.receive(); err != nil {
				t.Fatal(err)
			}
			if w.reads != c.keeps || len(w.turn) == 1 == c.keeps {
				t.Errorf("%s: has the turn: %v", c.name, w.reads)
			}
		}
		if err := w.receive(); err == nil || w.reads {
			t.Errorf("%s: keeps the turn after an error, %v", c.name, err)
		}
	}
}

// TestUDPTurnIsShared checks that workers of one socket have one turn, and those of another one have theirs.
func TestUDPTurnIsShared(t *testing.T) {
	ts := startUDP(t, func(s *settings.Settings) { s.Threads = 3; s.Listen = []string{"127.0.0.1", "127.0.0.2"} })
	if len(ts.workers) != 6 {
		t.Fatalf("%d workers", len(ts.workers))
	}
	turns := map[turn]int{}
	for _, w := range ts.workers {
		turns[w.turn]++
	}
	for _, n := range turns {
		if len(turns) != 2 || n != 3 {
			t.Errorf("%d turns, one of %d workers", len(turns), n)
		}
	}
}
