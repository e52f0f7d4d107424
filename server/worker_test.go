package server

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/internal/eventually"
	"gocached/internal/golden"
	"gocached/protocol"
	"gocached/server/settings"
)

// TestGoldenWaiting plays recorded conversations with memcached against a server whose engine waits.
func TestGoldenWaiting(t *testing.T) {
	t.Parallel()
	start := func(o golden.Options) (*golden.Server, error) { return startGoldenOn(o, waitingEngine) }
	golden.Run(t, golden.Config{Start: start, Groups: []string{"text", "size", "binary", "udp"}, Without: playable(golden.Later)})
}

// gateEngine says that it waits, and does so in each get of a key "slow", until it is opened.
type gateEngine struct {
	*memory.Engine
	open    chan struct{}
	waiting atomic.Int32
}

func (e *gateEngine) Info() engine.Info {
	info := e.Engine.Info()
	info.Blocks = true
	return info
}

func (e *gateEngine) Get(keys []engine.Key, to engine.Reader) int {
	for i := range keys {
		if _, prefetch := to.(engine.Prefetch); !prefetch && string(keys[i].Bytes) == "slow" {
			e.waiting.Add(1)
			<-e.open
		}
	}
	return e.Engine.Get(keys, to)
}

// startGate runs a server with one loop and a gateEngine. It is opened at the end, if not before.
func startGate(t *testing.T) (*testServer, *gateEngine) {
	t.Helper()
	return startGateWith(t, func(*Server) {})
}

// startGateWith does so with a server that is adapted before it listens.
func startGateWith(t *testing.T, prepare func(*Server)) (*testServer, *gateEngine) {
	t.Helper()
	eng := &gateEngine{Engine: memory.New(), open: make(chan struct{})}
	ts := startOn(t, func(*settings.Settings) engine.Engine { return eng }, func(s *settings.Settings) { s.Threads = 1 }, prepare)
	t.Cleanup(func() { // before the server is stopped
		select {
		case <-eng.open:
		default:
			close(eng.open)
		}
	})
	return ts, eng
}

func (e *gateEngine) await(t *testing.T, n int32) {
	t.Helper()
	eventually.True(t, fmt.Sprintf("%d calls that wait", n), func() bool { return e.waiting.Load() == n },
		func() string { return fmt.Sprintf("%d do", e.waiting.Load()) })
}

// occupyWorkers has the engine keep all workers. It returns the clients that wait.
func (ts *testServer) occupyWorkers(eng *gateEngine) (slow []*client) {
	ts.t.Helper()
	slow = ts.dialMany(maxWorkers)
	for i, s := range slow {
		s.send("get slow\r\n")
		eng.await(ts.t, int32(i+1))
	}
	return slow
}

// TestOthersAreServed: while the engine keeps some waiting, as many as there are workers but one, others of the same loop
// are answered, and who waits has his answers in order in the end.
func TestOthersAreServed(t *testing.T) {
	ts, eng := startGate(t)
	c := ts.dial()
	c.ask("set slow 0 0 5\r\nhello\r\n", "STORED\r\n")
	slow := ts.dialMany(maxWorkers - 1)
	for i, s := range slow {
		s.send("get slow\r\nget nothing\r\nset a 0 0 1\r\nx\r\n")
		eng.await(t, int32(i+1))
	}
	for range 100 {
		c.ask("set b 0 0 1\r\nx\r\nget b\r\n", "STORED\r\nVALUE b 0 1\r\nx\r\nEND\r\n")
	}
	close(eng.open)
	for _, s := range slow {
		s.expect("VALUE slow 0 5\r\nhello\r\nEND\r\nEND\r\nSTORED\r\n")
		s.ask("version\r\n", "VERSION 1.4.5\r\n")
	}
}

// TestAllWorkersAway: when the engine keeps all workers, who comes then waits for one, and is answered in the end.
func TestAllWorkersAway(t *testing.T) {
	ts, eng := startGate(t)
	slow := ts.occupyWorkers(eng)
	late := ts.dialMany(300)
	read := ts.sum(bytesRead)
	for _, c := range late {
		c.send("get nothing\r\n")
	}
	ts.awaitRead(read + uint64(len(late)*len("get nothing\r\n")))
	close(eng.open)
	for _, c := range append(slow, late...) {
		c.expect("END\r\n")
	}
}

