package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/internal/golden"
	"gocached/server/settings"
	"gocached/server/transport"
	"gocached/server/transport/transporttest"
)

// framesMade numbers the connections through frames, so that each greets in its own way.
var framesMade atomic.Uint64

func serverFrames() transport.Transport   { return transporttest.NewFrames(true, framesMade.Add(1)) }
func clientFrames() *transporttest.Frames { return transporttest.NewFrames(false, framesMade.Add(1)) }

// startFrames runs a server whose connections go through frames.
func startFrames(t *testing.T, change func(*settings.Settings)) *testServer {
	t.Helper()
	return startThrough(t, watch(t, serverFrames), testEngine, change, func(*Server) {})
}

// watched is a transport of which is known that it is used as package transport says.
type watched struct {
	transport.Transport
	t    *testing.T
	used atomic.Bool // now
	ends atomic.Int32
}

// watch watches all transports that are made. When the server has stopped each must have ended.
func watch(t *testing.T, make transport.Maker) transport.Maker {
	var mu sync.Mutex
	var all []*watched
	t.Cleanup(func() {
		for _, w := range all {
			if n := w.ends.Load(); n != 1 {
				t.Errorf("a transport has ended %d times", n)
			}
		}
	})
	return func() transport.Transport {
		mu.Lock()
		defer mu.Unlock()
		w := &watched{Transport: make(), t: t}
		all = append(all, w)
		return w
	}
}

// use looks whether the transport may be used now. Its end is the end of that.
func (w *watched) use() (done func()) {
	if w.used.Swap(true) || w.ends.Load() > 0 {
		w.t.Errorf("a transport is used twice at a time, or after its end")
	}
	return func() { w.used.Store(false) }
}

func (w *watched) Handshaking() bool {
	defer w.use()()
	return w.Transport.Handshaking()
}

func (w *watched) Unwrap(input, answer, wire []byte) ([]byte, []byte, error) {
	defer w.use()()
	return w.Transport.Unwrap(input, answer, wire)
}

func (w *watched) Wrap(wire, output []byte) ([]byte, error) {
	defer w.use()()
	return w.Transport.Wrap(wire, output)
}

func (w *watched) End(wire []byte) []byte {
	defer w.use()()
	defer w.ends.Add(1)
	return w.Transport.End(wire)
}

// dialThrough connects through a transport.
func (ts *testServer) dialThrough(end transport.Transport) *client {
	ts.t.Helper()
	plain := ts.dial()
	nc, err := transporttest.NewConn(plain.Conn, end)
	if err != nil {
		ts.t.Fatal(err)
	}
	return &client{Conn: nc, t: ts.t, r: bufio.NewReader(nc)}
}

func (ts *testServer) dialFrames() *client {
	ts.t.Helper()
	return ts.dialThrough(clientFrames())
}

// nothingKept waits until nothing is held for anybody.
func (ts *testServer) nothingKept() {
	ts.t.Helper()
	ts.awaitClients(0)
	if unsent, lent, filling := ts.unsent.Load(), ts.lent.Load(), ts.filling.Load(); unsent != 0 || lent != 0 || filling != 0 {
		ts.t.Errorf("%d bytes are not sent, %d values lent, %d bytes are being received", unsent, lent, filling)
	}
}

// TestGoldenThroughFrames plays recorded conversations with memcached through a transport, also if the engine waits.
func TestGoldenThroughFrames(t *testing.T) {
	t.Parallel()
	for name, eng := range map[string]func(*settings.Settings) engine.Engine{"inline": testEngine, "waiting": waitingEngine} {
		t.Run(name, func(t *testing.T) {
			start := func(o golden.Options) (*golden.Server, error) {
				if o.Transport != "tcp" {
					return nil, golden.ErrSkip
				}
				s, err := startGoldenThrough(o, serverFrames, eng)
				if err != nil {
					return nil, err
				}
				return wrapClients(s)
			}
			golden.Run(t, golden.Config{Start: start, Groups: []string{"text", "size", "binary"}, Without: playable(golden.Later)})
		})
	}
}

// wrapClients puts what speaks for plain clients in front of a server.
func wrapClients(s *golden.Server) (*golden.Server, error) {
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	inside := s.TCP
	go func() {
		for {
			plain, err := door.Accept()
			if err != nil {
				return
			}
			go wrapClient(plain.(*net.TCPConn), inside)
		}
	}()
	return &golden.Server{TCP: door.Addr().String(), Stop: func() error {
		_ = door.Close()
		return s.Stop()
	}}, nil
}

func wrapClient(plain *net.TCPConn, inside string) {
	defer plain.Close()
	nc, err := net.Dial("tcp", inside)
	if err != nil {
		return
	}
	defer nc.Close()
	wrapped, err := transporttest.NewConn(nc, clientFrames())
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(wrapped, plain)
		_ = wrapped.CloseWrite()
	}()
	_, _ = io.Copy(plain, wrapped)
}

