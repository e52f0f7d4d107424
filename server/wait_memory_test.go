package server

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/internal/eventually"
	"gocached/protocol"
	"gocached/server/settings"
)

// waiting waits until so many stores have come to wait.
func (ts *testServer) waiting(stores int) {
	ts.t.Helper()
	eventually.True(ts.t, fmt.Sprint(stores, " stores wait"), func() bool { return ts.sum(storeWaits) >= uint64(stores) })
}

const setLong = "set long%d 0 0 1000000\r\n"

// hold has clients send the beginning of a long value each. They get the room there is.
func (ts *testServer) hold(clients int) (held []*client) {
	ts.t.Helper()
	held = ts.dialMany(clients)
	for i, c := range held {
		c.send(fmt.Sprintf(setLong, i) + longValue(i)[:5000])
	}
	eventually.True(ts.t, "they hold memory", func() bool { return ts.filling.Load() == int64(clients)<<20 })
	return held
}

// finish sends the rest of a long value of hold.
func (c *client) finish(i int) {
	c.t.Helper()
	c.ask(longValue(i)[5000:]+"\r\n", "STORED\r\n")
}

// TestStoreWaits: a store for whose value there is no room waits, and so does what was asked behind it, but nobody else.
func TestStoreWaits(t *testing.T) {
	for _, threads := range []int{1, 4} {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, threads })
		held := ts.hold(4)
		c, quiet, binary, other := ts.dial(), ts.dial(), ts.dial(), ts.dial()
		c.send("set a 0 0 1\r\nx\r\n" + fmt.Sprintf(setLong, 10) + longValue(10)[:1000])
		c.expect("STORED\r\n")
		quiet.send(fmt.Sprintf("set long11 0 0 1000000 noreply\r\n%s\r\nget long11\r\n", longValue(11)))
		binary.send(frame(0x11, 1, "\x00\x00\x00\x00\x00\x00\x00\x00", "long12", longValue(12)) + frame(0x0a, 2, "", "", ""))
		ts.waiting(3)
		go func() { // more than the system keeps; if it does not arrive an answer is missing
			_, _ = c.Write([]byte(longValue(10)[1000:] + "\r\nget a long10\r\nbad\r\n"))
		}()
		for i := range 100 {
			other.ask(fmt.Sprintf("set small%d 0 0 5\r\nhello\r\nget small%d\r\n", i, i), fmt.Sprintf("STORED\r\nVALUE small%d 0 5\r\nhello\r\nEND\r\n", i))
		}
		value := strings.Repeat("v", 10_000) // that comes in parts
		other.send("set short 0 0 10000\r\n" + value[:3000])
		eventually.True(t, "it has begun", func() bool { return ts.shorts.Load() > 0 })
		other.ask(value[3000:]+"\r\n", "STORED\r\n")
		ts.pass(5)
		if n := ts.waiters.Load(); n != 3 {
			t.Errorf("%d wait", n)
		}
		for i, h := range held {
			h.finish(i)
		}
		c.expect("STORED\r\nVALUE a 0 1\r\nx\r\n" + strings.TrimSuffix(longAnswer(10), "END\r\n") + "END\r\nERROR\r\n")
		quiet.expect(longAnswer(11))
		if p := binary.packet(); p.opcode != 0x0a {
			t.Errorf("setq is answered %+v", p)
		}
		other.ask("get long12\r\n", longAnswer(12))
		if waits, kicks := other.stat("gocached", "store_waits"), other.stat("gocached", "stalled_kicks"); waits != "3" || kicks != "0" {
			t.Errorf("%s have waited, %s are closed", waits, kicks)
		}
		ts.nobodyWaits()
	}
}

// nobodyWaits: nothing is left of those who waited.
func (ts *testServer) nobodyWaits() {
	ts.t.Helper()
	eventually.True(ts.t, "nobody waits", func() bool {
		return ts.waiters.Load() == 0 && ts.filling.Load() == 0 && ts.shorts.Load()+ts.brief.Load() == 0 && ts.waitingBytes.Load() == 0
	})
	if ts.anyQueued() {
		ts.t.Error("somebody stands in line")
	}
}

