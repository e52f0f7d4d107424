package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/server/oplog"
	"gocached/server/settings"
	"gocached/server/transport"
)

// testServer is a server on a free port of the loopback address.
type testServer struct {
	*Server
	t    *testing.T
	addr string
	logs *lockedBuffer
}

// start runs a server for one test. change adapts the settings.
func start(t *testing.T, change func(*settings.Settings)) *testServer {
	t.Helper()
	return startWith(t, change, func(*Server) {})
}

// startWith does what start does; prepare adapts the server before it listens. Seconds pass only when the test lets them
// (pass, or inTime): who waits, or may be silent for, a number of them must not see more on a machine that is busy.
func startWith(t *testing.T, change func(*settings.Settings), prepare func(*Server)) *testServer {
	t.Helper()
	return startOn(t, testEngine, change, prepare)
}

// startOn does what startWith does with an engine that is made for its settings.
func startOn(t *testing.T, eng func(*settings.Settings) engine.Engine, change func(*settings.Settings), prepare func(*Server)) *testServer {
	t.Helper()
	return startThrough(t, nil, eng, change, prepare)
}

// startThrough does what startOn does, with a transport for all connections.
func startThrough(t *testing.T, through transport.Maker, eng func(*settings.Settings) engine.Engine, change func(*settings.Settings),
	prepare func(*Server)) *testServer {
	t.Helper()
	st := settings.Default()
	st.Port = -1
	st.Listen = []string{"127.0.0.1"}
	st.NoIOUring = !haveRings() // so that the log holds what the test is about
	if change != nil {
		change(st)
	}
	if err := st.Validate(); err != nil {
		t.Fatal(err)
	}
	logs := new(lockedBuffer)
	log := oplog.New(logs)
	log.SetLevel(st.Verbosity)
	s, err := New(st, eng(st), log)
	if err != nil {
		t.Fatal(err)
	}
	s.seconds = func(func()) {}
	prepare(s)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	for i := range s.sockets.Listeners {
		s.sockets.Listeners[i].Transport = through
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		s.Stop()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		_ = log.Close()
		if text := logs.String(); strings.Contains(text, brokenInvariant) {
			t.Error(text)
		}
	})
	ts := &testServer{Server: s, t: t, logs: logs}
	if len(s.Addrs()) > 0 {
		ts.addr = s.Addrs()[0].String()
	}
	return ts
}

// inTime prepares a server for which seconds pass by themselves.
func inTime(s *Server) { s.seconds = s.clock.Run }

// patience is how long a client waits for what must come.
const patience = eventually.Patience

// client is a connection to a testServer that fails its test when something goes wrong.
type client struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (ts *testServer) dial() *client {
	ts.t.Helper()
	nc, err := net.Dial(ts.Addrs()[0].Network(), ts.addr)
	if err != nil {
		ts.t.Fatal(err)
	}
	return newClient(ts.t, nc)
}

// newClient makes a connection a client until the end of its test.
func newClient(t *testing.T, nc net.Conn) *client {
	t.Cleanup(func() { _ = nc.Close() })
	c := &client{Conn: nc, t: t, r: bufio.NewReader(nc)}
	c.waitAnew()
	return c
}

// waitAnew has the client's patience begin again: it holds for one step of a test, not for all of it.
func (c *client) waitAnew() { _ = c.SetDeadline(time.Now().Add(patience)) }

// says waits until the log holds the text so many times at least: it is written elsewhere.
func (ts *testServer) says(want string, times int) {
	ts.t.Helper()
	eventually.True(ts.t, fmt.Sprintf("%d times in the log: %s", times, want),
		func() bool { return strings.Count(ts.logs.String(), want) >= times },
		func() string { return fmt.Sprintf("it says\n%.2000s", ts.logs.String()) })
}

// awaitRead waits until the server has read so many bytes.
func (ts *testServer) awaitRead(bytes uint64) {
	ts.t.Helper()
	eventually.True(ts.t, fmt.Sprintf("a server that has read %d bytes", bytes),
		func() bool { return ts.sum(bytesRead) >= bytes },
		func() string { return fmt.Sprintf("it has read %d", ts.sum(bytesRead)) })
}

// awaitClients waits until no more than so many connections are left.
func (ts *testServer) awaitClients(most int) {
	ts.t.Helper()
	eventually.True(ts.t, fmt.Sprintf("%d connections at most", most),
		func() bool { return ts.gate.Current() <= most },
		func() string { return fmt.Sprintf("there are %d", ts.gate.Current()) })
}

