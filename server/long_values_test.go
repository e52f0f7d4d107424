package server

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/server/settings"
)

// dialSmall connects with a small buffer in the kernel, so that it takes little of what the test does not read.
func (ts *testServer) dialSmall() *client {
	ts.t.Helper()
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10) })
	}}
	nc, err := d.Dial("tcp", ts.addr)
	if err != nil {
		ts.t.Fatal(err)
	}
	return newClient(ts.t, nc)
}

const longLength = 1_000_000

func longValue(i int) string { return strings.Repeat(fmt.Sprintf("%07d,", i), longLength/8) }

func longAnswer(i int) string {
	return fmt.Sprintf("VALUE long%d 0 %d\r\n%s\r\nEND\r\n", i, longLength, longValue(i))
}

func (c *client) storeLong(i int) {
	c.t.Helper()
	c.ask(fmt.Sprintf("set long%d 0 0 %d\r\n%s\r\n", i, longLength, longValue(i)), "STORED\r\n")
}

// stall has clients ask for one of so many long values each, more than their sockets take, and not read.
func (ts *testServer) stall(clients, values int) (all []*client) {
	ts.t.Helper()
	read := ts.sum(bytesRead)
	for i := range clients {
		c := ts.dialSmall()
		request := strings.Repeat(fmt.Sprintf("get long%d\r\n", i%values), 10)
		c.send(request)
		read += uint64(len(request))
		all = append(all, c)
	}
	ts.awaitRead(read)
	return all
}

// TestStalledReadersLeaveRoom has many clients ask for long values in all pages and not read. Others can store values of
// all sizes all the while, and who reads gets every byte. They are so many that some have to wait even if the sockets take
// most of a value each. What waits for them takes half of maxUnsent at most; the rest of the bound is for what is in use around it.
func TestStalledReadersLeaveRoom(t *testing.T) {
	ts := startWith(t, nil, inTime) // who reads may have to wait until others are closed
	c := ts.dial()
	for i := range 60 {
		c.storeLong(i)
	}
	before := heapInUse()
	ts.stall(240, 60)
	for i := range 2000 {
		c.ask(fmt.Sprintf("set small%d 0 0 5\r\nhello\r\n", i), "STORED\r\n")
	}
	for i := range 10 {
		c.storeLong(100 + i)
		c.ask(fmt.Sprintf("get long%d\r\n", 100+i), longAnswer(100+i))
	}
	if after := heapInUse(); after > before+maxUnsent {
		t.Errorf("they cost %d MB", (after-before)>>20)
	}
	if waits := c.stat("gocached", "get_waits"); waits == "0" {
		t.Error("no get has waited")
	}
}

// TestLateReaders: while there is enough for all nobody is closed, however late he reads.
func TestLateReaders(t *testing.T) {
	t.Parallel()
	ts := start(t, nil)
	c := ts.dial()
	for i := range 12 {
		c.storeLong(i)
	}
	late := ts.stall(12, 12)
	ts.pass(1000)
	for i := range late {
		for range 10 {
			late[i].expect(longAnswer(i))
		}
	}
	if kicks := c.stat("gocached", "stalled_kicks"); kicks != "0" {
		t.Errorf("%s are closed", kicks)
	}
	if lent := c.stat("gocached", "pages_lent"); lent != "0" || ts.unsent.Load() != 0 {
		t.Errorf("%s pages and %d bytes are still held", lent, ts.unsent.Load())
	}
}

// holder is a reader that keeps what it is lent.
type holder struct{ lent []engine.Item }

func (h *holder) Miss(int) {}
func (h *holder) Hit(_ int, hit engine.Hit) bool {
	if hit.Lent != 0 {
		h.lent = append(h.lent, hit.Item())
	}
	return true
}

// exhaust makes a server lend and copy nothing more, until the function that it returns is called.
func (ts *testServer) exhaust(key string) (relax func()) {
	ts.t.Helper()
	var h holder
	ts.engine.Get([]engine.Key{{Bytes: []byte(key)}}, &h)
	if len(h.lent) != 1 {
		ts.t.Fatal("it is not lent")
	}
	ts.unsent.Add(maxUnsent)
	return func() {
		ts.unsent.Add(-maxUnsent)
		ts.engine.Release(h.lent[0])
	}
}