// TestStoresAllCome: many clients send the beginning of a long value each, and then go on, over and over: all are stored.
func TestStoresAllCome(t *testing.T) {
	for _, threads := range []int{1, 4} {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, threads })
		clients := ts.dialMany(16)
		for round := range 3 {
			for i, c := range clients {
				c.send(fmt.Sprintf(setLong, i) + longValue(i)[:5000])
			}
			ts.waiting((round + 1) * (len(clients) - 4))
			for i, c := range clients {
				go func() { _, _ = c.Write([]byte(longValue(i)[5000:] + "\r\n")) }()
			}
			for _, c := range clients {
				c.expect("STORED\r\n")
			}
		}
		ts.nobodyWaits()
	}
}

// TestStoresInOrder: whatever loops they belong to, those who wait have their turn in the order in which they came.
func TestStoresInOrder(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.Threads = 8<<20, 4 })
	held := ts.hold(4)
	var waiters []*client
	for i := range 12 {
		c := ts.dial()
		c.send(fmt.Sprintf(setLong, 10+i) + longValue(10 + i)[:5000])
		ts.waiting(i + 1)
		eventually.True(ts.t, "it stands in line", func() bool { return ts.queues[queueValues].length.Load() == int32(i+1) })
		waiters = append(waiters, c)
	}
	turns := func() (all []int) {
		q := &ts.queues[queueValues]
		q.mu.Lock()
		defer q.mu.Unlock()
		for h := q.first; h != nil; h = h.behind {
			var n int
			_, _ = fmt.Sscanf(string(h.key), "long%d", &n)
			all = append(all, n-10)
		}
		return all
	}
	for i, c := range append(held, waiters...) {
		var want []int // each that has finished has let one go on
		for n := i; n < len(waiters); n++ {
			want = append(want, n)
		}
		eventually.True(ts.t, fmt.Sprint(want, " stand in line"), func() bool { return slices.Equal(turns(), want) })
		if i < len(held) {
			c.finish(i)
		} else {
			c.finish(10 + i - len(held))
		}
	}
	ts.nobodyWaits()
}

// crowdOut makes a server that receives nothing more, until the function that it returns is called.
func (ts *testServer) crowdOut() (relax func()) {
	ts.filling.Add(1 << 40)
	return func() {
		ts.filling.Add(-1 << 40)
		ts.askToRetry()
	}
}

// TestStoreRefused: a store that has waited in vain is refused. A set takes the old value with it, the data is passed over,
// and the connection stays in step.
func TestStoreRefused(t *testing.T) {
	const refused = "SERVER_ERROR out of memory storing object\r\n"
	for _, threads := range []int{1, 4} {
		ts := start(t, func(s *settings.Settings) { s.Threads = threads })
		other, c, add, quiet, binary, gone := ts.dial(), ts.dial(), ts.dial(), ts.dial(), ts.dial(), ts.dial()
		for i := range 5 {
			other.ask(fmt.Sprintf("set long%d 0 0 3\r\nold\r\n", i), "STORED\r\n")
		}
		relax := ts.crowdOut()
		c.send(fmt.Sprintf(setLong, 0) + longValue(0)[:5000])
		add.send("append long1 0 0 1000000\r\n" + longValue(1)[:5000])
		quiet.send("set long2 0 0 1000000 noreply\r\n" + longValue(2)[:5000])
		packet := frame(0x01, 9, "\x00\x00\x00\x00\x00\x00\x00\x00", "long3", longValue(3))
		binary.send(packet[:5000])
		gone.send(fmt.Sprintf(setLong, 4) + longValue(4)[:5000])
		ts.waiting(5)
		_ = gone.Close()
		ts.pass(maxWait - 2)
		if n := ts.waiters.Load(); n != 5 {
			t.Errorf("%d wait", n)
		}
		ts.pass(4)
		c.expect(refused)
		add.expect(refused)
		c.ask(longValue(0)[5000:]+"\r\nversion\r\n", "VERSION 1.4.5\r\n")
		add.ask(longValue(1)[5000:]+"\r\nversion\r\n", "VERSION 1.4.5\r\n")
		quiet.ask(longValue(2)[5000:]+"\r\nversion\r\n", "VERSION 1.4.5\r\n")
		binary.wants(0x82, "Out of memory")
		binary.send(packet[5000:] + frame(0x0a, 8, "", "", ""))
		if p := binary.packet(); p.opcode != 0x0a {
			t.Errorf("binary: %+v", p)
		}
		other.ask("get long0 long1 long2 long3\r\n", "VALUE long1 0 3\r\nold\r\nEND\r\n")
		relax()
		c.storeLong(0)
		ts.nobodyWaits()
	}
}

