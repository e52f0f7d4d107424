package rim

import (
	"bytes"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"gocached/internal/eventually"
	"gocached/server/oplog"
)

// rig is loops with a worker that echoes: what a client says is sent back to it.
type rig struct {
	*Loops
	t *testing.T

	mu       sync.Mutex
	workers  []*echo
	log      bytes.Buffer
	refusals []error // of NoPoller
}

// newRig starts one loop, and stops it with the test.
func newRig(t *testing.T, blind bool) *rig {
	t.Helper()
	g := &rig{t: t}
	log := oplog.New(&g.log)
	loops, err := Start(Config{
		Loops: 1, ReadBuffer: 4 << 10, Log: log, Awake: new(atomic.Uint32), Blind: blind,
		NewWorker: func(l *Loop) Worker {
			w := &echo{loop: l, clients: map[int]*peer{}}
			g.mu.Lock()
			defer g.mu.Unlock()
			g.workers = append(g.workers, w)
			return w
		},
		NoPoller: func(err error) { g.refusals = append(g.refusals, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	g.Loops = loops
	var running sync.WaitGroup
	running.Go(g.Run)
	t.Cleanup(func() {
		if err := g.Stop(); err != nil {
			t.Error(err)
		}
		running.Wait()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
		if g.log.Len() > 0 {
			t.Errorf("logged: %s", &g.log)
		}
	})
	return g
}

// echo is a worker.
type echo struct {
	loop    *Loop
	clients map[int]*peer
	rounds  int
	turns   atomic.Int32 // that somebody is to have who has yielded
}

// Round implements Worker.
func (w *echo) Round(fds []int32) (mine bool) {
	w.rounds++
	mine = true
	if w.Yielded() {
		mine = w.turns.Add(-1)%2 == 0 // now and then gnet comes in between
	}
	for _, fd := range fds {
		b := make([]byte, 100)
		n, err := unix.Read(int(fd), b)
		if err != nil || n == 0 {
			mine = false
			continue
		}
		_, _ = unix.Write(int(fd), b[:n])
	}
	return mine
}

// Yielded implements Worker.
func (w *echo) Yielded() bool { return w.turns.Load() > 0 }

// peer is a client, seen from both sides.
type peer struct {
	Conn
	g      *rig
	far    net.Conn // the client's side
	worker *echo
	fd     int

	traffic, rooms, closed atomic.Int32
}

// connect enrols a client.
func (g *rig) connect() *peer {
	g.t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		g.t.Fatal(err)
	}
	near, far := fileConn(g.t, ends[0]), fileConn(g.t, ends[1])
	p := &peer{g: g, far: far}
	place, err := g.Reserve()
	if err != nil {
		g.t.Fatal(err)
	}
	if err := g.Enrol(near, p, place); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { far.Close() })
	return p
}

func fileConn(t *testing.T, fd int) net.Conn {
	t.Helper()
	file := os.NewFile(uintptr(fd), "end")
	defer file.Close()
	c, err := net.FileConn(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Opened implements Client.
func (p *peer) Opened(l *Loop, fd int) {
	p.worker, p.fd = l.Worker().(*echo), fd
	p.worker.clients[fd] = p
}

// Traffic implements Client.
func (p *peer) Traffic(data []byte) {
	p.traffic.Add(1)
	_, _ = unix.Write(p.fd, data)
}

// Room implements Client.
func (p *peer) Room() { p.rooms.Add(1) }

// Closed implements Client.
func (p *peer) Closed() {
	p.worker.loop.Forget(p)
	delete(p.worker.clients, p.fd)
	p.closed.Add(1)
}

// says sends something, and expects it back.
func (p *peer) says(text string) {
	p.g.t.Helper()
	if _, err := p.far.Write([]byte(text)); err != nil {
		p.g.t.Fatal(err)
	}
	p.hears(text)
}

func (p *peer) hears(text string) {
	p.g.t.Helper()
	got := make([]byte, len(text))
	for n := 0; n < len(got); {
		k, err := p.far.Read(got[n:])
		if err != nil {
			p.g.t.Fatal(err)
		}
		n += k
	}
	if string(got) != text {
		p.g.t.Fatalf("hears %q, want %q", got, text)
	}
}

// do runs f on the client's loop, and waits for it.
func (p *peer) do(f func()) {
	p.g.t.Helper()
	done := make(chan struct{})
	if err := p.worker.loop.Execute(func() { defer close(done); f() }); err != nil {
		p.g.t.Fatal(err)
	}
	<-done
}

// TestPollerIsFound fails when an upgrade of gnet hides its epoll descriptor or changes what it asks for: without it a
// client that does not read could not be paused.
func TestPollerIsFound(t *testing.T) {
	g := newRig(t, false)
	p := g.connect()
	p.says("hello")
	if len(g.refusals) > 0 || len(g.workers) != 1 {
		t.Fatalf("%v; %d loops", g.refusals, len(g.workers))
	}
	l := p.worker.loop
	if !l.CanPause() || l.poller.epoll < 0 || l.poller.eventfd <= 0 || l.poller.tasks == nil {
		t.Fatalf("gnet's poller was not found: %+v", l.poller)
	}
}

// TestNoWorkerPool: gnet's pool of workers, which wakes the process twice a second for nothing, is gone once there are loops.
func TestNoWorkerPool(t *testing.T) {
	newRig(t, false)
	stacks := make([]byte, 4<<20)
	text := ""
	eventually.True(t, "the end of the pool's goroutines", func() bool {
		text = string(stacks[:runtime.Stack(stacks, true)])
		return !strings.Contains(text, "/ants/")
	}, func() string { return text })
}

// TestRounds: the worker is asked whenever somebody speaks, with gnet's events only at first; tasks and new connections come
// in between.
func TestRounds(t *testing.T) {
	g := newRig(t, false)
	p := g.connect()
	for range 100 {
		p.says("one")
	}
	other := g.connect()
	for range 100 {
		p.says("one")
		other.says("another")
		p.do(func() {
			if p.worker.loop.Polls() {
				t.Error("gnet runs a task inside a poll")
			}
		})
	}
	p.do(func() {
		if p.worker.rounds < 100 || p.traffic.Load() > 250 {
			t.Errorf("%d rounds, %d events of gnet's", p.worker.rounds, p.traffic.Load())
		}
	})
}

// TestYielded: while somebody waits for his turn rounds come though nobody speaks, whoever polls.
func TestYielded(t *testing.T) {
	g := newRig(t, false)
	p := g.connect()
	p.says("hello")
	p.do(func() {
		p.worker.turns.Store(100)
		p.worker.loop.Ask()
	})
	eventually.True(t, "a hundred rounds", func() bool { return p.worker.turns.Load() == 0 })
}

// TestPause: nobody hears a paused client until it is resumed.
func TestPause(t *testing.T) {
	g := newRig(t, false)
	p, other := g.connect(), g.connect()
	p.says("hello")
	p.do(func() {
		if !p.worker.loop.Pause(p.fd) {
			t.Error("cannot be paused")
		}
	})
	if _, err := p.far.Write([]byte("anybody?")); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		other.says("the other is heard")
	}
	waiting := 0
	p.do(func() {
		waiting, _ = unix.IoctlGetInt(p.fd, unix.TIOCINQ)
		p.worker.loop.Resume(p.fd)
	})
	if waiting != len("anybody?") {
		t.Errorf("%d bytes wait", waiting)
	}
	p.hears("anybody?")
}

// TestWatch: a client hears once for each watch that its socket has room, and nothing when it is forgotten.
func TestWatch(t *testing.T) {
	g := newRig(t, false)
	p := g.connect()
	for round := range int32(3) {
		filled := 0
		p.do(func() {
			for n := 0; n >= 0; filled += max(n, 0) {
				n, _ = unix.Write(p.fd, make([]byte, 1<<10))
			}
			if !p.worker.loop.Watch(p) {
				t.Error("cannot be watched")
			}
		})
		if n := p.rooms.Load(); n != round {
			t.Errorf("has room %d times, want %d", n, round)
		}
		if _, err := io.ReadFull(p.far, make([]byte, filled)); err != nil {
			t.Fatal(err)
		}
		eventually.True(t, "room", func() bool { return p.rooms.Load() == round+1 })
	}
	p.do(func() {
		p.worker.loop.Watch(p)
		p.worker.loop.Forget(p)
	})
	p.do(func() {})
	if n, watched := p.rooms.Load(), g.Watched(); n != 3 || watched != 0 {
		t.Errorf("has room %d times, %d are watched", n, watched)
	}
}

// TestClosed: a client hears of its end once, whoever ends it.
func TestClosed(t *testing.T) {
	g := newRig(t, false)
	ends := map[string]func(*peer){
		"far":   func(p *peer) { p.far.Close() },
		"near":  func(p *peer) { p.do(p.Close) },
		"twice": func(p *peer) { p.do(func() { p.Close(); p.Close() }) },
	}
	for name, end := range ends {
		p := g.connect()
		p.says("hello")
		end(p)
		eventually.True(t, "the end of "+name, func() bool { return p.closed.Load() > 0 })
		p.do(func() {})
		if n := p.closed.Load(); n != 1 {
			t.Errorf("%s: is closed %d times", name, n)
		}
	}
}

// TestBlind: without the poller the operator hears so once, gnet alone polls, and nobody can be paused.
func TestBlind(t *testing.T) {
	g := newRig(t, true)
	p := g.connect()
	for range 10 {
		p.says("hello")
	}
	p.do(func() {
		l := p.worker.loop
		if l.CanPause() || l.Pause(p.fd) || l.Resume(p.fd) || p.worker.rounds > 0 {
			t.Errorf("%d rounds", p.worker.rounds)
		}
	})
	if len(g.refusals) != 1 {
		t.Errorf("is told %v", g.refusals)
	}
}

// TestNotEnrolled: whoever gnet does not take is closed, and the place is given back.
func TestNotEnrolled(t *testing.T) {
	g := newRig(t, false)
	near, far := net.Pipe() // has no descriptor
	place, err := g.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{g: g}
	if err := g.Enrol(near, p, place); err == nil {
		t.Error("is enrolled")
	}
	if _, err := far.Read(make([]byte, 1)); err == nil {
		t.Error("is not closed")
	}
	if _, err := unix.FcntlInt(uintptr(place), unix.F_GETFD, 0); err == nil {
		t.Error("its place is not given back")
	}
	p.Close() // of a connection that was never open: nothing
}

// TestNoLoop: who has no loop runs no tasks and pauses nobody.
func TestNoLoop(t *testing.T) {
	var l Loop
	if l.Ask(); l.CanPause() || l.Pause(0) || l.Resume(0) || l.Execute(func() {}) == nil {
		t.Error("the zero Loop does something")
	}
}