// TestFramesLargeValues: values go both ways whatever their length, among short requests.
func TestFramesLargeValues(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.ItemMax = 8 << 20; s.MemoryLimit = 256 << 20 })
	c := ts.dialFrames()
	for _, size := range []int{0, 1, 59, 60, 61, 2046, 2048, 16<<10 - 1, 16 << 10, 100_000, 1 << 20, 5 << 20} {
		value := string(pattern(size))
		c.ask(fmt.Sprintf("version\r\nset big 7 0 %d\r\n%s\r\nversion\r\n", size, value), version145+"STORED\r\n"+version145)
		c.ask("get big none big\r\nversion\r\n", fmt.Sprintf("VALUE big 7 %d\r\n%s\r\nVALUE big 7 %d\r\n%s\r\nEND\r\n"+version145,
			size, value, size, value))
	}
	c.ask("set big 0 0 9000000\r\n", "SERVER_ERROR object too large for cache\r\n")
	c.send(string(pattern(9000000)))
	c.ask("\r\nget big\r\n", "END\r\n")
	c.send("quit\r\n")
	c.closed()
	ts.nothingKept()
}

// TestFramesSlowReader: who does not read costs no more than a bound, nor anybody else's time, and gets everything when he reads.
func TestFramesSlowReader(t *testing.T) {
	for _, size := range []int{1000, 100_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			ts := startFrames(t, func(s *settings.Settings) { s.Threads = 1 })
			c, other := ts.dialFrames(), ts.dialFrames()
			value := string(pattern(size))
			c.ask(fmt.Sprintf("set k 0 0 %d\r\n%s\r\n", size, value), "STORED\r\n")
			times := 20_000_000 / size
			go func() { _, _ = io.WriteString(c.Conn, strings.Repeat("get k\r\n", times)+"quit\r\n") }()
			other.awaitBlocked()
			other.ask("get nothing\r\n", "END\r\n")
			if n := ts.unsent.Load(); n > 3*maxOutput {
				t.Errorf("%d bytes of our own are kept", n)
			}
			want := []byte(fmt.Sprintf("VALUE k 0 %d\r\n%s\r\nEND\r\n", size, value))
			got := make([]byte, len(want))
			for i := range times {
				if _, err := io.ReadFull(c.r, got); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("reply %d: %v", i, err)
				}
			}
			c.closed()
			_ = other.Close()
			ts.nothingKept()
		})
	}
}

// TestFramesNoReader: a client that never reads is bound, and what it held is given back when it goes.
func TestFramesNoReader(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.Threads = 1 })
	other := ts.dialFrames()
	other.storeLong(1)
	for range 5 {
		c, blocks := ts.dialFrames(), ts.sum(connBlocks)
		go func() { _, _ = io.WriteString(c.Conn, strings.Repeat("get long1\r\n", 10_000)) }()
		eventually.True(t, "a client that does not read", func() bool { return ts.sum(connBlocks) > blocks })
		if n := ts.unsent.Load(); n > 3*maxOutput {
			t.Errorf("%d bytes are kept", n)
		}
		_ = c.Close()
		ts.awaitClients(1)
	}
	_ = other.Close()
	ts.nothingKept()
}

// TestFramesHalfClose: a client that has said all gets its answers and then the end, however it says that. Only who
// closes its socket's half without having said so before hears no end in due form if it has been answered by then.
func TestFramesHalfClose(t *testing.T) {
	ts := startFrames(t, nil)
	for i := range 50 {
		c := ts.dialFrames()
		c.send("version\r\nset a 0 0 5\r\nab")
		c.send("cde\r\nget a\r\nget half a requ")
		conn := c.Conn.(*transporttest.Conn)
		if i%3 > 0 {
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		if i%3 < 2 {
			if err := conn.Conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		c.expect(version145 + "STORED\r\nVALUE a 0 5\r\nabcde\r\nEND\r\n")
		c.closed()
	}
	ts.nothingKept()
}

// TestFramesEndBehindMuch: who says that it is over while it has much to read yet gets all of it first.
func TestFramesEndBehindMuch(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.Threads = 1 })
	c, other := ts.dialFrames(), ts.dialFrames()
	c.storeLong(1)
	c.send(strings.Repeat("get long1\r\n", 20))
	_ = c.Conn.(*transporttest.Conn).CloseWrite()
	other.awaitBlocked()
	c.expect(strings.Repeat(longAnswer(1), 20))
	c.closed()
	_ = other.Close()
	ts.nothingKept()
}