// TestStoreRefusedAtOnce: nobody waits for what will not come.
func TestStoreRefusedAtOnce(t *testing.T) {
	const refused = "SERVER_ERROR out of memory storing object\r\n"
	fill := func(ts *testServer) *client {
		c := ts.dial()
		for i := 0; ; i++ {
			c.send(fmt.Sprintf(setLong+"%s\r\n", i, longValue(i)))
			if line, err := c.r.ReadString('\n'); err != nil || line == refused {
				return c
			}
		}
	}
	t.Run("without eviction", func(t *testing.T) {
		ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.NoEvict = 4<<20, true })
		c := fill(ts)
		c.ask(fmt.Sprintf(setLong+"%s\r\n", 99, longValue(99)), refused)
		if n := ts.sum(storeWaits); n != 0 {
			t.Errorf("%d have waited", n)
		}
	})
	t.Run("too large", func(t *testing.T) {
		ts := start(t, nil)
		ts.crowdOut()
		c := ts.dial()
		c.ask("set k 0 0 2000000\r\n", "SERVER_ERROR object too large for cache\r\n")
		c.ask(strings.Repeat("x", 2_000_000)+"\r\nversion\r\n", "VERSION 1.4.5\r\n")
	})
	t.Run("without the poller", func(t *testing.T) {
		ts := withoutPoller(t, nil)
		ts.crowdOut()
		c := ts.dial()
		c.send(fmt.Sprintf(setLong, 1) + longValue(1)[:5000])
		c.expect(refused)
	})
	t.Run("by UDP", func(t *testing.T) {
		ts := startUDP(t, func(s *settings.Settings) { s.MemoryLimit = 1 << 20 })
		ts.hold(1)
		ts.dialUDP().ask("set small 0 0 5\r\nhello\r\n", refused)
	})
	t.Run("too many", func(t *testing.T) {
		ts := start(t, nil)
		ts.crowdOut()
		ts.waitingBytes.Add(maxWaitingBytes)
		c := ts.dial()
		c.send(fmt.Sprintf(setLong, 1) + longValue(1)[:5000])
		c.expect(refused)
		ts.waitingBytes.Add(-maxWaitingBytes)
	})
}

// TestWholeStoreWaits: a store whose value has come whole waits too if the engine has no chunk since all are held.
func TestWholeStoreWaits(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 1 << 20 })
	c, other := ts.dial(), ts.dial()
	held := ts.hold(1)
	c.send("set small 0 0 5\r\nhello\r\nget small\r\n")
	ts.waiting(1)
	other.ask("get small\r\n", "END\r\n")
	held[0].finish(0)
	c.expect("STORED\r\nVALUE small 0 5\r\nhello\r\nEND\r\n")
	ts.nobodyWaits()
}

// TestLeavesWhileWaiting: a client that closes its half while its store waits is answered, and one that is gone leaves
// nothing behind.
func TestLeavesWhileWaiting(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
	held := ts.hold(4)
	half, gone, reset := ts.dial(), ts.dial(), ts.dial()
	half.send("set short 0 0 20000\r\n" + longValue(7)[:20_000])
	gone.send(fmt.Sprintf(setLong, 8) + longValue(8)[:50_000])
	reset.send(fmt.Sprintf(setLong, 9) + longValue(9)[:5000])
	ts.waiting(3)
	half.send("\r\nget short\r\n")
	if err := half.halfClose(); err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	_ = reset.Conn.(*net.TCPConn).SetLinger(0)
	_ = reset.Close()
	eventually.True(ts.t, "the reset is seen", func() bool { return ts.waiters.Load() == 2 })
	for i, h := range held {
		h.finish(i)
	}
	half.expect("STORED\r\nVALUE short 0 20000\r\n" + longValue(7)[:20_000] + "\r\nEND\r\n")
	half.closed()
	eventually.True(ts.t, "they are gone", func() bool { return ts.gate.Current() == 4 })
	ts.nobodyWaits()
	if c := ts.dial(); c.usedChunks() != "5" {
		t.Errorf("%s chunks are in use", c.usedChunks())
	}
}

