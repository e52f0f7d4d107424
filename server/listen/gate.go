package listen

import (
	"math"
	"sync"
	"time"
)

// Gate lets in as many connections as -c allows. At the limit it closes the listeners' doors (they listen with a backlog of
// zero, so that clients wait in their own kernels), and opens them when a connection leaves. With -o maxconns_fast the doors
// stay open, and a client that comes at the limit is rejected.
type Gate struct {
	max   int
	fast  bool
	Doors []door

	mu       sync.Mutex
	changed  sync.Cond
	inside   int
	highest  int
	entered  uint64
	closed   bool          // the doors are
	closings uint64        // how often they were
	rejected uint64        // clients
	since    time.Time     // when the doors were closed, if they are
	shut     time.Duration // for how long they were, the times before
	stopped  bool
}

// door is what the gate needs of a Listener.
type door interface {
	Pause() error
	Resume() error
}

func (g *Gate) Init(most int, fast bool) {
	if most == 0 { // no limit, as in memcached
		most = math.MaxInt
	}
	g.max, g.fast = most, fast
	g.changed.L = &g.mu
}

// Wait waits until it is time to accept one more: until there is room, or at once if clients are rejected. It
// returns false once the gate is stopped.
func (g *Gate) Wait() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waitForRoom()
	return !g.stopped
}

// waitForRoom waits, unless clients are rejected. The lock is held.
func (g *Gate) waitForRoom() {
	for g.inside >= g.max && !g.stopped && !g.fast {
		g.changed.Wait()
	}
}

// Admission is what the gate says to one who has been accepted.
type Admission int

const (
	Admitted Admission = iota // has a place now
	Rejected                  // there is none
	TooLate                   // the server is stopping
)

// Enter takes a place. If another listener was faster it waits for one, unless clients are rejected.
func (g *Gate) Enter() Admission {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waitForRoom()
	switch {
	case g.stopped:
		return TooLate
	case g.inside >= g.max:
		g.rejected++
		return Rejected
	}
	g.inside++
	g.entered++
	g.highest = max(g.highest, g.inside)
	if g.inside >= g.max && !g.fast {
		g.close()
	}
	return Admitted
}

// CountSockets counts the listening sockets among those who entered, as memcached does. They take no places.
func (g *Gate) CountSockets(sockets int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entered += uint64(sockets)
}

// Leave gives a place back.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed {
		g.closed = false
		g.shut += time.Since(g.since)
		for _, d := range g.Doors {
			_ = d.Resume() // a listener that is being closed
		}
	}
	g.changed.Broadcast()
}

// close closes the doors. The lock is held.
func (g *Gate) close() {
	g.closed, g.since = true, time.Now()
	g.closings++
	for _, d := range g.Doors {
		_ = d.Pause() // a listener that is being closed
	}
}

// Exhausted notes that the process had no descriptor left for a connection, which counts as closing the doors.
func (g *Gate) Exhausted() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closings++
}

// Stop wakes everybody who waits, for good.
func (g *Gate) Stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	g.changed.Broadcast()
}

// locked reads a figure.
func locked[T any](g *Gate, read func() T) T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return read()
}

func (g *Gate) Current() int     { return locked(g, func() int { return g.inside }) }
func (g *Gate) Peak() int        { return locked(g, func() int { return g.highest }) }
func (g *Gate) Total() uint64    { return locked(g, func() uint64 { return g.entered }) }
func (g *Gate) Accepting() bool  { return locked(g, func() bool { return !g.closed }) }
func (g *Gate) Disabled() uint64 { return locked(g, func() uint64 { return g.closings }) }
func (g *Gate) Rejected() uint64 { return locked(g, func() uint64 { return g.rejected }) }

// DisabledFor is for how long the doors have been closed, in all.
func (g *Gate) DisabledFor() time.Duration {
	return locked(g, func() time.Duration {
		if g.closed {
			return g.shut + time.Since(g.since)
		}
		return g.shut
	})
}

// Reset starts the counters anew.
func (g *Gate) Reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.entered, g.closings, g.rejected = 0, 0, 0
	g.shut, g.since = 0, time.Now()
}
