package server

import (
	"math"
	"sync"
)

// gate lets in as many connections as -c allows. At the limit it closes the listeners' doors (listen with a backlog of
// nothing, so that clients wait in their own kernel) and opens them when somebody leaves.
type gate struct {
	most  int
	doors []Listener

	mu       sync.Mutex
	changed  sync.Cond
	inside   int
	highest  int
	entered  uint64
	closed   bool   // the doors are
	closings uint64 // how often they were
	stopped  bool
}

func (g *gate) init(most int) {
	if most == 0 { // no limit, as in memcached
		most = math.MaxInt
	}
	g.most = most
	g.changed.L = &g.mu
}

// wait waits until there is room for one more. It returns false once the gate is stopped.
func (g *gate) wait() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.inside >= g.most && !g.stopped {
		g.changed.Wait()
	}
	return !g.stopped
}

// enter takes a place, waiting for one if another listener was faster. It returns false once the gate is stopped.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.inside >= g.most && !g.stopped {
		g.changed.Wait()
	}
	if g.stopped {
		return false
	}
	g.inside++
	g.entered++
	g.highest = max(g.highest, g.inside)
	if g.inside >= g.most {
		g.close()
	}
	return true
}

// admit counts the listening sockets among those who entered, as memcached does. They take no places.
func (g *gate) admit(sockets int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entered += uint64(sockets)
}

// leave gives a place back.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed {
		g.closed = false
		for _, d := range g.doors {
			_ = d.Resume() // a listener that is being closed
		}
	}
	g.changed.Broadcast()
}

// close closes the doors. The lock is held.
func (g *gate) close() {
	g.closed = true
	g.closings++
	for _, d := range g.doors {
		_ = d.Pause() // a listener that is being closed
	}
}

// exhausted notes that the process had no descriptor left for a connection, which counts as closing the doors.
func (g *gate) exhausted() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closings++
}

// stop wakes everybody who waits, for good.
func (g *gate) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	g.changed.Broadcast()
}

// locked reads a figure.
func locked[T any](g *gate, read func() T) T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return read()
}

func (g *gate) current() int     { return locked(g, func() int { return g.inside }) }
func (g *gate) peak() int        { return locked(g, func() int { return g.highest }) }
func (g *gate) total() uint64    { return locked(g, func() uint64 { return g.entered }) }
func (g *gate) accepting() bool  { return locked(g, func() bool { return !g.closed }) }
func (g *gate) disabled() uint64 { return locked(g, func() uint64 { return g.closings }) }

// reset starts the counters anew.
func (g *gate) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entered, g.closings = 0, 0
}
