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
	rim    *rim.Loop // it runs no tasks if it is a UDP worker's
	kernel kernel.Kernel
	roster roster                  // its connections, to find the idle ones
	failed func(c *conn, what any) // what becomes of a panic, see guard

	inEngine bool // a panic now would leave the engine's structures in doubt
	counts   counts
	totals   totals
}

// engineCall marks that engine code is running, so that a panic in it is known to leave its structures in doubt.
func (k *core) engineCall() engine.Engine {
	k.inEngine = true
	return k.shared.engine
}

func (k *core) engineDone() { k.inEngine = false }

// hear notes that a connection has just done something.
func (k *core) hear(c *conn) {
	if k.roster.after > 0 {
		c.heard.at = k.shared.awake.Load()
	}
}

// close ends a connection at once, see hangUp. Closed is called within it. A datagram's, or a copy, has
// nothing to end.
func (k *core) close(c *conn) {
	if c.is(stateOpen) {
		c.Close()
	}
}

// guard runs f. A panic in it is a bug: it is logged and counted, and the connection it was for is closed. If engine
// code was running the engine's structures may be half changed, and the process ends rather than serve from them.
func (k *core) guard(c *conn, f func()) {
	defer func() {
		if what := recover(); what != nil {
			k.failed(c, what)
		}
	}()
	f()
}

// onLoop runs what concerns a connection on its loop, after a pause. It must see for itself whether it is still wanted.
func (k *core) onLoop(c *conn, after time.Duration, what func()) {
	k.shared.later(after, func() { k.soon(c, what) })
}

// soon does the same without a pause. It may be called from anywhere.
func (k *core) soon(c *conn, what func()) {
	_ = k.rim.Execute(func() { k.guard(c, what) }) // an error means that the server is stopping
}
