package server

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"gocached/internal/eventually"
	"gocached/protocol"
	"gocached/server/settings"
)

// slowUsers is a password file whose user takes some ten milliseconds to check.
func slowUsers(t *testing.T) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), 8)
	if err != nil {
		t.Fatal(err)
	}
	return "user:" + string(hash) + "\n"
}

// TestParkedKeepsOrder sends an attempt and what shall come after it in one packet, and in two.
func TestParkedKeepsOrder(t *testing.T) {
	ts := startWithUsers(t, slowUsers(t), func(s *settings.Settings) { s.Threads = 1 })
	big := strings.Repeat("v", 10_000) // received into its chunk
	after := frame(0x01, 2, "\x00\x00\x00\x00\x00\x00\x00\x00", "key", big) + frame(0x0a, 3, "", "", "") +
		frame(0x00, 4, "", "key", "") + plain("user", "secret") + frame(0x0b, 5, "", "", "")
	for _, cut := range []int{0, 10, 40, 5000} {
		c := ts.dial()
		read, first := ts.sum(bytesRead), frame(0x0a, 9, "", "", "")+plain("user", "secret")+after[:cut]
		c.send(first)
		if cut > 0 {
			ts.awaitRead(read + uint64(len(first))) // so that the rest comes while the connection is parked
		}
		c.send(after[cut:])
		for _, want := range []answer{{0x0a, codeOK, 9, ""}, {opSASLAuth, codeOK, 1, authenticated}, {0x01, codeOK, 2, ""},
			{0x0a, codeOK, 3, ""}, {0x00, codeOK, 4, "\x00\x00\x00\x00" + big}, {opSASLAuth, codeOK, 1, authenticated},
			{0x0b, codeOK, 5, "1.4.5"}} {
			if got := c.packet(); got != want {
				t.Fatalf("cut at %d: got opcode %d, code %d, opaque %d; want %d, %d, %d, or the body differs", cut,
					got.opcode, got.code, got.opaque, want.opcode, want.code, want.opaque)
			}
		}
	}
}

// TestParkedThenRefused: what waits behind an attempt that fails is refused, whatever it is.
func TestParkedThenRefused(t *testing.T) {
	ts := startGuarded(t, nil)
	set := frame(0x01, 2, "\x00\x00\x00\x00\x00\x00\x00\x00", "key", strings.Repeat("v", 10_000))
	for _, before := range []string{"", plain("user", "secret")} {
		c := ts.dial()
		c.send(before + plain("user", "wrong") + set)
		if before != "" {
			c.wants(codeOK, authenticated)
		}
		c.wants(codeAuth, authFailure)
		c.wants(codeAuth, authFailure)
		// The rest of the value may come after the end, which then is a reset.
		if b, err := c.r.ReadByte(); err == nil {
			t.Fatalf("read %q, want the end", b)
		}
	}
	c := ts.dial()
	c.login()
	c.send(frame(0x00, 0, "", "key", ""))
	c.wants(codeNotFound, "Not found")
}

// TestParkedClosed closes connections in the middle of an attempt: nothing of them may stay.
func TestParkedClosed(t *testing.T) {
	ts := startWithUsers(t, slowUsers(t), func(s *settings.Settings) { s.Threads = 1 })
	watcher := ts.dial()
	watcher.send(plain("user", "secret"))
	watcher.wants(codeOK, authenticated)
	for i := range 10 {
		c := ts.dial()
		c.send(plain("user", "secret") + frame(0x0a, 0, "", "", ""))
		switch i % 3 {
		case 0:
			_ = c.Conn.(*net.TCPConn).SetLinger(0) // a reset
			_ = c.Close()
		case 1:
			_ = c.Close()
		case 2: // it still hears its answers
			_ = c.Conn.(*net.TCPConn).CloseWrite()
			c.wants(codeOK, authenticated)
			c.wants(codeOK, "")
			c.closed()
		}
	}
	ts.awaitClients(1)
	if got := watcher.binaryStat("auth_cmds"); got == "1" {
		t.Error("no attempt was carried out")
	}
}

// TestStopWhileParked stops a server with many attempts at hand: those that have not begun are given up.
func TestStopWhileParked(t *testing.T) {
	ts := startGuarded(t, nil)
	for range maxParked { // as if so many were being worked on
		ts.workPlaces <- struct{}{}
	}
	for range 200 {
		ts.dial().send(plain("user", "wrong"))
	}
	ts.awaitRead(200 * uint64(len(plain("user", "wrong"))))
	ts.Stop()
	ts.background.stop()
	if got := ts.sum(authCmds); got != 0 {
		t.Errorf("%d attempts were carried out", got)
	}
}

