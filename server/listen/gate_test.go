package listen

import (
	"testing"
	"time"
)

// TestGateWakesWaiters: who waits gets in when somebody leaves, and nobody once the gate is stopped.
func TestGateWakesWaiters(t *testing.T) {
	var g Gate
	g.Init(1, false)
	if !g.Wait() || g.Enter() != Admitted {
		t.Fatal("the first was not let in")
	}
	second := make(chan bool)
	go func() { second <- g.Wait() && g.Enter() == Admitted }()
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
	go func() { third <- g.Enter() == Admitted }()
	g.Stop()
	if <-third {
		t.Fatal("a stopped gate lets in")
	}
}