// TestStopsWhileWaiting: a server ends while requests wait.
func TestStopsWhileWaiting(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
	ts.hold(4)
	c := ts.dial()
	c.send(fmt.Sprintf(setLong, 7) + longValue(7)[:5000])
	ts.waiting(1)
	ts.Stop()
	if n, err := io.Copy(io.Discard, c.r); n != 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
	ts.nobodyWaits()
}

// TestPrefixesCountOnce: a store that waits counts once.
func TestPrefixesCountOnce(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Detail = true })
	relax := ts.crowdOut()
	c, other := ts.dial(), ts.dial()
	c.send("set p:k 0 0 20000\r\n" + longValue(1)[:20_000])
	ts.waiting(1)
	ts.pass(3)
	relax()
	c.ask("\r\n", "STORED\r\n")
	other.ask("stats detail dump\r\n", "PREFIX p get 0 hit 0 set 1 del 0\r\nEND\r\n")
	if got := other.stat("", "cmd_set"); got != "1" {
		t.Errorf("cmd_set %s", got)
	}
}

// TestVerboseWaiting: with -vv a request that waits has one line, and its answer another.
func TestVerboseWaiting(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Verbosity, s.MemoryLimit = 2, 1<<20 })
	c := ts.dial()
	held := ts.hold(1)
	c.send("set small 0 0 5 noreply\r\nhello\r\nversion\r\n")
	ts.waiting(1)
	ts.pass(2)
	held[0].finish(0)
	c.expect("VERSION 1.4.5\r\n")
	for line, want := range map[string]int{" set small": 1, " STORED": 1, "NOREPLY": 1} {
		eventually.True(ts.t, fmt.Sprintf("the log has %q %d times", line, want), func() bool { return strings.Count(ts.logs.String(), line) == want })
	}
}

// TestLine: who joins a line stands at its end, and who leaves it may have stood anywhere.
func TestLine(t *testing.T) {
	var q waitQueue
	all := make([]*waiter, 5)
	for i := range all {
		all[i] = &waiter{need: need{heldValues, 1 << i}, since: uint32(i)}
		q.add(all[i])
	}
	left := slices.Clone(all)
	for _, i := range []int{2, 0, 4, 1, 3} {
		next := q.remove(all[i])
		first := left[0] == all[i]
		left = slices.DeleteFunc(left, func(h *waiter) bool { return h == all[i] })
		var want *waiter
		if first && len(left) > 0 {
			want = left[0]
		}
		if next != want || q.length.Load() != int32(len(left)) || len(left) > 0 && q.head() != left[0] {
			t.Errorf("after %d: %d stand, the next one's need is %+v", i, q.length.Load(), next)
		}
		var short shortage
		q.addNeeds(&short, 4, relieveAfter) // those who have stood for longer than a second
		sum := 0
		for _, h := range left {
			if h.since < 3 {
				sum += h.need.bytes
			}
		}
		if short[heldValues] != sum {
			t.Errorf("after %d: %d bytes are lacked, want %d", i, short[heldValues], sum)
		}
	}
	if q.head() != nil || q.occupied() {
		t.Error("somebody is left")
	}
}

// TestLineFor: short values do not stand behind long ones.
func TestLineFor(t *testing.T) {
	s := &shared{shares: usualShares}
	for length, want := range map[int]int{0: queueShort, shortStore - 1: queueShort, shortStore: queueValues, 1 << 30: queueValues} {
		if s.queueFor(&protocol.Request{Command: protocol.Store, ValueLen: length}) != &s.queues[want] {
			t.Errorf("%d bytes do not stand in line %d", length, want)
		}
	}
	for _, r := range []protocol.Request{
		{Command: protocol.Store, Op: engine.OpAppend, ValueLen: 1 << 20},
		{Command: protocol.Store, Op: engine.OpPrepend},
		{Command: protocol.Arithmetic},
	} {
		if s.queueFor(&r) != &s.queues[queueChanges] {
			t.Errorf("%s %d does not stand with the changes", r.Command, r.Op)
		}
	}
	coming := &protocol.Request{Command: protocol.Store, Op: engine.OpAppend, ValueLen: 1 << 20, Flag: protocol.FlagStreaming}
	if s.queueFor(coming) != &s.queues[queueValues] {
		t.Error("the value of a join that is still coming does not stand with the values")
	}
}
