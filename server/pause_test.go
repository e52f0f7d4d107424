package server

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"gocached/server/settings"
)

// withoutPoller starts a server that cannot find gnet's poller, as after an upgrade that moves it.
func withoutPoller(t *testing.T, change func(*settings.Settings)) *testServer {
	t.Helper()
	return startWith(t, change, func(s *Server) { s.blind = true })
}

// TestWithoutPoller: the server says so once, before the first client, and serves as it does with the poller.
func TestWithoutPoller(t *testing.T) {
	ts := withoutPoller(t, nil)
	const warning = "warning: cannot find gnet's epoll descriptor"
	ts.says(warning, 1)
	for i := range 20 { // some on each loop
		c := ts.dial()
		value := string(pattern(1000 * (1 + i*i)))
		c.send(fmt.Sprintf("set key%d 0 0 %d\r\n%s", i, len(value), value[:500]))
		c.ask(value[500:]+"\r\n", "STORED\r\n")
		c.ask(fmt.Sprintf("get key%d nothing\r\nversion\r\n", i),
			fmt.Sprintf("VALUE key%d 0 %d\r\n%s\r\nEND\r\nVERSION 1.4.5\r\n", i, len(value), value))
	}
	hog, other := ts.dial(), ts.dial()
	go func() { _, _ = hog.Write([]byte(strings.Repeat("get nothing\r\n", 20_000))) }()
	for range 100 {
		other.ask("get nothing\r\n", "END\r\n")
	}
	hog.expect(strings.Repeat("END\r\n", 20_000))
	if n := strings.Count(ts.logs.String(), "\n"); n != 1 {
		t.Errorf("%d lines:\n%s", n, ts.logs.String())
	}
}

// TestWithoutPollerSlowReader: who asks for much and reads it late gets all of it, if the requests are not too long.
func TestWithoutPollerSlowReader(t *testing.T) {
	ts := withoutPoller(t, func(s *settings.Settings) { s.Threads = 1 })
	c, other := ts.dial(), ts.dial()
	value := string(pattern(100_000))
	c.ask("set k 0 0 100000\r\n"+value+"\r\n", "STORED\r\n")
	const times = 1000
	c.send(strings.Repeat("get k\r\n", times))
	other.awaitBlocked()
	for range times {
		c.expect("VALUE k 0 100000\r\n" + value + "\r\nEND\r\n")
	}
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
}

// TestWithoutPollerNoReader: who asks without end and reads nothing is closed, and costs no more than a bound.
func TestWithoutPollerNoReader(t *testing.T) {
	ts := withoutPoller(t, func(s *settings.Settings) { s.Threads, s.Verbosity = 1, 1 })
	other := ts.dial()
	value := string(pattern(100_000))
	other.ask("set k 0 0 100000\r\n"+value+"\r\n", "STORED\r\n")
	before := heapInUse()
	for range 5 {
		c := ts.dial()
		requests := strings.Repeat("get k\r\n", 10_000)
		var err error
		for sent := 0; err == nil; sent += len(requests) {
			if sent > 100<<20 {
				t.Fatal("100 MB of requests are taken, and no reply is read")
			}
			_, err = io.WriteString(c.Conn, requests)
		}
		other.ask("version\r\n", "VERSION 1.4.5\r\n")
	}
	ts.awaitClients(1)
	if after := heapInUse(); after > before+4<<20 {
		t.Errorf("%d KB stay", (after-before)>>10)
	}
	ts.says("does not read its replies, and", 5)
	if n := ts.unsent.Load(); n != 0 {
		t.Errorf("%d bytes are said to be kept", n)
	}
}

// TestCheckPoller: the usual start finds it and says nothing, and the probe leaves nothing behind.
func TestCheckPoller(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	c.noop()
	if got := c.stat("", "curr_connections"); got != "1" || ts.gate.Current() != 1 {
		t.Errorf("curr_connections %s", got)
	}
	if log := ts.logs.String(); log != "" {
		t.Errorf("the log says %q", log)
	}
}
