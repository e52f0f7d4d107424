package server

import (
	"fmt"
	"strings"
	"testing"

	"gocached/internal/eventually"
	"gocached/server/settings"
)

// fewShorts starts a server that has room for two short values of 5000 bytes while they come.
func fewShorts(t *testing.T, threads int) *testServer {
	t.Helper()
	return startWith(t, func(s *settings.Settings) { s.Threads = threads }, func(s *Server) { s.shares.maxShort = 12_000 })
}

// beginShort has clients send the beginning of a short value each. Those for whom there is room have it.
func (ts *testServer) beginShort(clients int) (all []*client) {
	ts.t.Helper()
	for i := range clients {
		c := ts.dial()
		c.send(fmt.Sprintf("set short%d 0 0 5000\r\n%s", i, strings.Repeat("x", 3000)))
		eventually.True(ts.t, "it has begun, or waits", func() bool { return ts.shorts.Load()+5000*ts.waiters.Load() == int64(i+1)*5000 })
		all = append(all, c)
	}
	return all
}

// TestShortValuesWait: short values that come in parts wait when there is no room for them, in their order, and nobody else
// does. When one is whole or given up there is room.
func TestShortValuesWait(t *testing.T) {
	for _, threads := range []int{1, 4} {
		ts := fewShorts(t, threads)
		all := ts.beginShort(5)
		if n := ts.waiters.Load(); n != 3 {
			t.Errorf("%d wait", n)
		}
		other := ts.dial()
		for i := range 10 {
			other.storeLong(i)
			other.ask(fmt.Sprintf("set small%d 0 0 5\r\nhello\r\n", i), "STORED\r\n")
		}
		_ = all[1].Close()
		eventually.True(t, "the next one has its turn", func() bool { return ts.waiters.Load() == 2 })
		for _, i := range []int{0, 2, 3, 4} {
			all[i].ask(strings.Repeat("x", 2000)+fmt.Sprintf("\r\nget short%d\r\n", i),
				fmt.Sprintf("STORED\r\nVALUE short%d 0 5000\r\n%s\r\nEND\r\n", i, strings.Repeat("x", 5000)))
		}
		other.ask("get short1\r\n", "END\r\n")
		ts.nobodyWaits()
	}
}

// TestStalledShortValues: who waits for such room has it soon, though others have stopped half-way: one of them is closed.
func TestStalledShortValues(t *testing.T) {
	ts := fewShorts(t, 1)
	all := ts.beginShort(3)
	ts.pass(stalledSending + 2)
	all[2].ask(strings.Repeat("x", 2000)+"\r\n", "STORED\r\n")
	if kicks := ts.sum(stalledKicks); kicks != 1 {
		t.Errorf("%d are closed", kicks)
	}
}

// TestShortValuesEnd: a short value that came in parts is stored, or not, as one that came whole.
func TestShortValuesEnd(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c, value := ts.dial(), strings.Repeat("x", 5000)
	c.ask("set old 0 0 3\r\nold\r\n", "STORED\r\n")
	for _, row := range []struct{ waitQueue, end, reply string }{
		{"set k 7 0 5000", "\r\n", "STORED\r\n"},
		{"add k 0 0 5000", "\r\n", "NOT_STORED\r\n"},
		{"append k 0 0 5000", "\r\n", "STORED\r\n"},
		{"cas k 0 0 5000 1", "\r\n", "EXISTS\r\n"},
		{"cas none 0 0 5000 1", "\r\n", "NOT_FOUND\r\n"},
		{"set old 0 0 5000", "xx", "CLIENT_ERROR bad data chunk\r\n"},
		{"replace none 0 0 5000", "\r\n", "NOT_STORED\r\n"},
	} {
		before := ts.sum(cmdSet)
		c.send(row.waitQueue + "\r\n" + value[:4000])
		eventually.True(t, row.waitQueue, func() bool { return ts.shorts.Load() == 5000 })
		if sets := ts.sum(cmdSet); sets != before {
			t.Errorf("%s counts before it is whole", row.waitQueue)
		}
		c.ask(value[4000:]+row.end, row.reply)
		if sets := ts.sum(cmdSet); sets != before+1 {
			t.Errorf("%s counts %d times", row.waitQueue, sets-before)
		}
	}
	c.ask("get k\r\n", fmt.Sprintf("VALUE k 7 10000\r\n%s%s\r\nEND\r\n", value, value))
	ts.nobodyWaits()
	if used := c.usedChunks(); used != "2" {
		t.Errorf("%s chunks are in use", used)
	}
}

// TestShortValuesReuse: buffers are used again, and counted as memory that is kept for requests.
func TestShortValuesReuse(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	c.noop()
	ts.loopsMu.Lock()
	l := ts.loops[0]
	ts.loopsMu.Unlock()
	for _, size := range []int{5000, 3000, 15_000, 3000} {
		for i := range 3 {
			c.send(fmt.Sprintf("set k%d 0 0 %d\r\nx", i, size))
			eventually.True(t, "it has a buffer, which is counted", func() bool {
				kept := ts.shorts.Load()
				return kept >= int64(size) && ts.brief.Load() == 0 && l.inputs.held.Load() >= kept
			})
			c.ask(strings.Repeat("x", size-1)+"\r\n", "STORED\r\n")
		}
	}
	if held := l.inputs.held.Load(); held > 40_000 {
		t.Errorf("%d bytes are held", held)
	}
	ts.nobodyWaits()
}
