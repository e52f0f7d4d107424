package server

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gocached/internal/eventually"
	"gocached/server/listen"
	"gocached/server/settings"
)

// hungUp are conversations that the server ends, what it owes before that, and what the client goes on to say.
var hungUp = map[string]struct{ said, owed, more string }{
	"a line without an end":   {"version\r\n" + strings.Repeat("x", 2049), version145, strings.Repeat("y", 1<<20)},
	"a line that is too long": {"version\r\n" + strings.Repeat("x", 40_000), version145, "\r\nversion\r\n"},
	"an HTTP request": {"version\r\nPOST /a HTTP/1.1\r\nHost: b\r\n\r\n", version145,
		strings.Repeat("set stored 0 0 1\r\nx\r\n", 10_000)},
	"a command that looks like HTTP": {"get / HTTP/1.1\r\n", "", "set stored 0 0 1\r\nx\r\n"},
	"no packet":                      {frame(0x0a, 1, "", "", "") + "x" + strings.Repeat("\x00", 23), "\x81\x0a", strings.Repeat("y", 1<<20)},
	"a packet that is refused": {withBody(frame(0x0b, 1, "", "", ""), 1<<20), "\x81\x0b\x00\x00\x00\x00\x00\x04",
		strings.Repeat("y", 1<<20)},
	"quit": {strings.Repeat("version\r\n", 1000) + "quit\r\n" + strings.Repeat("version\r\n", 20_000),
		strings.Repeat(version145, 1000), ""},
}

// TestEndIsNoReset: a client that is hung up on hears all answers and then the end, though it goes on talking, and nothing
// of that is done. A reset would take from it what it has not read.
func TestEndIsNoReset(t *testing.T) {
	t.Parallel()
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	for name, talk := range hungUp {
		for _, pause := range []time.Duration{0, 20 * time.Millisecond} {
			c := ts.dial()
			c.t = t
			sent := make(chan error, 1)
			go func() {
				_, err := io.WriteString(c.Conn, talk.said)
				for more := range slices.Chunk([]byte(talk.more), 100_000) {
					time.Sleep(pause) // so that it speaks after it was hung up on, too
					if err == nil {
						_, err = c.Conn.Write(more)
					}
				}
				sent <- err
			}()
			if err := <-sent; err != nil { // and only now is anything read
				t.Errorf("%s: %v", name, err)
			}
			got, err := io.ReadAll(c.r)
			if err != nil || !strings.HasPrefix(string(got), talk.owed) || talk.owed == "" && len(got) > 0 {
				t.Errorf("%s, pause %v: %d bytes, %.40q, %v", name, pause, len(got), got, err)
			}
		}
	}
	ts.dial().ask("get stored\r\n", "END\r\n")
}

// TestLingerEnds: a client that is hung up on and does not close has its place for a while, and no longer.
func TestLingerEnds(t *testing.T) {
	var h putOff
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	c := ts.dial()
	c.ask("version\r\nGET / HTTP/1.1\r\n\r\n", version145)
	c.closed() // hears of the end at once
	work := <-h.works
	for range 3 {
		before := ts.sum(bytesRead)
		c.send("Host: somewhere\r\n")
		ts.awaitRead(before + 1)
	}
	if n := ts.gate.Current(); n != 1 {
		t.Errorf("%d connections while it lingers", n)
	}
	work()
	ts.awaitClients(0)

	c = ts.dial() // and one that closes at once leaves at once
	c.ask("version\r\nGET / HTTP/1.1\r\n\r\n", version145)
	c.closed()
	_ = c.Close()
	ts.awaitClients(0)
	(<-h.works)() // comes too late, and does nothing
	ts.dial().noop()
}

// TestLeaversGoAtOnce: nobody waits for a client who has said all, be it by a quit or since its only request was refused.
// What such a client says later is answered with a reset, by which it learns that it should not go on.
func TestLeaversGoAtOnce(t *testing.T) {
	var h putOff
	ts := startWith(t, func(s *settings.Settings) { s.Threads = 1 }, h.hold)
	for _, request := range []string{"quit\r\n", "version\r\nquit\r\n", frame(0x07, 1, "", "", ""), frame(0x17, 1, "", "", "")} {
		c := ts.dial()
		c.send(request)
		if _, err := io.ReadAll(c.r); err != nil {
			t.Errorf("%q: %v", request, err)
		}
		ts.awaitClients(0)
	}
	if n := len(h.works); n != 0 {
		t.Errorf("%d connections linger", n)
	}
	c := ts.dial() // but this one goes on talking
	c.send("version\r\nquit\r\nversion\r\n")
	c.expect(version145)
	c.closed()
	if _, err := c.Write([]byte("version\r\n")); err != nil {
		t.Error(err)
	}
	(<-h.works)()
}

// TestSlowReaderIsHungUpOn: who does not read hears all that is owed before the end, too.
func TestSlowReaderIsHungUpOn(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	value := string(pattern(1_000_000))
	c.ask("set k 0 0 1000000\r\n"+value+"\r\n", "STORED\r\n")
	c.send(strings.Repeat("get k\r\n", 10) + "GET / HTTP/1.1\r\n\r\n" + strings.Repeat("x", 100_000))
	eventually.True(t, "a client that does not read", func() bool { return ts.sum(connBlocks) > 0 })
	for range 10 {
		c.expect("VALUE k 0 1000000\r\n" + value + "\r\nEND\r\n")
	}
	c.closed()
}

// TestRejectedIsNoReset: a client that is rejected is told why, though it has asked for something already.
func TestRejectedIsNoReset(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_ = client.SetDeadline(time.Now().Add(patience))
	nc, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = client.Write([]byte("version\r\n"))
	control, err := nc.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	_ = control.Read(func(fd uintptr) bool { // until the request is there
		n, _, _ := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		return n > 0
	})
	reject(nc, new(listen.Listener))
	if got, err := io.ReadAll(client); err != nil || string(got) != tooMany {
		t.Errorf("%q, %v", got, err)
	}
}
