package server

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gocached/server/settings"
	"gocached/server/transport"
	"gocached/server/transport/transporttest"
)

// longHandshake is a transport whose handshake takes as long as the test says.
type longHandshake struct {
	transport.Transport
	begun chan struct{} // one element for each step
	end   chan struct{} // closed when it is to end
	bug   bool
	short bool
}

func (h *longHandshake) Unwrap(input, answer, wire []byte) ([]byte, []byte, error) {
	if len(wire) > 0 && h.Handshaking() && !h.short {
		h.begun <- struct{}{}
		<-h.end
		if h.bug {
			panic("a bug")
		}
	}
	return h.Transport.Unwrap(input, answer, wire)
}

// startLong runs a server, one loop, with such a transport. The handshakes of its first client, which it returns, are short.
func startLong(t *testing.T, bug bool) (ts *testServer, first *client, begun, end chan struct{}) {
	t.Helper()
	begun, end = make(chan struct{}, 100), make(chan struct{})
	var made atomic.Int32
	maker := watch(t, func() transport.Transport { return &longHandshake{serverFrames(), begun, end, bug, made.Add(1) == 1} })
	ts = startThrough(t, maker, testEngine, func(s *settings.Settings) { s.Threads = 1 }, func(*Server) {})
	t.Cleanup(func() { // before the server is stopped
		select {
		case <-end:
		default:
			close(end)
		}
	})
	return ts, ts.dialFrames(), begun, end
}

// greet sends a client's greeting, and something behind it, without waiting for anything but the server's greeting.
func (ts *testServer) greet(behind string) *client {
	ts.t.Helper()
	c, end := ts.dial(), clientFrames()
	greeting := make([]byte, transporttest.FrameLen)
	if _, err := io.ReadFull(c.r, greeting); err != nil {
		ts.t.Fatal(err)
	}
	_, wire, _ := end.Unwrap(nil, nil, greeting)
	c.send(string(wire))
	wire, _ = end.Wrap(nil, []byte(behind))
	c.send(string(wire))
	return c
}

// TestHandshakeElsewhere: a step of a handshake that takes long holds up nobody else, and what comes meanwhile is answered
// behind it.
func TestHandshakeElsewhere(t *testing.T) {
	ts, first, begun, end := startLong(t, false)
	var slow []*client
	for range 2 * maxParked {
		slow = append(slow, ts.greet("version\r\n"))
	}
	for range maxParked {
		<-begun
	}
	for range 100 {
		first.ask("version\r\n", version145)
	}
	close(end)
	for _, c := range slow {
		if _, err := io.ReadFull(c.r, make([]byte, transporttest.FrameLen)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHandshakeGone: a client that leaves in the midst of a step costs nothing that stays.
func TestHandshakeGone(t *testing.T) {
	ts, first, begun, end := startLong(t, false)
	for range 3 {
		c := ts.greet("version\r\n")
		<-begun
		_ = c.Conn.(*net.TCPConn).SetLinger(0) // an end in due form would not be heard before it may go on
		_ = c.Close()
	}
	ts.awaitClients(1)
	close(end)
	_ = first.Close()
	ts.nothingKept()
}

// TestHandshakeBug: a bug in a handshake costs its connection, and nothing else.
func TestHandshakeBug(t *testing.T) {
	ts, first, begun, end := startLong(t, true)
	c := ts.greet("")
	<-begun
	close(end)
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Error(err)
	}
	ts.says("panic in a handshake: a bug", 1)
	first.ask("version\r\n", version145)
	_ = first.Close()
	ts.nothingKept()
}

// TestStopWithinHandshakes: a server that is stopped lets go of transports whose handshakes are under way, or wait for a place.
func TestStopWithinHandshakes(t *testing.T) {
	ts, _, begun, _ := startLong(t, false)
	for range 2 * maxParked {
		ts.greet("version\r\n")
	}
	for range maxParked {
		<-begun
	}
	ts.Stop()
}

// TestSilentHandshake: who says nothing is idle, like any other client.
func TestSilentHandshake(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.IdleTimeout, s.Threads = 5, 1 })
	c := ts.dial()
	other := ts.dialFrames()
	other.ask("version\r\n", version145)
	ts.pass(3)
	other.ask("version\r\n", version145)
	ts.pass(4)
	if got, err := io.ReadAll(c.r); len(got) != transporttest.FrameLen || err != nil {
		t.Errorf("%d bytes and %v, want a greeting and the end", len(got), err)
	}
	other.ask("version\r\n", version145)
}

// TestNoiseForHandshake: what is no greeting ends the connection.
func TestNoiseForHandshake(t *testing.T) {
	ts := startFrames(t, nil)
	for i, noise := range []string{strings.Repeat("version\r\n", 100), strings.Repeat("\x00", 3*transporttest.FrameLen)} {
		c := ts.dial()
		c.send(noise)
		if got, err := io.ReadAll(c.r); len(got) != transporttest.FrameLen || err != nil {
			t.Errorf("%d: %d bytes and %v, want a greeting and the end", i, len(got), err)
		}
		_ = c.Close()
	}
	ts.nothingKept()
}
