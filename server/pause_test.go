package server

import (
	"testing"
	"time"

	"gocached/server/listen"
	"gocached/server/settings"
)

// TestPollerIsFound fails when an upgrade of gnet hides its epoll descriptor or changes what it asks for: without it a
// client that does not read could not be paused.
func TestPollerIsFound(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	ts.loopsMu.Lock()
	defer ts.loopsMu.Unlock()
	if len(ts.loops) != 1 {
		t.Fatalf("%d loops", len(ts.loops))
	}
	for _, l := range ts.loops {
		if l.poller.epoll < 0 || l.poller.eventfd <= 0 || l.poller.tasks == nil {
			t.Fatalf("gnet's poller was not found: %+v", l.poller)
		}
	}
}

func TestGateWakesWaiters(t *testing.T) {
	var g listen.Gate
	g.Init(1, false)
	if !g.Wait() || g.Enter() != listen.Admitted {
		t.Fatal("the first was not let in")
	}
	second := make(chan bool)
	go func() { second <- g.Wait() && g.Enter() == listen.Admitted }()
	select {
	case <-second:
		t.Fatal("a second was let in")
	case <-time.After(10 * time.Millisecond):
	}
	g.Leave()
	if !<-second {
		t.Fatal("the second was not let in after the first left")
	}
	third := make(chan bool)
	go func() { third <- g.Enter() == listen.Admitted }()
	g.Stop()
	if <-third {
		t.Fatal("a stopped gate lets in")
	}
}
