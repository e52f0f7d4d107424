package server

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"gocached/internal/eventually"
	"gocached/server/prefix"
	"gocached/server/settings"
)

// noop asks for nothing, so that a test knows that what it sent before has been taken.
func (c *client) noop() {
	c.t.Helper()
	c.ask("verbosity 0\r\n", "OK\r\n")
}

// TestKilledInTheMiddleOfValues breaks connections off that have chunks or buffers reserved for values: all are given back.
func TestKilledInTheMiddleOfValues(t *testing.T) {
	ts := start(t, nil)
	watcher := ts.dial()
	for i := range 100 {
		c, size := ts.dial(), 5000
		if i%4 > 1 {
			size = 50_000
		}
		if i%2 == 0 {
			c.send(fmt.Sprintf("set key%d 0 0 %d\r\n%s", i, size, strings.Repeat("x", 1+i*40)))
		} else {
			packet := frame(0x01, 0, "\x00\x00\x00\x00\x00\x00\x00\x00", fmt.Sprintf("key%d", i), strings.Repeat("x", size))
			c.send(packet[:100+i*40])
		}
		if i%3 == 0 {
			_ = c.Conn.(*net.TCPConn).SetLinger(0)
		}
		if i%10 < 9 {
			_ = c.Close()
		}
	}
	watcher.awaitStat("", "curr_connections", "11")
	// Ten are still on their way: five long ones, which have a chunk each, and five short ones.
	used := ""
	eventually.True(t, "5 chunks in use, and 5 buffers",
		func() bool { used = watcher.usedChunks(); return used == "5" && ts.shorts.Load() == 5*5000 },
		func() string { return fmt.Sprintf("%s are, and %d bytes of buffers", used, ts.shorts.Load()) })
	if items := watcher.stat("", "curr_items"); items != "0" {
		t.Errorf("%s items", items)
	}
}

// usedChunks returns the sum of all used_chunks lines.
func (c *client) usedChunks() string {
	c.t.Helper()
	c.send("stats slabs\r\n")
	sum := 0
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatal(err)
		}
		if line == "END\r\n" {
			return fmt.Sprint(sum)
		}
		var class, n int
		if _, err := fmt.Sscanf(line, "STAT %d:used_chunks %d", &class, &n); err == nil {
			sum += n
		}
	}
}

// TestEndlessGetLine sends get lines that never end: keys are answered as they come, and nothing piles up.
func TestEndlessGetLine(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	other := ts.dial()
	other.noop()
	before := heapInUse()
	c := ts.dial()
	c.send("get")
	keys := strings.Repeat(" some-key", 10_000)
	for range 300 {
		c.send(keys) // 27 MB in all
	}
	other.noop()
	if after := heapInUse(); after > before+2<<20 {
		t.Errorf("the line costs %d KB", (after-before)>>10)
	}
	c.send(" key\r\nversion\r\n")
	c.expect("END\r\nVERSION 1.4.5\r\n")
}

// TestEndlessLines: what is not a get and has no end is given up, without a reset.
func TestEndlessLines(t *testing.T) {
	ts := start(t, nil)
	for _, line := range []string{"x", "set key ", "stats ", " ", "delete \x00"} {
		c := ts.dial()
		go func() { _, _ = c.Write([]byte(strings.Repeat(line, 1<<20/len(line)))) }()
		c.closed()
	}
}

// TestHalfCommands holds many connections open that never finish a command: they cost little, and others are served.
func TestHalfCommands(t *testing.T) {
	const clients = 500
	ts := start(t, func(s *settings.Settings) { s.MaxConns = clients + 10 })
	other := ts.dial()
	other.noop()
	before := heapInUse()
	for i := range clients {
		ts.dial().send([]string{"ge", "set a 0 0 100\r\nxyz", "get a b c", "\x80\x01\x00", "\x80\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x03"}[i%5])
	}
	ts.awaitRead(clients * 2)
	other.ask("set b 0 0 1\r\nx\r\nget b\r\n", "STORED\r\nVALUE b 0 1\r\nx\r\nEND\r\n")
	// Both ends of each connection are in this process: the test's own has a reader of 4 KB.
	if after := heapInUse(); after > before+clients*12<<10 {
		t.Errorf("%d KB for each connection", (after-before)>>10/clients)
	}
}

// TestConnectStorm comes and goes quickly at the limit: afterwards the doors are open and the count is right.
func TestConnectStorm(t *testing.T) {
	t.Parallel()
	ts := start(t, func(s *settings.Settings) { s.MaxConns = 50 })
	var clients sync.WaitGroup
	for worker := range 8 {
		clients.Go(func() {
			for i := range 200 {
				nc, err := dialAgain(ts.addr)
				if err != nil {
					t.Error(err)
					return
				}
				switch (worker + i) % 4 {
				case 0:
					_ = nc.(*net.TCPConn).SetLinger(0)
				case 1:
					_, _ = nc.Write([]byte("version\r\n"))
				case 2:
					_, _ = nc.Write([]byte("get a\r\nset a 0 0 10000\r\nxyz"))
				}
				_ = nc.Close()
			}
		})
	}
	var inside []net.Conn
	for range 45 {
		nc, err := dialAgain(ts.addr)
		if err != nil {
			t.Fatal(err)
		}
		inside = append(inside, nc)
	}
	clients.Wait()
	for _, nc := range inside {
		_ = nc.Close()
	}
	ts.awaitClients(0) // and the doors are open: ts.dial tries once
	c := ts.dial()
	c.awaitStat("", "curr_connections", "1")
	if accepting, structures := c.stat("", "accepting_conns"), c.stat("", "connection_structures"); accepting != "1" {
		t.Errorf("accepting_conns %s, connection_structures %s", accepting, structures)
	}
	if used := c.usedChunks(); used != "0" {
		t.Errorf("%s chunks are in use", used)
	}
}

