package server

import (
	"math"
	"sync"
	"time"
)

// gate lets in as many connections as -c allows. At the limit it closes the listeners' doors (listen with a backlog of
// nothing, so that clients wait in their own kernel) and opens them when somebody leaves. With -o maxconns_fast the
// doors stay open, and whoever comes at the limit is turned away.
type gate struct {
	most  int
	fast  bool
	doors []door

	mu       sync.Mutex
	changed  sync.Cond
	inside   int
	highest  int
	entered  uint64
	closed   bool          // the doors are
	closings uint64        // how often they were
	rejected uint64        // how many were turned away
	since    time.Time     // when the doors were closed, if they are
	shut     time.Duration // for how long they were, the times before
	stopped  bool
}

// door is what the gate needs of a Listener.
type door interface {
	Pause() error
	Resume() error
}

func (g *gate) init(most int, fast bool) {
	if most == 0 { // no limit, as in memcached
		most = math.MaxInt
	}
	g.most, g.fast = most, fast
	g.changed.L = &g.mu
}

// wait waits until it is time to accept one more: until there is room, or at once if clients are turned away. It
// returns false once the gate is stopped.
func (g *gate) wait() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waitForRoom()
	return !g.stopped
}

// waitForRoom waits, unless clients are turned away. The lock is held.
func (g *gate) waitForRoom() {
	for g.inside >= g.most && !g.stopped && !g.fast {
		g.changed.Wait()
	}
}

// admission is what the gate says to one who has been accepted.
type admission int

const (
	admitted   admission = iota // has a place now
	turnedAway                  // there is none
	tooLate                     // the server is stopping
)

// enter takes a place. If another listener was faster it waits for one, unless clients are turned away.
func (g *gate) enter() admission {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waitForRoom()
	switch {
	case g.stopped:
		return tooLate
	case g.inside >= g.most:
		g.rejected++
		return turnedAway
	}
	g.inside++
	g.entered++
	g.highest = max(g.highest, g.inside)
	if g.inside >= g.most && !g.fast {
		g.close()
	}
	return admitted
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
		g.shut += time.Since(g.since)
		for _, d := range g.doors {
			_ = d.Resume() // a listener that is being closed
		}
	}
	g.changed.Broadcast()
}

// close closes the doors. The lock is held.
func (g *gate) close() {
	g.closed, g.since = true, time.Now()
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
func (g *gate) refused() uint64  { return locked(g, func() uint64 { return g.rejected }) }

// disabledFor is for how long the doors have been closed, in all.
func (g *gate) disabledFor() time.Duration {
	return locked(g, func() time.Duration {
		if g.closed {
			return g.shut + time.Since(g.since)
		}
		return g.shut
	})
}

// reset starts the counters anew.
func (g *gate) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entered, g.closings, g.rejected = 0, 0, 0
	g.shut, g.since = 0, time.Now()
}
