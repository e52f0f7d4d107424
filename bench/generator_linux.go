package bench

import (
	"cmp"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// generator holds the connections to one server. Few threads serve all of them, each with an epoll instance: on a small
// machine a generator that costs as much as the server measures itself.
type generator struct {
	target  Target
	threads []*thread
	notes   *notes
	stop    atomic.Bool // something is wrong: all threads give up
}

func newGenerator(t Target, s *shape) (*generator, error) {
	g := &generator{target: t, notes: new(notes)}
	for i := range s.threads {
		poll, err := newPoller()
		if err != nil {
			g.close()
			return nil, err
		}
		g.threads = append(g.threads, &thread{shape: s, poll: poll, calls: newBatcher(), stop: &g.stop, latency: newLatencies(), random: uint64(i)})
	}
	room := make([]byte, maxDatagram*len(g.threads))
	for i := range s.Conns {
		n := i % len(g.threads)
		if err := g.threads[n].connect(t, uint64(i), room[maxDatagram*n:][:maxDatagram], newCodec(s, g.notes)); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, nil
}

// connect opens a connection and gives it to the thread.
func (t *thread) connect(to Target, seed uint64, room []byte, c codec) error {
	s, err := openSocket(to)
	if err != nil {
		return err
	}
	number := len(t.links)
	l := &link{batch: batch{shape: t.shape, codec: c, random: seed}}
	if to.Network() == "udp" {
		t.lossy = true
		l.wire = newPackets(s, room, &l.batch)
	} else {
		l.wire = newStream(s, t, number, &l.batch)
	}
	t.links, t.sockets = append(t.links, l), append(t.sockets, s)
	return t.poll.add(s.fd, number)
}

func (g *generator) close() {
	for _, t := range g.threads {
		t.poll.close()
		t.calls.close()
		for _, s := range t.sockets {
			s.file.Close()
		}
	}
}

// run loads the server for a while, at a rate of requests in a second or, if that is 0, in a closed loop. Then it waits
// until all that was sent is answered. It returns the first error that any thread met.
func (g *generator) run(turn time.Duration, rate float64) (result, error) {
	faults := make([]error, len(g.threads))
	var wait sync.WaitGroup
	start := time.Now()
	for i, t := range g.threads {
		wait.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if faults[i] = t.run(start, g.pace(i, turn, rate)); faults[i] != nil {
				g.stop.Store(true)
			}
		})
	}
	wait.Wait()
	total := result{elapsed: time.Since(start), latency: newLatencies()}
	for _, t := range g.threads {
		total.counts.add(&t.counts)
		total.latency.add(t.latency)
	}
	return total, g.target.Fault(cmp.Or(faults...))
}

// pace gives a thread its part of the rate, by how many of the connections it serves.
func (g *generator) pace(i int, turn time.Duration, rate float64) pace {
	if rate == 0 {
		return newPace(0, 0, turn)
	}
	t := g.threads[i]
	part := rate * float64(len(t.links)) / float64(t.shape.Conns)
	interval := float64(time.Second) * float64(t.shape.Depth) / part
	p := newPace(interval, interval*float64(i)/float64(len(g.threads)), turn)
	if t.shape.Poisson {
		p.random = &t.random
	}
	return p
}

// requests is how many were answered so far in the turn under way. It may be called meanwhile.
func (g *generator) requests() (n int64) {
	for _, t := range g.threads {
		n += t.answered.Load()
	}
	return n
}