// TestStopWhileAuthenticating stops servers at any moment while clients come, authenticate and go.
func TestStopWhileAuthenticating(t *testing.T) {
	for i := range 10 {
		ts := startGuarded(t, nil)
		var clients sync.WaitGroup
		for range 20 {
			clients.Go(func() {
				for range 100 {
					nc, err := net.Dial("tcp", ts.addr)
					if err != nil {
						return
					}
					_ = nc.SetDeadline(time.Now().Add(5 * time.Second))
					_, _ = io.WriteString(nc, plain("user", "secret"))
					_, err = readAnswer(nc)
					_ = nc.Close()
					if err != nil {
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(i) * time.Millisecond) // so that each is stopped at another moment
		ts.Stop()
		clients.Wait()
	}
}

// TestParkedBehindFullSocket: the answer to an attempt must not overtake what the socket has not taken yet.
func TestParkedBehindFullSocket(t *testing.T) {
	ts := startGuarded(t, func(s *settings.Settings) { s.Threads = 1 })
	for _, size := range []int{15_000, 20_000} { // copied and lent
		c := ts.dial()
		value := string(pattern(size))
		c.send(plain("user", "secret") + frame(0x01, 2, "\x00\x00\x00\x00\x00\x00\x00\x00", "key", value))
		c.wants(codeOK, authenticated)
		c.wants(codeOK, "")
		const rounds = 600
		blocks := ts.sum(connBlocks)
		go func() {
			for i := range rounds {
				request := frame(0x00, uint32(i), "", "key", "")
				if i%20 == 19 {
					request += plain("user", "secret")
				}
				_, _ = io.WriteString(c.Conn, request)
			}
		}()
		eventually.True(t, "a full socket", func() bool { return ts.sum(connBlocks) > blocks })
		for i := range rounds {
			if a := c.packet(); a.opcode != 0 || a.opaque != uint32(i) || a.body[4:] != value {
				t.Fatalf("get %d was answered opcode %d, opaque %d, code %d", i, a.opcode, a.opaque, a.code)
			}
			if i%20 == 19 {
				c.wants(codeOK, authenticated)
			}
			if i%7 == 0 {
				time.Sleep(time.Millisecond) // a slow reader, so that the socket fills again
			}
		}
	}
}

// onLoopAfter runs f on the event loop that serves c, with the server's own view of c. The server must have one loop.
func (ts *testServer) onLoop(c *client, f func(l *loop, inside *conn)) {
	ts.t.Helper()
	c.send(frame(0x0b, 0, "", "", "")) // makes it the last that spoke
	c.wants(codeOK, "1.4.5")
	ts.onLoopOfLast(f)
}

// onLoopOfLast does what onLoopAfter does, for who was the last that spoke.
func (ts *testServer) onLoopOfLast(f func(l *loop, inside *conn)) {
	ts.t.Helper()
	ts.loopsMu.Lock()
	l := ts.loops[0]
	ts.loopsMu.Unlock()
	done := make(chan struct{})
	err := l.rim.Execute(func() {
		defer close(done)
		f(l, l.round.last)
	})
	if err != nil {
		ts.t.Fatal(err)
	}
	<-done
}

// versionRequest is a request for the version, parsed.
func versionRequest(opaque uint32) protocol.Request {
	run := new(protocol.Run)
	parser := protocol.Parser{Binary: true}
	parser.Parse([]byte(frame(0x0b, opaque, "", "", "")), run, 1)
	return run.Requests[0]
}

// TestUnparkBlocked gives a connection its parked answer while earlier replies still wait for room in its socket. That
// is a matter of chance above.
func TestUnparkBlocked(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	c.send(frame(0x0a, 0, "", "", ""))
	c.wants(codeOK, "")
	ts.onLoop(c, func(l *loop, inside *conn) {
		first := versionRequest(1)
		inside.queue = append(inside.queue, unsent{bytes: protocol.AppendReply(nil, &first, nil, &protocol.Reply{Text: "first"})})
		inside.set(stateParked | stateBlocked)
		inside.in = l.inputs.append(nil, []byte(frame(0x0b, 3, "", "", "")))
		l.unpark(inside, &kept{request: versionRequest(2)}, protocol.Reply{Text: "second"}, "")
		l.unblock(inside)
	})
	for i, want := range []string{"first", "second", "1.4.5"} {
		if got := c.packet(); got.body != want || got.opaque != uint32(i+1) {
			t.Fatalf("got %v, want %q", got, want)
		}
	}
}

// TestParkedPanics: a bug in parked work costs its connection, and nothing else.
func TestParkedPanics(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	other := ts.dial()
	other.send(frame(0x0a, 0, "", "", ""))
	other.wants(codeOK, "")
	for range 2 * maxParked { // a place that is not given back would be missed
		c := ts.dial()
		ts.onLoop(c, func(l *loop, inside *conn) {
			l.round.alone(inside, &kept{request: versionRequest(1)})
			l.executor.begin(0)
			l.admin.park(0, func() time.Duration { return 0 }, func() protocol.Reply { panic("a bug") })
			l.replies.write()
			l.startParked()
		})
		c.closed()
	}
	other.send(frame(0x0a, 0, "", "", ""))
	other.wants(codeOK, "")
	eventually.True(t, "the panics that are counted", func() bool { return ts.sum(panics) >= 2*maxParked }) // after the replies
	if n := ts.sum(panics); n != 2*maxParked {
		t.Errorf("%d panics were counted", n)
	}
	ts.says("a bug", 1)
}