// TestTurnOfPipeline: who shares a worker with a long pipeline waits for a part of it only.
func TestTurnOfPipeline(t *testing.T) {
	ts, eng := startGate(t)
	ts.occupyWorkers(eng)
	long, short := ts.dial(), ts.dial()
	for _, c := range []struct {
		*client
		input string
	}{{long, strings.Repeat("get slow\r\n", 200)}, {short, "get nothing\r\n"}} {
		read := ts.sum(bytesRead)
		c.send(c.input)
		ts.awaitRead(read + uint64(len(c.input)))
	}
	eng.open <- struct{}{} // whoever has waited longest goes on
	eng.await(t, maxWorkers+1)
	for range maxWorkers - 1 + protocol.MaxRun/2 {
		eng.open <- struct{}{}
	}
	short.expect("END\r\n")
	close(eng.open)
	long.expect(strings.Repeat("END\r\n", 200))
}

// TestValueWhileAllAway: the rest of a value that comes while all workers are away is read in order, by gnet as well.
func TestValueWhileAllAway(t *testing.T) {
	ts, eng := startGateWith(t, func(s *Server) { s.blind = true })
	value := longValue(5)
	c := ts.dial()
	c.send(fmt.Sprintf("set long5 0 0 %d\r\n%s", len(value), value[:3000]))
	eventually.True(t, "a value that is received", func() bool { return ts.filling.Load() > 0 })
	ts.occupyWorkers(eng)
	read := ts.sum(bytesRead)
	c.send(value[3000:] + "\r\n")
	eventually.True(t, "more of it", func() bool { return ts.sum(bytesRead) > read })
	close(eng.open)
	c.expect("STORED\r\n")
	c.ask("get long5\r\n", longAnswer(5))
}

// TestGoneWhileAway: a client that leaves while its request waits costs nothing that stays, be it in the midst of a value.
func TestGoneWhileAway(t *testing.T) {
	ts, eng := startGate(t)
	watcher := ts.dial()
	for i := range 20 {
		c := ts.dial()
		c.send("get slow\r\nset long 0 0 100000\r\n" + strings.Repeat("x", 50_000))
		eng.await(t, int32(i+1))
		_ = c.Close()
	}
	close(eng.open)
	ts.awaitClients(1)
	eventually.True(t, "nothing that is held", func() bool {
		return ts.filling.Load() == 0 && ts.lent.Load() == 0 && ts.unsent.Load() == 0
	})
	watcher.ask("get long\r\n", "END\r\n")
}

// TestInputWhileAway: what a client sends while its request waits comes after it, also if it is the rest of a value.
func TestInputWhileAway(t *testing.T) {
	ts, eng := startGate(t)
	value := longValue(3)
	c := ts.dial()
	c.send(fmt.Sprintf("get slow\r\nset long 0 0 %d\r\n%s", len(value), value[:3000]))
	eng.await(t, 1)
	c.send(value[3000:50_000])
	close(eng.open)
	c.send(value[50_000:] + "\r\nget long\r\nge")
	c.expect("END\r\nSTORED\r\nVALUE long 0 1000000\r\n" + value + "\r\nEND\r\n")
	c.ask("t nothing\r\n", "END\r\n")
}

// brokenSink has a bug, once: it takes the place of a worker as the sink of its replies.
type brokenSink struct{ *worker }

func (s brokenSink) sendOne(*conn) {
	s.loop.replies.sink = s.worker
	panic("a bug")
}

// TestBugInWorker: a panic in a worker, outside the engine, closes those it was answering, and nobody else.
func TestBugInWorker(t *testing.T) {
	ts, _ := startGate(t)
	c, other := ts.dial(), ts.dial()
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	ts.onLoopOfLast(func(l *loop, _ *conn) { w := l.pool.idle[0]; w.loop.replies.sink = brokenSink{w} })
	c.send("get a\r\n")
	c.closed()
	ts.says("panic on a request", 1)
	other.ask("get a\r\n", "END\r\n")
}

// TestGuardedWaiting: with -S too each request is judged by what came before it, and an attempt is worked on as ever.
func TestGuardedWaiting(t *testing.T) {
	old := *waits
	*waits = true
	defer func() { *waits = old }()
	ts := startGuarded(t, nil)
	c := ts.dial()
	c.send(frame(0x00, 1, "", "k", ""))
	c.wants(codeAuth, "Auth failure.")
	c.closed()
	c = ts.dial()
	c.login()
	c.send(frame(0x01, 2, "\x00\x00\x00\x00\x00\x00\x00\x00", "k", "value"))
	c.wants(codeOK, "")
}
