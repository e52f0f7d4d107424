package server

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/rim"
	"gocached/server/settings"
)

// takenKernel is a kernel whose clients have taken so much.
type takenKernel struct {
	kernel.System
	bytes uint64
}

func (k takenKernel) Taken(int) uint64 { return k.bytes }

// TestPatience: a client has as long as somebody who reads slowly would need to empty its buffer, within bounds.
func TestPatience(t *testing.T) {
	for taken, want := range map[uint64]int{0: 4, 4000: 4, 95 << 10: 11, 320 << 10: 30, 1 << 40: 30} {
		l := &loop{core: core{shared: &shared{shares: usualShares}, kernel: takenKernel{bytes: taken}}}
		c := newConn(listen.KindTCP)
		if got := l.patience(c); got != stalledSending {
			t.Errorf("who sends has %d seconds", got)
		}
		c.set(stateBlocked)
		if got := l.patience(c); got != want {
			t.Errorf("who has taken %d bytes has %d seconds, want %d", taken, got, want)
		}
	}
}

// TestSilence: who moves far enough, begins anew, or does something else, is not silent.
func TestSilence(t *testing.T) {
	const patience = 10
	c := newConn(listen.KindTCP)
	l := &loop{core: core{shared: &shared{shares: usualShares}}}
	f := &fill{item: engine.Item{Value: make([]byte, longLength)}}
	c.fill = f
	for _, step := range []struct {
		looks   uint32
		got     int
		another bool
		want    int
	}{
		{looks: 10}, {looks: 11, want: 1}, {looks: 15, got: minMoved*patience - 1, want: 5}, {looks: 16, got: minMoved * patience},
		{looks: 18, got: minMoved * patience, want: 2}, {looks: 20, another: true}, {looks: 30, want: 10}, {looks: 31, got: 100_000},
	} {
		if step.another {
			c.fill = &fill{item: f.item}
		}
		c.fill.got, l.waiting.looks = step.got, step.looks
		if got := l.silence(c, patience); got != step.want {
			t.Errorf("%+v: silent for %d", step, got)
		}
	}
}

// TestChoose: of those who are stalled no more are closed than it takes, the worst first, and only who holds what is lacked.
func TestChoose(t *testing.T) {
	a, b, c, d := newConn(listen.KindTCP), newConn(listen.KindTCP), newConn(listen.KindTCP), newConn(listen.KindTCP)
	found := []stalled{{a, 30, heldCopies, 1000, false}, {b, 40, heldLoans, 500, false}, {c, 50, heldValues, 1000, false}, {d, 40, heldCopies, 600, false}}
	for _, want := range []struct {
		lacked []need
		closed []*conn
	}{
		{nil, nil},
		{[]need{{heldReplies, 1}}, []*conn{d}},
		{[]need{{heldReplies, 601}}, []*conn{d, b}},
		{[]need{{heldReplies, 5000}}, []*conn{d, b, a}},
		{[]need{{heldLoans, 5000}}, []*conn{b}},
		{[]need{{heldValues, 1}, {heldReplies, 600}}, []*conn{c, d}},
		{[]need{{heldChunks, 1000}}, []*conn{c}},
		{[]need{{heldChunks, 1001}}, []*conn{c, b}},
		{[]need{{heldBuffers, 1}}, nil},
	} {
		s := &shared{shares: usualShares}
		s.relief.report(slices.Clone(found))
		for _, n := range want.lacked {
			s.lack(n)
		}
		var closed []*conn
		for _, w := range s.choose(100) {
			closed = append(closed, w.c)
		}
		if !slices.Equal(closed, want.closed) {
			t.Errorf("%+v: %d are closed, want %d", want.lacked, len(closed), len(want.closed))
		}
		if again := s.choose(101); len(again) != 0 {
			t.Errorf("%+v: %d more are closed", want.lacked, len(again))
		}
	}
}

// TestChooseLate: who is late is closed only for who has stood in line for nearly as long as anybody may, and after those who
// are stalled. What the first in the queue lacks is doubled if it is still there two seconds after others were
// closed.
func TestChooseLate(t *testing.T) {
	a, b, c := newConn(listen.KindTCP), newConn(listen.KindTCP), newConn(listen.KindTCP)
	found := []stalled{{a, 70, heldValues, 100, true}, {b, 80, heldValues, 100, true}, {c, 20, heldValues, 100, false}}
	s := &shared{shares: usualShares}
	first, second := &waiter{need: need{heldValues, 50}}, &waiter{need: need{heldCopies, 50}, since: 1}
	s.queues[queueValues].add(first)
	s.queues[queueValues].add(second)
	for _, want := range []struct {
		now    uint32
		closed []*conn
	}{
		{1, nil}, {2, []*conn{c}}, {3, []*conn{c}}, {49, []*conn{c}}, {50, []*conn{c}}, {51, []*conn{c, b}}, {52, []*conn{c, b}}, {53, []*conn{c, b, a}},
	} {
		s.relief.report(slices.Clone(found))
		var closed []*conn
		for _, w := range s.choose(want.now) {
			closed = append(closed, w.c)
		}
		if !slices.Equal(closed, want.closed) {
			t.Errorf("second %d: %d are closed, want %d; helped %d times", want.now, len(closed), len(want.closed), first.helped)
		}
	}
	if first.helped != 4 || second.helped != 0 {
		t.Errorf("helped %d and %d times", first.helped, second.helped)
	}
}

