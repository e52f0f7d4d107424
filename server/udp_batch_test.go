package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/settings"
)

// serveAtOnce serves datagrams that one read finds, under the ids 0, 1 and so on, and returns their answers as text: all
// datagrams must be answered in order, each by messages of one datagram.
func (w *testWorker) serveAtOnce(bodies ...string) (answers []string) {
	w.t.Helper()
	w.wire.atOnce = true
	defer func() { w.wire.atOnce = false }()
	for i, body := range bodies {
		w.wire.come = append(w.wire.come, datagram(uint16(i), body))
	}
	if err := w.receive(); err != nil {
		w.t.Fatal(err)
	}
	answers = make([]string, len(bodies))
	last := 0
	for n, b := range w.wire.sent {
		id := int(b[0])<<8 | int(b[1])
		if id < last || id >= len(bodies) || b[5] != 1 {
			w.t.Fatalf("message %d begins % x, after one of id %d", n, b[:8], last)
		}
		if got := w.wire.to[n].Port; int(got) != id {
			w.t.Errorf("the answer to %d went to the sender of %d", id, got)
		}
		last = id
		answers[id] += string(b[8:]) + "|"
	}
	w.wire.sent, w.wire.to = nil, nil
	return answers
}

// TestUDPBatch serves datagrams together that are answered in every way there is: each gets what it would alone.
func TestUDPBatch(t *testing.T) {
	w := newTestWorker(t, nil)
	w.put("a", "x")
	w.put("long", strings.Repeat("v", lendFrom))
	exchange := [][2]string{
		{"get a\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n|"},
		{"get none\r\n", "END\r\n|"},
		{"set b 0 0 2\r\nyy\r\n", "STORED\r\n|"},
		{"get b\r\n", "VALUE b 0 2\r\nyy\r\nEND\r\n|"},
		{"set b 0 0 1 noreply\r\nz\r\n", ""},
		{"get b a\r\n", "VALUE b 0 1\r\nz\r\nVALUE a 0 1\r\nx\r\nEND\r\n|"},
		{"version\r\nget b\r\n", "VERSION 1.4.5\r\n|VALUE b 0 1\r\nz\r\nEND\r\n|"},
		{"get a", ""},
		{"STORED\r\n", ""},
		{"get a\r\nget", "VALUE a 0 1\r\nx\r\nEND\r\n|"},
		{packet(0x80, 0x0a, "", "", ""), packet(0x81, 0x0a, "", "", "") + "|"},
		{"get" + strings.Repeat(" none", 100) + "\r\n", "END\r\n|"},
		{"get" + strings.Repeat(" none", 40) + " a\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n|"},
		{"get" + strings.Repeat(" none", 40) + " b\r\n", "VALUE b 0 1\r\nz\r\nEND\r\n|"},
		{"quit\r\n", ""},
		{"stats nonsense\r\n", "ERROR\r\n|"},
		{"foo\r\n", "ERROR\r\n|"},
		{"delete a\r\n", "DELETED\r\n|"},
		{"get a\r\n", "END\r\n|"},
	}
	var requests, want []string
	for _, e := range exchange {
		requests, want = append(requests, e[0]), append(want, e[1])
	}
	if got := w.serveAtOnce(requests...); !slices.Equal(got, want) {
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%.40q was answered %.100q, want %.100q", requests[i], got[i], want[i])
			}
		}
	}
	if got := w.count(cmdGet); got != 1+1+1+2+1+1+100+41+41+1 {
		t.Errorf("%d gets counted", got)
	}
}

// TestUDPFullBatch has more come than one read takes, and answers of more datagrams than one write takes.
func TestUDPFullBatch(t *testing.T) {
	w := newTestWorker(t, nil)
	value := string(pattern(20_000)) // 15 datagrams
	w.put("k", value)
	for range maxBatch + 5 {
		w.wire.come = append(w.wire.come, datagram(1, "get k\r\n"))
	}
	w.wire.atOnce = true
	for range 2 {
		if err := w.receive(); err != nil {
			t.Fatal(err)
		}
	}
	answers := w.messages(1)
	if len(answers) != maxBatch+5 {
		t.Errorf("%d answers", len(answers))
	}
	for _, got := range answers {
		if got != "VALUE k 0 20000\r\n"+value+"\r\nEND\r\n" {
			t.Errorf("an answer of %d bytes: %.40q", len(got), got)
		}
	}
	if err := w.receive(); !errors.Is(err, net.ErrClosed) {
		t.Error("something was left:", err)
	}
}

