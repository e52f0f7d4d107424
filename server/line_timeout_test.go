package server

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"gocached/server/listen"
	"gocached/server/settings"
)

const (
	badLine    = "CLIENT_ERROR bad command line format\r\n"
	version145 = "VERSION 1.4.5\r\n"
)

// longLinesAnswered are lines far longer than any client means to send, and how each is answered.
var longLinesAnswered = []struct{ waitQueue, answer string }{
	{strings.Repeat("x", 1025), "ERROR\r\n"},
	{strings.Repeat("x", 2048), "ERROR\r\n"},
	{strings.Repeat("x", 32<<10-2), "ERROR\r\n"},
	{strings.Repeat(" ", 4095), "ERROR\r\n"},
	{"stats " + strings.Repeat("x", 3000), "ERROR\r\n"},
	{"delete " + strings.Repeat("x", 3000), badLine},
	{"incr " + strings.Repeat("x", 3000) + " 1", badLine},
	{"get " + strings.Repeat("x", 3000), badLine},
	{strings.Repeat(" ", 500) + "get " + strings.Repeat("x", 1100), badLine},
	{"set " + strings.Repeat("x", 3000) + " 0 0 abc", badLine},
	{"set " + strings.Repeat("x", 2600) + " 0 0 7\r\nversion", badLine},
	{"touch " + strings.Repeat("x", 3000) + " 0", badLine},
}

// TestLongLines: a line is answered and the pipeline goes on, however long it is and in whatever pieces it comes.
func TestLongLines(t *testing.T) {
	var h putOff // or a machine that is slow would have a line given up between two pieces
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	for _, size := range []int{1 << 20, 1448, 1000} {
		c := ts.dial()
		for _, long := range longLinesAnswered {
			all := "version\r\nget a\r\n" + long.waitQueue + "\r\nversion\r\n"
			for piece := range slices.Chunk([]byte(all), size) {
				c.send(string(piece))
				time.Sleep(100 * time.Microsecond) // so that the pieces come one by one
			}
			c.expect(version145 + "END\r\n" + long.answer + version145)
		}
		c.ask("set a 0 0 1\r\nx\r\nget a\r\ndelete a\r\n", "STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\nDELETED\r\n")
	}
}

// TestLineGivenUp: a line without an end, or one of more than 32 KB, ends the connection once what was asked before has
// been answered: with an end, not a reset.
func TestLineGivenUp(t *testing.T) {
	t.Parallel()
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	for _, line := range []string{
		strings.Repeat("x", 1025), strings.Repeat("x", 2049), strings.Repeat("x", 32<<10), strings.Repeat(" ", 4095),
		strings.Repeat(" ", 101) + "gets foo" + strings.Repeat(" ", 4000), "set " + strings.Repeat("k", 2000),
		strings.Repeat("x", 32<<10-1) + "\r\nversion\r\n", strings.Repeat("x", 100_000) + "\r\nversion\r\n", strings.Repeat("x", 1<<20),
	} {
		c := ts.dial()
		c.send("version\r\nget a\r\n" + line)
		c.expect(version145 + "END\r\n")
		c.closed()
	}
}

// TestLineWaitedFor: for the end of a line that is not long, and of a get, the server waits without a bound.
func TestLineWaitedFor(t *testing.T) {
	var h putOff
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	for _, row := range []struct{ waitQueue, answer string }{
		{strings.Repeat("x", 1024), "ERROR\r\n"}, {"get " + strings.Repeat("key ", 1000), "END\r\n"},
	} {
		c, before := ts.dial(), ts.sum(bytesRead)
		c.send(row.waitQueue)
		ts.awaitRead(before + uint64(len(row.waitQueue)))
		if n := len(h.works); n != 0 {
			t.Errorf("%.10s: %d looks at it are put off", row.waitQueue, n)
		}
		c.ask("\r\n", row.answer)
	}
}

// putOff collects what the server puts off, so that a test decides when it is time.
type putOff struct{ works chan func() }

func (h *putOff) hold(s *Server) {
	h.works = make(chan func(), 10_000)
	s.runTimer = func(_ time.Duration, work func()) { h.works <- work }
}

// TestGrowingLine: a line that grows is waited for, even if what came was not read before the time was up.
func TestGrowingLine(t *testing.T) {
	var h putOff
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	c, other := ts.dial(), ts.dial()
	c.send(strings.Repeat("x", 1100))
	for range 5 {
		work := <-h.works
		before := ts.sum(bytesRead)
		c.send("yy")
		ts.awaitRead(before + 2)
		work() // the line has grown since
	}
	work := <-h.works
	release := occupy(ts)
	c.send(" and its end\r\n")
	work() // what has come is still in the socket
	release()
	c.expect("ERROR\r\n")
	c.ask("version\r\n", version145)
	other.noop()
	c.send(strings.Repeat("x", 1100))
	(<-h.works)()
	c.closed()
}

// TestUnendedLineEnds: a client that ends within its line leaves nothing that would be looked at again.
func TestUnendedLineEnds(t *testing.T) {
	var h putOff
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	c := ts.dial()
	c.send(strings.Repeat("x", 1100))
	work := <-h.works
	release := occupy(ts)
	_ = c.Conn.(*net.TCPConn).CloseWrite()
	work()
	looked := make(chan error, 1)
	l := ts.loops[0]
	l.onLoop(newConn(listen.KindTCP), func() { looked <- l.checker.checkConns() })
	release()
	if err := <-looked; err != nil {
		t.Error(err)
	}
	c.closed()
}

// occupy keeps the only loop of a server busy until what it returns is called.
func occupy(ts *testServer) (release func()) {
	begun, done := make(chan bool), make(chan bool)
	c := newConn(listen.KindTCP)
	ts.loopsMu.Lock()
	l := ts.loops[0]
	ts.loopsMu.Unlock()
	l.onLoop(c, func() { close(begun); <-done })
	<-begun
	return func() { close(done) }
}

// TestUnendedLinesCost: many lines without an end cost no more than 32 KB each, and that is given back.
func TestUnendedLinesCost(t *testing.T) {
	var h putOff
	const clients = 200
	ts := startWith(t, func(s *settings.Settings) { s.Threads, s.MaxConns = 1, clients+10 }, h.hold)
	other := ts.dial()
	other.noop()
	before := heapInUse()
	lines := ts.dialMany(clients)
	for _, c := range lines {
		c.send(strings.Repeat("x", 30_000))
	}
	ts.awaitRead(clients * 30_000)
	if grown := heapInUse() - before; grown > clients*64<<10 {
		t.Errorf("%d KB for each line", grown>>10/clients)
	}
	for _, c := range lines {
		c.send("\r\n")
		c.expect("ERROR\r\n")
	}
	if grown := int(heapInUse() - before); grown > clients*12<<10+4<<20 { // their readers, and spare buffers of the loop
		t.Errorf("%d KB are left of each line", grown>>10/clients)
	}
}

// TestSlowLine: a line that comes a byte at a time is answered, as long as it comes.
func TestSlowLine(t *testing.T) {
	var h putOff
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	nc, err := net.Dial("tcp", ts.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(patience))
	var work func()
	for i, b := range []byte(strings.Repeat("x", 1500) + "\r\nquit\r\n") {
		if _, err := nc.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
		switch i {
		case 1100:
			work = <-h.works
		case 1200, 1300, 1400:
			ts.awaitRead(uint64(i + 1))
			work() // the time is up, and the line has grown since it began to run
			work = <-h.works
		}
	}
	if all, err := io.ReadAll(nc); string(all) != "ERROR\r\n" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
}
