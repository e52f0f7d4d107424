package server

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gocached/engine"
	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/settings"
)

// startUDP runs a server with UDP on the loopback.
func startUDP(t *testing.T, change func(*settings.Settings)) *testServer {
	t.Helper()
	return start(t, func(s *settings.Settings) {
		s.UDPPort = -1
		if change != nil {
			change(s)
		}
	})
}

// udpClient is a socket that is connected to a server.
type udpClient struct {
	*net.UDPConn
	t  *testing.T
	id uint16
}

func (ts *testServer) dialUDP() *udpClient {
	ts.t.Helper()
	return dialUDP(ts.t, ts.sockets.UDP[0].LocalAddr().(*net.UDPAddr))
}

func dialUDP(t *testing.T, to *net.UDPAddr) *udpClient {
	t.Helper()
	c, err := net.DialUDP("udp", nil, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return &udpClient{UDPConn: c, t: t}
}

// ask sends one command and expects a reply of one datagram. Further commands would be answered in messages of their own.
func (c *udpClient) ask(request, reply string) {
	c.t.Helper()
	c.id++
	if _, err := c.Write(datagram(c.id, request)); err != nil {
		c.t.Error(err)
		return
	}
	c.hear(datagram(c.id, reply))
}

// hear expects a datagram.
func (c *udpClient) hear(want []byte) {
	c.t.Helper()
	buf := make([]byte, 2000)
	if n, err := c.Read(buf); err != nil || string(buf[:n]) != string(want) {
		c.t.Errorf("heard %q, %v; want %q", buf[:n], err, want)
	}
}

// TestUDPServes lets many clients ask at a time, and counts.
func TestUDPServes(t *testing.T) {
	ts := startUDP(t, nil)
	const clients, rounds = 20, 200
	var done sync.WaitGroup
	for n := range clients {
		c := ts.dialUDP()
		done.Go(func() {
			for i := range rounds {
				c.ask(fmt.Sprintf("set k%d 0 0 3\r\n%03d\r\n", n, i), "STORED\r\n")
				c.ask(fmt.Sprintf("get k%d\r\n", n), fmt.Sprintf("VALUE k%d 0 3\r\n%03d\r\nEND\r\n", n, i))
			}
		})
	}
	done.Wait()
	c := ts.dial()
	for name, want := range map[string]int{"get_hits": clients * rounds, "cmd_set": clients * rounds, "curr_connections": 5} {
		if got := c.stat("", name); got != fmt.Sprint(want) {
			t.Errorf("%s is %s, want %d", name, got, want)
		}
	}
	if got, want := c.stat("settings", "udpport"), fmt.Sprint(listen.UDPPort(ts.sockets.UDP[0])); got != want {
		t.Errorf("udpport is %s, want %s", got, want)
	}
}

// TestUDPLog checks what -vv says of datagrams.
func TestUDPLog(t *testing.T) {
	ts := startUDP(t, func(s *settings.Settings) { s.Verbosity = 2; s.Threads = 1 })
	c := ts.dialUDP()
	c.ask("set a 0 0 1\r\nx\r\n", "STORED\r\n")
	c.ask("get a\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n")
	c.ask("foo\x1b\r\n", "ERROR\r\n")
	fd := ts.workers[0].conns[0].fd
	want := ""
	for _, line := range []string{"<%d set a 0 0 1", ">%d STORED", "<%d get a", ">%d sending key a", ">%d END", "<%d foo?", ">%d ERROR"} {
		want += fmt.Sprintf(line, fd) + "\n"
	}
	ts.says(want, 1)
}

// breaking is a socket that panics at the first write.
type breaking struct {
	wire
	broken bool
}

func (s *breaking) Write(out *kernel.Outgoing, from, to int) (int, error) {
	if !s.broken {
		s.broken = true
		panic("broken")
	}
	return s.wire.Write(out, from, to)
}

// TestUDPPanic checks that a panic costs its own datagram alone, and nothing that was lent.
func TestUDPPanic(t *testing.T) {
	w := newTestWorker(t, nil)
	w.put("k", string(pattern(100_000)))
	w.put("small", string(pattern(10_000))) // a thousand of them make a huge answer
	socket := new(breaking)
	w.socket = socket
	for _, request := range []string{"get k" + strings.Repeat(" small", 1000) + " k\r\nget k\r\n", "version\r\n"} {
		socket.come = append(socket.come, datagram(2, request))
		if err := w.receive(); err != nil {
			t.Fatal(err)
		}
	}
	if len(socket.sent) != 1 || string(socket.sent[0]) != string(datagram(2, "VERSION 1.4.5\r\n")) {
		t.Errorf("the next datagram was answered %q", socket.sent)
	}
	if !w.loop.shared.huge.TryLock() {
		t.Error("nobody else may have a huge answer any more")
	}
	if got := w.count(panics); got != 1 {
		t.Errorf("%d panics counted", got)
	}
	w.eng.Remove([]byte("k"), engine.Removal{}) // its chunk must be free then
}

// TestUDPAllocatesNothing sends datagrams through real sockets: to be read, answered and received again takes nothing
// from the heap.
func TestUDPAllocatesNothing(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Port = 0 })
	socket, err := listen.ListenUDP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	w := newUDPWorker(&ts.shared, kernel.NewUDPSocket(socket))
	client, err := net.DialUDP("udp", nil, socket.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	buf := make([]byte, 2000)
	for _, request := range []string{
		"set a 0 0 1000\r\n" + string(pattern(1000)) + "\r\n", "get a\r\n", "get none\r\n", "get a none\r\n", "incr n 1\r\n",
		"ms b 5 T30 k O1 c s\r\nvalue\r\n", "mg a v k t T30\r\n", "mg Yg== b k R30 N30\r\n", "mg none k\r\n", "md none\r\n", "md a I T30\r\n",
		"ma n N0 J5 v t\r\n", "me a\r\n", "mn\r\n",
		packet(0x80, 0x00, "", "a", ""),
	} {
		in := datagram(7, request)
		allocs := testing.AllocsPerRun(100, func() {
			if _, err := client.Write(in); err != nil {
				t.Fatal(err)
			}
			if err := w.receive(); err != nil {
				t.Fatal(err)
			}
			if n, err := client.Read(buf); err != nil || n <= 8 {
				t.Fatal(n, err)
			}
		})
		if allocs != 0 {
			t.Errorf("%.20q: %v allocations", request, allocs)
		}
	}
}