// TestFramesFault: what a transport cannot understand ends its connection, whatever else is in hand for it, and nothing else.
func TestFramesFault(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.Threads, s.Verbosity = 1, 1 })
	other := ts.dialFrames()
	other.storeLong(1)
	for i, said := range []string{"", "version\r\n", "get half", "set a 0 0 100000\r\nhalf a value", strings.Repeat("get long1\r\n", 20)} {
		c := ts.dialFrames()
		c.send(said)
		conn := c.Conn.(*transporttest.Conn)
		if _, err := conn.Conn.Write(bytes.Repeat([]byte{0x55}, 5*transporttest.FrameLen)); err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, conn.Conn); err != nil { // first, since nobody reads what follows a long answer
			t.Errorf("after %.20q: %v, and not the end", said, err)
		}
		ts.says("cannot be understood: a frame is damaged or out of order", i+1)
		_ = c.Close()
		ts.awaitClients(1)
		other.ask("get a\r\n", "END\r\n")
	}
	_ = other.Close()
	ts.nothingKept()
}

// TestFramesHandshake: it comes in pieces as small as can be, and what the client has to say right behind it is answered.
func TestFramesHandshake(t *testing.T) {
	ts := startFrames(t, nil)
	c, end := ts.dial(), clientFrames()
	greeting := make([]byte, transporttest.FrameLen)
	if _, err := io.ReadFull(c.r, greeting); err != nil {
		t.Fatal(err)
	}
	_, wire, err := end.Unwrap(nil, nil, greeting)
	if err != nil {
		t.Fatal(err)
	}
	wire, _ = end.Wrap(wire, []byte("version\r\n"))
	for i, b := range wire {
		if i > transporttest.FrameLen+3 { // the rest at once
			c.send(string(wire[i:]))
			break
		}
		read := ts.sum(bytesRead)
		c.send(string([]byte{b}))
		ts.awaitRead(read + 1)
	}
	answer := make([]byte, transporttest.FrameLen)
	if _, err := io.ReadFull(c.r, answer); err != nil {
		t.Fatal(err)
	}
	if got, _, err := end.Unwrap(nil, nil, answer); string(got) != version145 || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestFramesWishes: what a transport sends by itself comes in order with the replies, and who does not read it is bound.
func TestFramesWishes(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.Threads = 1 })
	c, end := ts.dial(), clientFrames()
	conn, err := transporttest.NewConn(c.Conn, end)
	if err != nil {
		t.Fatal(err)
	}
	const times = 100
	var wire []byte
	for range times {
		wire, _ = end.Wrap(end.Wish(wire), []byte("version\r\n"))
	}
	c.send(string(wire))
	answers := &client{Conn: conn, t: t, r: bufio.NewReader(conn)}
	answers.expect(strings.Repeat(version145, times))

	go func() {
		for err := error(nil); err == nil; {
			for wire = wire[:0]; len(wire) < 64<<10; {
				wire = end.Wish(wire)
			}
			_, err = c.Conn.Write(wire)
		}
	}()
	ts.dialFrames().awaitBlocked()
	if n := ts.unsent.Load(); n > 2*maxOutput {
		t.Errorf("%d bytes are kept", n)
	}
	_ = c.Close()
	ts.awaitClients(1)
}

// TestFramesCounted: bytes_read and bytes_written are those on the wire.
func TestFramesCounted(t *testing.T) {
	ts := startFrames(t, nil)
	c := ts.dialFrames()
	c.ask("version\r\n", version145)
	const want = 2 * transporttest.FrameLen
	eventually.True(t, "figures of the wire", func() bool { return ts.sum(bytesRead) == want && ts.sum(bytesWritten) == want },
		func() string {
			return fmt.Sprintf("%d bytes are read, %d written", ts.sum(bytesRead), ts.sum(bytesWritten))
		})
}

// TestFramesRejected: who is one too many hears nothing that he could not understand.
func TestFramesRejected(t *testing.T) {
	ts := startFrames(t, func(s *settings.Settings) { s.MaxConns, s.MaxConnsFast = 1, true })
	ts.dialFrames()
	if got, err := io.ReadAll(ts.dial()); len(got) > 0 || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestFramesWithoutPoller: without gnet's poller, too, all is as it is for plain connections.
func TestFramesWithoutPoller(t *testing.T) {
	ts := startThrough(t, watch(t, serverFrames), testEngine, func(s *settings.Settings) { s.Threads = 1 }, func(s *Server) { s.blind = true })
	c, other := ts.dialFrames(), ts.dialFrames()
	c.storeLong(1)
	c.send(strings.Repeat("get long1\r\n", 50))
	other.awaitBlocked()
	c.expect(strings.Repeat(longAnswer(1), 50))
	c.ask("version\r\n", version145)
}