// TestHalfSentValuesAreCutOff: a store that waits since others have stopped in the middle of their values has its turn soon,
// and no more of them are closed than it takes, the one that has stopped first. While nobody waits nobody is closed.
func TestHalfSentValuesAreCutOff(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
	var held []*client
	for i := range 4 {
		c := ts.dial()
		c.send(fmt.Sprintf(setLong, i) + longValue(i)[:5000])
		eventually.True(ts.t, "it holds memory", func() bool { return ts.filling.Load() == int64(i+1)<<20 })
		held = append(held, c)
		ts.pass(1)
	}
	ts.pass(1000)
	if n := ts.filling.Load(); n != 4<<20 {
		t.Errorf("%d bytes are held while nobody needs them", n)
	}
	c := ts.dial()
	c.send(fmt.Sprintf(setLong, 9) + longValue(9)[:5000])
	ts.waiting(1)
	eventually.True(ts.t, "it stands in line", ts.anyQueued)
	ts.pass(4)
	held[0].ended()
	c.finish(9)
	for i, h := range held[1:] {
		h.finish(i + 1)
	}
	if kicks := c.stat("gocached", "stalled_kicks"); kicks != "1" {
		t.Errorf("%s are closed", kicks)
	}
}

// TestSlowSendersAreSpared: who sends slowly, but does, is not closed though others wait for that.
func TestSlowSendersAreSpared(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
	held := ts.hold(4)
	c := ts.dial()
	c.send(fmt.Sprintf(setLong, 9) + longValue(9)[:5000])
	ts.waiting(1)
	at, read := 5000, ts.sum(bytesRead)
	for range ts.shares.lastResort() - 5 {
		for i, h := range held {
			h.send(longValue(i)[at : at+6000])
			read += 6000
		}
		at += 6000
		eventually.True(ts.t, "it has come", func() bool { return ts.sum(bytesRead) >= read })
		ts.pass(1)
	}
	for i, h := range held {
		h.ask(longValue(i)[at:]+"\r\n", "STORED\r\n")
	}
	c.finish(9)
}

// readSome takes up to so many bytes of what has come, and does not wait.
func (c *client) readSome(most int) (b []byte) {
	c.t.Helper()
	raw, err := c.Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		c.t.Fatal(err)
	}
	b = make([]byte, most)
	n := 0
	err = raw.Read(func(fd uintptr) bool {
		n, err = unix.Read(int(fd), b)
		return true
	})
	if err != nil && err != unix.EAGAIN || n == 0 && err == nil {
		c.t.Fatalf("read: %d bytes, %v", n, err)
	}
	return b[:max(n, 0)]
}

// steady is a client that reads at a steady rate what it has asked for.
type steady struct {
	*client
	due []byte // answers
	got int
}

// TestSteadyReaders: clients who read slowly, a fifth of their rate five times a second, get every byte, however long the
// kernel is silent in between, and though there is not memory for all at once. Here the seconds are turned by hand.
func TestSteadyReaders(t *testing.T) {
	const clients, keys = 24, 12
	values := 15
	if testing.Short() {
		values = 8
	}
	for _, rate := range []int{20_000, 64_000, 256_000} {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 16<<20, 1 })
		c := ts.dial()
		for i := range keys {
			c.storeLong(i)
		}
		var all []*steady
		relax := ts.crowdOutCopies() // so that some wait, however much the sockets take
		for i := range clients {
			s := &steady{client: ts.dial()}
			for n := range values {
				s.send(fmt.Sprintf("get long%d\r\n", (i+n)%keys))
				s.due = append(s.due, longAnswer((i+n)%keys)...)
			}
			all = append(all, s)
		}
		eventually.True(ts.t, "some wait", func() bool { return ts.sum(getWaits) > 0 })
		ts.unsent.Add(maxUnsent / 2 * 3 / 4) // four copies are left
		relax()
		for range time.Tick(100 * time.Microsecond) { // the kernel and the drainer have their say
			left := false
			for range 5 {
				for _, s := range all {
					s.read(rate / 5)
					left = left || s.got < len(s.due)
				}
			}
			if ts.pass(1); !left {
				break
			}
		}
		if kicks := ts.sum(stalledKicks); kicks != 0 {
			t.Errorf("%d bytes a second: %d are closed", rate, kicks)
		}
	}
}

