package server

import (
	"sync"
	"testing"
	"time"

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
	if err := l.rim.Execute(func() { f(); close(done) }); err != nil {
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
			if l.rim.Polls() {
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
