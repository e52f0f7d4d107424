package bench

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// generator holds the connections to one server. Few threads serve all of them, each with an epoll instance: on a small
// machine a generator that costs as much as the server measures itself.
type generator struct {
	shape   *shape
	files   []*os.File // keep the descriptors open
	threads []*thread
}

// thread serves some of the connections.
type thread struct {
	shape *shape
	poll  int
	conns map[int32]*loadConn // by descriptor
	turn  Turn
}

func newGenerator(t Target, cfg LoadConfig) (*generator, error) {
	g := &generator{shape: newShape(cfg)}
	for range min(runtime.GOMAXPROCS(0), cfg.Conns) {
		poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
		if err != nil {
			g.close()
			return nil, fmt.Errorf("epoll: %w", err)
		}
		g.threads = append(g.threads, &thread{shape: g.shape, poll: poll, conns: map[int32]*loadConn{}})
	}
	for i := range cfg.Conns {
		if err := g.connect(t, i); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, nil
}

// connect opens connection number i and gives it to a thread.
func (g *generator) connect(t Target, i int) error {
	conn, err := t.dial()
	if err != nil {
		return err
	}
	defer conn.Close() // File has made a duplicate
	file, err := conn.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return err
	}
	g.files = append(g.files, file)
	fd := int(file.Fd())
	if _, ok := conn.(*net.TCPConn); ok {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	err = errors.Join(err, syscall.SetNonblock(fd, true))
	th := g.threads[i%len(g.threads)]
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	err = errors.Join(err, syscall.EpollCtl(th.poll, syscall.EPOLL_CTL_ADD, fd, &event))
	th.conns[int32(fd)] = newLoadConn(g.shape, fd, uint64(i))
	return err
}

func (g *generator) close() {
	for _, th := range g.threads {
		syscall.Close(th.poll)
	}
	for _, f := range g.files {
		f.Close()
	}
}

// run loads the server for a while, then waits until all that was sent is answered.
func (g *generator) run(d time.Duration) (Turn, error) {
	start := time.Now()
	faults := make([]error, len(g.threads))
	var wait sync.WaitGroup
	for i, th := range g.threads {
		wait.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			faults[i] = th.run(start, d)
		})
	}
	wait.Wait()
	total := Turn{Elapsed: time.Since(start)}
	for _, th := range g.threads {
		total.Requests += th.turn.Requests
		total.Keys += th.turn.Keys
		total.Misses += th.turn.Misses
		total.Refused += th.turn.Refused
		total.Latency.add(&th.turn.Latency)
	}
	return total, errors.Join(faults...)
}

func (t *thread) run(start time.Time, d time.Duration) error {
	t.turn = Turn{}
	for _, c := range t.conns {
		if err := c.send(time.Now()); err != nil {
			return err
		}
	}
	busy := len(t.conns)
	events := make([]syscall.EpollEvent, 256)
	for busy > 0 {
		n, err := syscall.EpollWait(t.poll, events, int(patience.Milliseconds()))
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return fmt.Errorf("no answer within %v (%v)", patience, err)
		}
		now := time.Now()
		for _, e := range events[:n] {
			c := t.conns[e.Fd]
			done, err := c.receive()
			if err != nil {
				return err
			}
			if !done {
				continue
			}
			t.count(c, now)
			if now.Sub(start) >= d {
				busy--
			} else if err := c.send(now); err != nil {
				return err
			}
		}
	}
	return nil
}

// count adds a batch that was answered.
func (t *thread) count(c *loadConn, now time.Time) {
	t.turn.Requests += int64(len(c.batch))
	t.turn.Keys += int64(len(c.keys))
	t.turn.Misses += int64(c.misses)
	t.turn.Refused += int64(c.refused)
	t.turn.Latency.note(now.Sub(c.sent))
}

// ownCPU is the processor time of this process so far, user and system.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