// TestGetWaits: a get that can be neither lent nor copied waits, and so does what was asked behind it, but nobody else.
// It is answered when there is memory.
func TestGetWaits(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c, other := ts.dial(), ts.dial()
	c.storeLong(1)
	c.storeLong(2)
	c.ask("set small 0 0 5\r\nhello\r\n", "STORED\r\n")
	relax := ts.exhaust("long1")
	c.send("get small long2 small\r\nset small 0 0 1\r\nx\r\nget small\r\nbad\r\n")
	c.expect("VALUE small 0 5\r\nhello\r\n")
	other.awaitStat("gocached", "get_waits", "1")
	other.ask("get small\r\nget long1\r\n", "VALUE small 0 5\r\nhello\r\nEND\r\n"+longAnswer(1))
	relax()
	ts.pass(2)
	c.expect(strings.TrimSuffix(longAnswer(2), "END\r\n") + "VALUE small 0 5\r\nhello\r\nEND\r\nSTORED\r\nVALUE small 0 1\r\nx\r\nEND\r\nERROR\r\n")
	if hits, gets := other.stat("", "get_hits"), other.stat("", "cmd_get"); hits != "6" || gets != "6" {
		t.Errorf("%s gets and %s hits", gets, hits)
	}
}

// TestTouchWaits: a gat that waits is answered once, and counts as one touch.
func TestTouchWaits(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c := ts.dial()
	c.storeLong(1)
	c.storeLong(2)
	relax := ts.exhaust("long1")
	c.send("gat 0 long2\r\n")
	eventually.True(t, "a get that waits", func() bool { return ts.sum(getWaits) == 1 })
	relax()
	ts.pass(2)
	c.expect(longAnswer(2))
	ts.pass(2)
	c.ask("version\r\n", version145)
	if gets, touches := ts.sum(cmdGet), ts.sum(cmdTouch); gets != 0 || touches != 1 {
		t.Errorf("%d gets and %d touches", gets, touches)
	}
}

// TestGetRefused: a get that has waited in vain is refused, in text with the rest of its line, and the connection stays in
// step.
func TestGetRefused(t *testing.T) {
	for _, threads := range []int{1, 2} {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, threads })
		c, binary, gone := ts.dial(), ts.dial(), ts.dial()
		c.storeLong(1)
		c.storeLong(2)
		c.ask("set small 0 0 5\r\nhello\r\n", "STORED\r\n")
		relax := ts.exhaust("long1")
		c.send("get small long2 small long1\r\nget small\r\nget long2\r\nversion\r\n")
		binary.send(frame(0x00, 7, "", "long2", "") + frame(0x0a, 8, "", "", ""))
		gone.send("get long2\r\n")
		eventually.True(t, "three who wait", func() bool { return ts.sum(getWaits) >= 3 })
		_ = gone.Close()
		ts.pass(maxWait + 1)
		const refused = "SERVER_ERROR out of memory writing get response\r\n"
		c.expect("VALUE small 0 5\r\nhello\r\n" + refused + "VALUE small 0 5\r\nhello\r\nEND\r\n")
		packet := make([]byte, 24+len("Out of memory")+24)
		if _, err := io.ReadFull(binary.r, packet); err != nil || packet[7] != 0x82 || packet[15] != 7 ||
			string(packet[24:37]) != "Out of memory" || packet[38] != 0x0a {
			t.Errorf("binary: %q, %v", packet, err)
		}
		ts.pass(maxWait + 1)
		c.expect(refused + "VERSION 1.4.5\r\n")
		relax()
		c.ask("get long2\r\n", longAnswer(2))
		ts.awaitClients(2)
	}
}

// TestCopiesComeBack: a copy takes memory only as far as it has not been sent.
func TestCopiesComeBack(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c, slow := ts.dial(), ts.dialSmall()
	c.storeLong(1)
	c.storeLong(2)
	var h holder
	ts.engine.Get([]engine.Key{{Bytes: []byte("long1")}}, &h) // the only page that may be lent
	const times = 12                                          // more than the kernel takes
	slow.send(strings.Repeat("get long2\r\n", times))
	eventually.True(ts.t, "it is blocked", func() bool { return ts.sum(connBlocks) > 0 })
	least, answer := int64(longLength), longAnswer(2)
	for range times {
		for rest := answer; len(rest) > 0; {
			n := min(20_000, len(rest))
			slow.expect(rest[:n])
			rest = rest[n:]
			if n := ts.unsent.Load(); n > 0 {
				least = min(least, n)
			}
		}
	}
	if least > longLength/2 {
		t.Errorf("never are less than %d bytes kept", least)
	}
	eventually.True(ts.t, "nothing is kept", func() bool { return ts.unsent.Load() == 0 })
	ts.engine.Release(h.lent[0])
}

// TestPlaceOf: values that leave no room for another one in their page take all of it.
func TestPlaceOf(t *testing.T) {
	s := &shared{settings: &settings.Settings{ItemMax: 1 << 20}}
	for bytes, want := range map[int]int64{0: 1, 1: 1, 16 << 10: 16 << 10, 400_000: 1 << 19, 600_000: 1 << 20, 1 << 20: 1 << 20, 5 << 20: 1 << 20} {
		if got := s.placeOf(bytes); got != want {
			t.Errorf("%d bytes take %d, want %d", bytes, got, want)
		}
	}
}