// dialAgain connects. Where the doors are closed it tries again at once, and not after a second as the system would.
func dialAgain(addr string) (nc net.Conn, err error) {
	for begin := time.Now(); time.Since(begin) < patience; {
		nc, err = net.DialTimeout("tcp", addr, 20*time.Millisecond)
		if late, ok := err.(net.Error); !ok || !late.Timeout() {
			break
		}
	}
	return nc, err
}

// TestUnreadDumps asks for answers of megabytes and reads none: beyond a bound they are refused, and when the clients
// leave the bound is free again.
func TestUnreadDumps(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	c.ask("stats detail on\r\n", "OK\r\n")
	for from := range prefix.MaxPrefixes / 1000 {
		lines := ""
		for i := range 1000 {
			lines += fmt.Sprintf("get %0240d:k\r\n", from*1000+i)
		}
		c.ask(lines, strings.Repeat("END\r\n", 1000))
	}
	before := heapInUse()
	read := ts.sum(bytesRead)
	var deaf []*client
	dumps := strings.Repeat("stats detail dump\r\n", 5) // more than the kernel takes
	for i := 0; ts.unsent.Load() <= maxUnsent; i++ {    // each keeps nearly 3 MB
		if i == 400 {
			t.Fatalf("%d clients make the server keep only %d bytes", i, ts.unsent.Load())
		}
		d := ts.dial()
		d.send(dumps)
		deaf = append(deaf, d)
		ts.awaitRead(read + uint64((i+1)*len(dumps)))
	}
	if after := heapInUse(); after > before+100<<20 {
		t.Errorf("%d clients that do not read cost %d MB", len(deaf), (after-before)>>20)
	}
	c.ask("stats detail dump\r\nstats cachedump 1 0\r\n", strings.Repeat("SERVER_ERROR out of memory writing stats\r\n", 2))
	for _, d := range deaf {
		_ = d.Close()
	}
	ts.awaitClients(1)
	if n := ts.unsent.Load(); n != 0 {
		t.Errorf("%d bytes are said to be kept", n)
	}
	c.ask("stats cachedump 1 0\r\n", "END\r\n")
}

// TestPrefixesAreBounded makes up prefixes of keys: only so many are counted, and those go on being.
func TestPrefixesAreBounded(t *testing.T) {
	p := prefix.Counts{Delimiter: ':'}
	for i := range prefix.MaxPrefixes + 1000 {
		p.Get([]byte(fmt.Sprintf("%d:x", i)), false)
	}
	p.Set([]byte("0:y"))
	dump := string(p.Dump(nil))
	if n := strings.Count(dump, "\n"); n != prefix.MaxPrefixes {
		t.Errorf("%d prefixes", n)
	}
	if !strings.HasPrefix(dump, "PREFIX 0 get 1 hit 0 set 1 del 0\r\n") {
		t.Errorf("the dump begins %.100q", dump)
	}
}

// TestManyCommandsAtOnce sends 200,000 commands without waiting for an answer.
func TestManyCommandsAtOnce(t *testing.T) {
	ts := start(t, nil)
	c := ts.dial()
	const times = 50_000
	go func() { // if it cannot send, an answer is missing
		_, _ = c.Write([]byte(strings.Repeat("incr n 1\r\nget nothing\r\nset a 0 0 1\r\nx\r\ndelete a\r\n", times)))
	}()
	for range times {
		c.expect("NOT_FOUND\r\nEND\r\nSTORED\r\nDELETED\r\n")
	}
}

// TestHalfSentValuesLeaveRoom has many clients announce long values and stop half-way. What they hold is bounded, so
// that others can store small values, and it comes back when they leave.
func TestHalfSentValuesLeaveRoom(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit = 8 << 20 })
	held := ts.dialMany(20)
	for i, c := range held {
		c.send(fmt.Sprintf("set long%d 0 0 1000000\r\n%s", i, strings.Repeat("x", 5000)))
	}
	watcher := ts.dial()
	eventually.True(t, "values that are on their way", func() bool { return ts.filling.Load() >= 4_000_000 })
	for i := range 1000 {
		watcher.ask(fmt.Sprintf("set small%d 0 0 5\r\nhello\r\n", i), "STORED\r\n")
	}
	if n := ts.filling.Load(); n > 4<<20 {
		t.Errorf("%d bytes are held", n)
	}
	for _, c := range held {
		_ = c.Close()
	}
	eventually.True(t, "nothing on its way", func() bool { return ts.filling.Load() == 0 })
	long := strings.Repeat("y", 1_000_000)
	watcher.ask("set long 0 0 1000000\r\n"+long+"\r\n", "STORED\r\n")
}
