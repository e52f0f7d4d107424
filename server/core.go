package server

import (
	"time"

	"gocached/engine"
	"gocached/server/kernel"
	"gocached/server/rim"
)

// core is what all parts of a loop need: what loops share, their own event loop and kernel, and what they count.
type core struct {
	shared *shared
	rim    *rim.Loop // runs no tasks for a worker
	kernel kernel.Kernel
	roster roster                  // its connections, to find the idle ones
	failed func(c *conn, what any) // is called after a panic, see guard

	inEngine bool // a panic now would leave the engine's structures in doubt
	counts   counts
	totals   totals
}

// engineCall marks that engine code is running: after a panic in it the engine's structures are in doubt.
func (co *core) engineCall() engine.Engine {
	co.inEngine = true
	return co.shared.engine
}

func (co *core) engineDone() { co.inEngine = false }

// hear notes that a connection has just sent or taken something.
func (co *core) hear(c *conn) {
	if co.roster.after > 0 {
		c.heard.at = co.shared.awake.Load()
	}
}

// close ends a connection at once; hangUp is the gentle way. Closed is called within it. The conn of a datagram, or a
// worker's copy, has nothing to end.
func (co *core) close(c *conn) {
	if c.is(stateOpen) {
		c.Close()
	}
}

// guard runs f on behalf of a connection. A panic in f is a bug: it is logged and counted, and the connection is closed. If
// engine code was running, the engine's structures may be half changed. Then the process ends, and serves nothing from them.
func (co *core) guard(c *conn, f func()) {
	defer func() {
		if what := recover(); what != nil {
			co.failed(c, what)
		}
	}()
	f()
}

// onLoop runs f as a task of the loop, on behalf of a connection (see guard). It may be called from anywhere. The connection
// may have been closed before f runs: f must look.
func (co *core) onLoop(c *conn, f func()) {
	_ = co.rim.Execute(func() { co.guard(c, f) }) // an error means that the server is stopping
}

// onLoopAfter does the same after a pause.
func (co *core) onLoopAfter(c *conn, pause time.Duration, f func()) {
	co.shared.runTimer(pause, func() { co.onLoop(c, f) })
}