// picky is a socket that sends a few datagrams at a time, and none of those that go to one of its peers.
type picky struct {
	wire
	refused uint16
}

func (s *picky) Write(out *kernel.Outgoing, from, to int) (int, error) {
	port := func(i int) uint16 {
		to, _ := out.To(i)
		return to.Port
	}
	if port(from) == s.refused {
		return 0, errors.New("nobody there")
	}
	end := from
	for end < min(to, from+3) && port(end) != s.refused {
		end++
	}
	return s.wire.Write(out, from, end)
}

// TestUDPRefused checks that a message which cannot be sent takes nothing from the others, and counts as not sent.
func TestUDPRefused(t *testing.T) {
	w := newTestWorker(t, nil)
	w.put("k", string(pattern(100_000)))
	for refused := range uint16(4) {
		before := w.count(bytesWritten)
		socket := &picky{refused: refused, wire: wire{atOnce: true}}
		w.socket = socket
		for i := range uint16(4) {
			socket.come = append(socket.come, datagram(i, []string{"get k\r\n", "get none\r\n"}[i%2]))
		}
		if err := w.receive(); err != nil {
			t.Fatal(err)
		}
		total, seen := 0, map[string]int{}
		for i, b := range socket.sent {
			total += len(b)
			seen[fmt.Sprint(socket.to[i].Port)]++
		}
		for i, want := range []int{72, 1, 72, 1} {
			if i == int(refused) {
				want = 0
			}
			if got := seen[fmt.Sprint(i)]; got != want {
				t.Errorf("with %d refused, %d got %d datagrams, want %d", refused, i, got, want)
			}
		}
		if got := w.count(bytesWritten) - before; got != total {
			t.Errorf("%d bytes counted, %d sent", got, total)
		}
	}
	w.eng.Remove([]byte("k"), engine.Removal{}) // nothing holds its chunk
}

// TestUDPPanicInBatch checks that what follows a panic in a batch is answered.
func TestUDPPanicInBatch(t *testing.T) {
	w := newTestWorker(t, nil)
	w.put("long", strings.Repeat("v", 100_000)) // its answer is sent before it is complete
	socket := &breaking{wire: wire{atOnce: true}}
	w.socket = socket
	socket.come = [][]byte{datagram(0, "get long\r\nversion\r\n"), datagram(1, "version\r\n"), datagram(2, "get none\r\n")}
	if err := w.receive(); err != nil {
		t.Fatal(err)
	}
	want := [][]byte{datagram(1, "VERSION 1.4.5\r\n"), datagram(2, "END\r\n")}
	if !slices.EqualFunc(socket.sent, want, slices.Equal) {
		t.Errorf("answered %q", socket.sent)
	}
	w.eng.Remove([]byte("long"), engine.Removal{})
}

// TestUDPSockets lets many clients send before the worker reads, by IPv4 and IPv6: each gets its own answers, in order.
func TestUDPSockets(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Port = 0 })
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		socket, err := listen.ListenUDP(netip.MustParseAddrPort(at))
		if err != nil {
			t.Logf("%s: %v", at, err)
			continue
		}
		defer socket.Close()
		askManySockets(t, newUDPWorker(&ts.shared, kernel.NewUDPSocket(socket)), socket.LocalAddr().(*net.UDPAddr))
	}
}

func askManySockets(t *testing.T, w *udpWorker, at *net.UDPAddr) {
	var clients [2*maxBatch + 1]*udpClient
	for i := range clients {
		clients[i] = dialUDP(t, at)
	}
	sent := 0
	for round := range 3 {
		for i, c := range clients {
			n, err := c.Write(datagram(uint16(1000*round+i), fmt.Sprintf("incr none%d %d\r\nbad%d\r\n", i, round, i)))
			if err != nil {
				t.Fatal(err)
			}
			sent += n
		}
	}
	before := w.loop.totals[bytesRead].Load()
	for w.loop.totals[bytesRead].Load() < before+uint64(sent) {
		if err := w.receive(); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 3 {
		for i, c := range clients {
			c.hear(datagram(uint16(1000*round+i), "NOT_FOUND\r\n"))
			c.hear(datagram(uint16(1000*round+i), "ERROR\r\n"))
		}
	}
}
