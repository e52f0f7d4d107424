package server

import (
	"slices"
	"strings"
	"testing"

	"gocached/internal/eventually"
	"gocached/server/listen"
	"gocached/server/settings"
)

// pass lets seconds pass, as the clock would: the loops have done what is due in one before the next comes.
func (ts *testServer) pass(seconds int) {
	ts.loopsMu.Lock()
	loops := slices.Clone(ts.loops)
	ts.loopsMu.Unlock()
	for range seconds {
		ts.tick()
		for _, l := range loops {
			done := make(chan struct{})
			if l.rim.Execute(func() { close(done) }) == nil {
				<-done
			}
		}
	}
}

// TestIdleTimeout turns the time by hand: who says nothing is closed, who speaks in time is not, and neither is who
// has sent half a request until it goes quiet.
func TestIdleTimeout(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.IdleTimeout = 1000; s.Threads = 1 })
	quiet, half, speaks := ts.dial(), ts.dial(), ts.dial()
	quiet.ask("version\r\n", "VERSION 1.4.5\r\n")
	half.send("set key 0 0 5000\r\n" + strings.Repeat("x", 3000))
	eventually.True(t, "a value that has begun", func() bool { return ts.shorts.Load() > 0 }) // or it would be heard later
	for range 10 {
		speaks.ask("get nothing\r\n", "END\r\n")
		ts.pass(90)
	}
	if got := speaks.stat("gocached", "idle_kicks"); got != "0" {
		t.Errorf("after 900 seconds idle_kicks is %s", got)
	}
	ts.pass(110)
	quiet.closed()
	half.closed()
	if got := speaks.stat("gocached", "idle_kicks"); got != "2" {
		t.Errorf("after 1010 seconds idle_kicks is %s", got)
	}
	if used := speaks.usedChunks(); used != "0" {
		t.Errorf("%s chunks are still in use", used)
	}
	if got := speaks.stat("", "curr_connections"); got != "1" {
		t.Errorf("curr_connections %s", got)
	}
}

// TestIdleOff checks that without the setting nobody is closed, and nothing is kept.
func TestIdleOff(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	ts.onLoop(c, func(*loop, *conn) {})
	ts.awake.Add(100_000)
	ts.pass(10)
	ts.onLoop(c, func(l *loop, inside *conn) {
		if cap(l.roster.conns) != 0 || inside.heard != (lastHeard{}) {
			t.Errorf("a list of %d, and %+v", len(l.roster.conns), inside.heard)
		}
	})
}

// TestIdleReader has a client that takes its replies slowly, which is no idleness, until it takes none at all.
func TestIdleReader(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.IdleTimeout = 1000; s.Threads = 1 })
	slow, other := ts.dial(), ts.dial()
	value := string(pattern(100_000))
	slow.ask("set k 0 0 100000\r\n"+value+"\r\n", "STORED\r\n")
	go func() { _, _ = slow.Conn.Write([]byte(strings.Repeat("get k\r\n", 1000))) }() // 100 MB
	other.awaitBlocked()
	for range 20 {
		for range 10 {
			slow.expect("VALUE k 0 100000\r\n" + value + "\r\nEND\r\n")
		}
		ts.pass(500)
		other.noop()
	}
	if got := other.stat("gocached", "idle_kicks"); got != "0" {
		t.Fatalf("idle_kicks %s while the client reads", got)
	}
	eventually.True(t, "one client less", func() bool {
		ts.pass(600) // the first look notes what was taken last
		other.noop()
		return ts.gate.Current() == 1
	})
	if got := other.stat("gocached", "idle_kicks"); got != "1" {
		t.Errorf("idle_kicks %s", got)
	}
}

// TestIdleWaiting: what waits for the server is not idle.
func TestIdleWaiting(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.IdleTimeout = 10; s.Threads = 1 })
	c := ts.dial()
	ts.onLoop(c, func(l *loop, inside *conn) {
		for _, state := range []connState{stateReady, stateYielded, stateParked} {
			inside.set(state)
			if inside.heard.at = 0; l.isIdle(inside, 1000) {
				t.Errorf("state %b is idle", state)
			}
			inside.clear(state)
		}
		for stands, want := range map[bool]bool{true: false, false: true} { // without need it has its replies to take
			inside.set(stateParked | stateWaiting)
			inside.waiter, inside.heard.left = &waiter{queued: stands}, 0
			if inside.heard.at = 0; l.isIdle(inside, 1000) != want {
				t.Errorf("standing in line %v, it is idle: %v", stands, !want)
			}
			inside.clear(stateParked | stateWaiting)
			inside.waiter = nil
		}
		for now, want := range map[uint32]bool{110: false, 111: true} {
			if inside.heard.at = 100; l.isIdle(inside, now) != want {
				t.Errorf("idle after %d seconds: %v", now-100, !want)
			}
		}
		inside.heard.at = l.shared.awake.Load()
	})
}

func TestSweepEvery(t *testing.T) {
	for timeout, want := range map[int]uint32{1: 1, 9: 1, 20: 2, 49: 4, 50: 5, 1 << 30: 5} {
		if got := sweepEvery(timeout); got != want {
			t.Errorf("timeout %d: every %d seconds, want %d", timeout, got, want)
		}
	}
}

// TestRoster takes connections off the list in any order.
func TestRoster(t *testing.T) {
	r := roster{after: 1}
	var conns []*conn
	for range 5 {
		c := newConn(listen.KindTCP)
		conns = append(conns, c)
		r.add(c)
	}
	for _, i := range []int{1, 4, 0, 3, 2} {
		r.remove(conns[i])
		for place, c := range r.conns {
			if c == conns[i] || int(c.heard.place) != place {
				t.Fatalf("after %d: place %d holds one of place %d", i, place, c.heard.place)
			}
		}
	}
	if len(r.conns) != 0 {
		t.Errorf("%d are left", len(r.conns))
	}
}