// read takes what has come, up to so much, and compares it.
func (s *steady) read(most int) {
	s.t.Helper()
	if most = min(most, len(s.due)-s.got); most == 0 {
		return
	}
	b := s.readSome(most)
	if !bytes.Equal(b, s.due[s.got:s.got+len(b)]) {
		s.t.Fatalf("behind %d bytes comes %.100q", s.got, b)
	}
	s.got += len(b)
}

// crowdOutCopies makes a server copy nothing more, until the function that it returns is called.
func (ts *testServer) crowdOutCopies() (relax func()) {
	ts.unsent.Add(maxUnsent)
	return func() {
		ts.unsent.Add(-maxUnsent)
		ts.askToRetry()
	}
}

// TestStalledReadersAreCutOff: a get that waits since others do not read is answered soon, and no more of them are closed than
// it takes. While nobody waits nobody is closed.
func TestStalledReadersAreCutOff(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 16<<20, 1 })
	c := ts.dial()
	var stalled []*client
	for i := range 6 {
		c.storeLong(i)
	}
	for i := range 4 { // as many pages as may be lent
		s := ts.dialSmall()
		s.send(strings.Repeat(fmt.Sprintf("get long%d\r\n", i), 10))
		eventually.True(ts.t, "it holds memory", func() bool {
			return c.stat("gocached", "pages_lent") == fmt.Sprint(i+1) && ts.sum(connBlocks) > uint64(i)
		})
		stalled = append(stalled, s)
		ts.pass(1)
	}
	ts.pass(1000)
	relax := ts.crowdOutCopies()
	c.send("get long4\r\n")
	eventually.True(ts.t, "it stands in line", ts.anyQueued)
	ts.pass(4)
	c.expect(longAnswer(4))
	stalled[0].cutOff()
	if kicks := ts.sum(stalledKicks); kicks != 1 {
		t.Errorf("%d are closed", kicks)
	}
	relax()
	for i, s := range stalled[1:] {
		s.expect(strings.Repeat(longAnswer(i+1), 10))
	}
}

// cutOff reads until the server has closed the connection, which it does in the middle of a value.
func (c *client) cutOff() {
	c.t.Helper()
	if n, err := io.Copy(io.Discard, c.r); err != nil || n == 0 {
		c.t.Errorf("the connection ends behind %d bytes: %v", n, err)
	}
}

// TestGetInNoNeed: a get does not stand in line, and so is neither refused nor a reason to close anybody, while its client has
// yet to take what it was sent before.
func TestGetInNoNeed(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c, slow := ts.dial(), ts.dialSmall()
	c.storeLong(1)
	c.storeLong(2)
	slow.send("get long1\r\n")
	eventually.True(ts.t, "it has its answer", func() bool { return ts.sum(bytesWritten) > longLength })
	relax := ts.exhaust("long1")
	slow.send("get long2\r\n")
	eventually.True(ts.t, "it waits", func() bool { return ts.sum(getWaits) == 1 })
	ts.pass(maxWait + 5)
	if ts.anyQueued() {
		t.Error("it stands in line")
	}
	slow.expect(longAnswer(1))
	eventually.True(ts.t, "it stands in line", func() bool { ts.pass(1); return ts.anyQueued() })
	relax()
	ts.pass(1)
	slow.expect(longAnswer(2))
}

// TestSharedLoans: a get of a value that is lent already takes nothing from those who wait, and need not wait itself.
func TestSharedLoans(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 4<<20, 1 })
	c, other := ts.dial(), ts.dial()
	c.storeLong(1)
	c.storeLong(2)
	relax := ts.exhaust("long1")
	c.send("get long2\r\n")
	eventually.True(ts.t, "it stands in line", ts.anyQueued)
	for range 3 {
		other.ask("get long1\r\n", longAnswer(1))
	}
	relax()
	ts.pass(2)
	c.expect(longAnswer(2))
}

// TestLooks: a loop that was held up has looked once, however many seconds have passed meanwhile.
func TestLooks(t *testing.T) {
	l := newLoop(&shared{shares: usualShares}, new(rim.Loop))
	for _, awake := range []uint32{5, 5, 5, 6, 20, 20} {
		l.shared.awake.Store(awake)
		l.look()
	}
	if l.waiting.looks != 3 {
		t.Errorf("it has looked %d times", l.waiting.looks)
	}
}