func (c *client) send(s string) {
	c.t.Helper()
	c.waitAnew()
	if _, err := io.WriteString(c.Conn, s); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// expect reads exactly want.
func (c *client) expect(want string) {
	c.t.Helper()
	c.waitAnew()
	got := make([]byte, len(want))
	n, err := io.ReadFull(c.r, got)
	if err != nil {
		c.t.Fatalf("got %.300q (%v), want %.300q", got[:n], err, want)
	}
	if string(got) != want {
		c.t.Fatalf("got %.300q, want %.300q", got, want)
	}
}

// ask sends a request and expects its reply.
func (c *client) ask(request, reply string) {
	c.t.Helper()
	c.send(request)
	c.expect(reply)
}

// closed expects the server to close the connection without another byte.
func (c *client) closed() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err != io.EOF {
		c.t.Fatalf("read %q, %v; want the end", b, err)
	}
}

// stat returns one figure of `stats GROUP`.
func (c *client) stat(group, name string) string {
	c.t.Helper()
	_, values := c.stats(group)
	return values[name]
}

// awaitStat waits until a figure of `stats GROUP` is as wanted.
func (c *client) awaitStat(group, name, want string) {
	c.t.Helper()
	got := ""
	eventually.True(c.t, name+" "+want,
		func() bool { got = c.stat(group, name); return got == want },
		func() string { return "it is " + got })
}

// awaitBlocked waits until the server has found that it cannot send to somebody.
func (c *client) awaitBlocked() {
	c.t.Helper()
	eventually.True(c.t, "a client that does not read", func() bool { return c.stat("gocached", "conn_blocks") != "0" })
}

// stats returns the figures of a group: their names in order, and their values.
func (c *client) stats(group string) (names []string, values map[string]string) {
	c.t.Helper()
	c.send(strings.TrimSpace("stats "+group) + "\r\n")
	values = map[string]string{}
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("stats %s: %v", group, err)
		}
		if line == "END\r\n" {
			return names, values
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "STAT "), "\r\n"), " ")
		names, values[name] = append(names, name), value
	}
}

func TestFragments(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	conversation := "set a 5 0 3\r\nabc\r\nget a b\r\ngets nothing\r\nincr a 1\r\nset n 0 0 1\r\n1\r\nincr n 9\r\ndelete n\r\nfoo\r\n"
	want := "STORED\r\nVALUE a 5 3\r\nabc\r\nEND\r\nEND\r\nCLIENT_ERROR cannot increment or decrement non-numeric value\r\n" +
		"STORED\r\n10\r\nDELETED\r\nERROR\r\n"
	for _, size := range []int{1, 2, 3, 7, 1000} {
		for rest := conversation; rest != ""; {
			n := min(size, len(rest))
			c.send(rest[:n])
			rest = rest[n:]
		}
		c.expect(want)
	}
}

func TestLargeValues(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.ItemMax = 8 << 20; s.MemoryLimit = 256 << 20 })
	c := ts.dial()
	for _, size := range []int{0, 1, 2045, 2046, 2047, 2048, 2049, 16<<10 - 1, 16 << 10, 100_000, 1 << 20, 7 << 20} {
		value := string(pattern(size))
		c.ask(fmt.Sprintf("set big 7 0 %d\r\n%s\r\n", size, value), "STORED\r\n")
		c.ask("get big\r\n", fmt.Sprintf("VALUE big 7 %d\r\n%s\r\nEND\r\n", size, value))
		c.ask("get big none big\r\nversion\r\n", fmt.Sprintf("VALUE big 7 %d\r\n%s\r\nVALUE big 7 %d\r\n%s\r\nEND\r\nVERSION 1.4.5\r\n",
			size, value, size, value))
	}
	c.ask("set big 0 0 9000000\r\n", "SERVER_ERROR object too large for cache\r\n")
	c.send(string(pattern(9000000)))
	c.ask("\r\nget big\r\n", "END\r\n")
	c.ask("set big 0 0 100000\r\n"+string(pattern(100000))+"xx", "CLIENT_ERROR bad data chunk\r\n")
	c.ask("get big\r\n", "END\r\n")
}

// pattern returns n bytes that differ from place to place.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>8) ^ byte(i*7)
	}
	return b
}

func TestSlowReaderGetsEverything(t *testing.T) {
	for _, size := range []int{1000, 100_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
			c, other := ts.dial(), ts.dial()
			value := string(pattern(size))
			c.ask(fmt.Sprintf("set k 0 0 %d\r\n%s\r\n", size, value), "STORED\r\n")
			times := 40_000_000 / size
			go func() {
				request := []byte(strings.Repeat("get k\r\n", times))
				_, _ = c.Conn.Write(append(request, "version\r\n"...))
			}()
			// Nobody reads; the server must block this connection and still serve the other.
			other.awaitBlocked()
			other.ask("get nothing\r\n", "END\r\n")
			want := []byte(fmt.Sprintf("VALUE k 0 %d\r\n%s\r\nEND\r\n", size, value))
			got := make([]byte, len(want))
			for i := range times {
				if _, err := io.ReadFull(c.r, got); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("reply %d: %v", i, err)
				}
			}
			c.expect("VERSION 1.4.5\r\n")
		})
	}
}

