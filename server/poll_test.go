package server

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/panjf2000/gnet/v2"

	"gocached/server/settings"
)

// onlyLoop returns the loop of a server with one, once it has a client.
func (ts *testServer) onlyLoop() *loop {
	ts.loopsMu.Lock()
	defer ts.loopsMu.Unlock()
	return ts.loops[0]
}

// runTask has gnet run a task on the loop, and fails if it does not.
func (l *loop) runTask(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	task := gnet.RunnableFunc(func(context.Context) error { f(); close(done); return nil })
	if err := l.ev.Execute(context.Background(), task); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("gnet does not run a task while the loop polls by itself")
	}
}

// TestTasksRunBesideTraffic gives gnet tasks and connections while a loop polls by itself, busy and waiting. It fails when
// an upgrade of gnet wakes its poller in another way.
func TestTasksRunBesideTraffic(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	first := ts.dial()
	first.ask("version\r\n", "VERSION 1.4.5\r\n")
	l := ts.onlyLoop()
	for range 20 { // it waits for somebody to speak
		l.runTask(t, func() {
			if l.polling.on {
				t.Error("gnet runs tasks inside a poll")
			}
		})
		first.ask("version\r\n", "VERSION 1.4.5\r\n")
	}
	var busy sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		c := ts.dial()
		busy.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					c.ask("get a b\r\n", "END\r\n")
				}
			}
		})
	}
	for range 200 {
		l.runTask(t, func() {})
		c := ts.dial()
		c.ask("version\r\n", "VERSION 1.4.5\r\n")
		_ = c.Close()
	}
	close(stop)
	busy.Wait()
}

// TestManyEndInOneRound has clients that end in many ways speak all at once: no reply is lost, nobody else's connection is
// touched, and nothing is logged.
func TestManyEndInOneRound(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	const each = 40
	stay, quit, half, gone := ts.dialMany(each), ts.dialMany(each), ts.dialMany(each), ts.dialMany(each)
	for range 5 {
		for i := range each {
			gone[i].send("get a\r\n")
			stay[i].send("get a\r\n")
			quit[i].send("get a\r\nquit\r\n")
			half[i].send("get a\r\n")
			_ = half[i].halfClose()
			_ = gone[i].Close()
		}
		for i := range each {
			stay[i].expect("END\r\n")
			quit[i].expect("END\r\n")
			quit[i].closed()
			half[i].expect("END\r\n")
			half[i].closed()
		}
		quit, half, gone = ts.dialMany(each), ts.dialMany(each), ts.dialMany(each)
	}
	if logs := ts.logs.String(); logs != "" {
		t.Errorf("logged: %.500s", logs)
	}
}

func (ts *testServer) dialMany(n int) []*client {
	all := make([]*client, n)
	for i := range all {
		all[i] = ts.dial()
	}
	return all
}

func (c *client) halfClose() error {
	return c.Conn.(interface{ CloseWrite() error }).CloseWrite()
}

// TestPanicInRound closes the connections of a round in which a bug shows, and goes on with the others.
func TestPanicInRound(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	l := ts.onlyLoop()
	l.runTask(t, func() { l.shared.settings.ReqsPerEvent = 0 }) // which is checked at the start: the loop divides by it
	c.send("version\r\nversion\r\n")
	c.closed()
	l.runTask(t, func() { l.shared.settings.ReqsPerEvent = defaultReqsPerEvent })
	ts.dial().ask("version\r\n", "VERSION 1.4.5\r\n")
	if ts.sum(panics) == 0 {
		t.Error("no panic was counted")
	}
	ts.says("panic on a request", 1)
}

// TestPace: a loop lets go of its processor before 10 ms are over, as far as it has enough waits, and not more often than
// need be.
func TestPace(t *testing.T) {
	for waits, want := range map[int]int{500: 500 / yieldLeast, 2000: 2000 / 15, 6000: 6000 / 46, 100_000: 100_000 / yieldMost} {
		p := pace{every: yieldMost}
		var awake atomic.Uint32
		got := 0
		for range 3 {
			got = 0
			for range waits {
				if p.due(&awake) {
					got++
				}
			}
			awake.Add(1)
		}
		if got < want*95/100 || got > want*105/100 {
			t.Errorf("%d waits a second: lets go %d times, want %d", waits, got, want)
		}
	}
}