func TestQuitDeliversWhatWasAsked(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	value := string(pattern(1_000_000))
	c.ask("set k 0 0 1000000\r\n"+value+"\r\n", "STORED\r\n")
	c.send(strings.Repeat("get k\r\n", 20) + "quit\r\nversion\r\n")
	for range 20 {
		c.expect("VALUE k 0 1000000\r\n" + value + "\r\nEND\r\n")
	}
	c.closed()
}

func TestHalfClosedClientGetsItsAnswers(t *testing.T) {
	ts := start(t, nil)
	for range 100 {
		c := ts.dial()
		c.send("version\r\nget a\r\n")
		if err := c.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		c.expect("VERSION 1.4.5\r\nEND\r\n")
		c.closed()
	}
}

func TestConnectionLimitIsExact(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MaxConns = 4 })
	var inside []*client
	for range 4 {
		c := ts.dial()
		c.ask("version\r\n", "VERSION 1.4.5\r\n")
		inside = append(inside, c)
	}
	if got := inside[0].stat("", "accepting_conns"); got != "0" {
		t.Errorf("accepting_conns %s at the limit", got)
	}
	fifth := ts.dial()
	fifth.send("version\r\n")
	_ = fifth.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if b, err := fifth.r.ReadByte(); err == nil {
		t.Fatalf("a fifth client was served: %q", b)
	}
	_ = inside[3].Close()
	fifth.expect("VERSION 1.4.5\r\n")
	if got := inside[0].stat("", "listen_disabled_num"); got == "0" {
		t.Error("listen_disabled_num was not counted")
	}
	_ = fifth.Close()
	inside[0].awaitStat("", "accepting_conns", "1")
}

func TestYieldsAreCountedAndFair(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.ReqsPerEvent = 5; s.Threads = 1 })
	hog, other := ts.dial(), ts.dial()
	go func() { _, _ = hog.Write([]byte(strings.Repeat("get nothing\r\n", 50_000))) }()
	for range 200 {
		other.ask("get nothing\r\n", "END\r\n")
	}
	for range 50_000 {
		hog.expect("END\r\n")
	}
	if other.stat("", "conn_yields") == "0" {
		t.Error("conn_yields is 0")
	}
}

func TestManyConnectionsInRounds(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 2 })
	const clients, requests = 60, 300
	done := make(chan struct{})
	for n := range clients {
		c := ts.dial()
		go func() {
			defer func() { done <- struct{}{} }()
			key := fmt.Sprintf("key%d", n)
			for i := range requests {
				value := fmt.Sprintf("%s-%d", key, i)
				c.ask(fmt.Sprintf("set %s 0 0 %d\r\n%s\r\n", key, len(value), value), "STORED\r\n")
				c.ask("get "+key+"\r\n", fmt.Sprintf("VALUE %s 0 %d\r\n%s\r\nEND\r\n", key, len(value), value))
			}
		}()
	}
	for range clients {
		<-done
	}
	c := ts.dial()
	if got := c.stat("", "get_hits"); got != fmt.Sprint(clients*requests) {
		t.Errorf("get_hits %s, want %d", got, clients*requests)
	}
}

func TestShutdownCommand(t *testing.T) {
	ts := start(t, nil)
	ts.dial().ask("shutdown\r\n", "SERVER_ERROR: shutdown not enabled\r\n")
	allowed := start(t, func(s *settings.Settings) { s.AllowShutdown = true })
	c := allowed.dial()
	c.send("shutdown\r\n")
	c.closed()
	<-allowed.stopping
}

func TestVerboseLog(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Verbosity = 2 })
	c := ts.dial()
	c.ask("set a 0 0 1\r\nx\r\nget a b\r\nset q 0 0 1 noreply\r\nx\r\nfoo\x1b[2J\r\n", "STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\nERROR\r\n")
	c.send("quit\r\n")
	c.closed()
	want := []string{" new auto-negotiating client connection", " set a 0 0 1", " STORED", " get a b", " sending key a",
		" END", " set q 0 0 1 noreply", " NOREPLY", " foo?[2J", " ERROR", " quit", " connection closed."}
	ts.says("closed.", 1)
	at := 0
	for _, line := range strings.Split(ts.logs.String(), "\n") {
		if at < len(want) && strings.Contains(line, want[at]) {
			at++
		}
	}
	if at < len(want) {
		t.Errorf("%q is missing or out of order in the log:\n%s", want[at], ts.logs.String())
	}
}
