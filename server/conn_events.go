package server

import (
	"gocached/protocol"
	"gocached/server/rim"
)

// Package rim tells a connection by these methods what happens to it. Each leads to the loop's own code.
var _ rim.Client = (*conn)(nil)

// streamFrom is a length in bytes. A value of this length or more that has not come whole is received straight into its
// chunk. The beginning of a shorter one waits in the connection's input.
const streamFrom = 2048

// Opened gives a new connection its loop.
func (c *conn) Opened(r *rim.Loop, fd int) {
	l := r.Worker().(*loop)
	c.loop, c.fd = l, fd
	c.set(stateOpen)
	c.parser.Limits = protocol.Limits{StreamFrom: streamFrom, NoCAS: l.shared.settings.NoCAS, Compat: l.shared.settings.Compat}
	c.parser.Token = l.shared.settings.AuthFile != ""
	l.roster.add(c)
	l.conns.add(c)
	l.hear(c)
	l.shared.logOpen(c)
	if c.carrier != nil {
		l.unwrapper.greet(c)
	}
}

// Traffic takes what gnet has read.
func (c *conn) Traffic(data []byte) {
	c.loop.hear(c)
	c.loop.guard(c, func() { // does not escape, so it allocates nothing
		c.loop.arrive(c, data)
	})
}

// Room serves a connection again whose socket was full.
func (c *conn) Room() {
	c.loop.guard(c, func() { c.loop.unblock(c) })
}

// unblock serves a blocked connection again. It runs on the loop, when the rim has found room in the socket.
func (l *loop) unblock(c *conn) {
	if !c.is(stateOpen) || !c.is(stateBlocked) {
		return
	}
	if l.writer.push(c) && !l.rim.Watch(c) {
		l.close(c)
	}
	l.answer()
}

// Closed gives up everything that a connection held. Before that it may still write: a client that has closed its half of
// the connection gets its answers.
func (c *conn) Closed() {
	c.loop.guard(c, func() { c.loop.closed(c) })
	c.loop.shared.gate.Leave()
}

// closed answers what a connection asked before it was closed, and gives up what it held.
func (l *loop) closed(c *conn) {
	c.gone.Store(true)
	if c.is(stateReady) {
		l.round.last = c // so it need not let others go first: there is no later for it
		l.answer()
	}
	l.shared.logClose(c)
	l.roster.remove(c)
	l.conns.remove(c)
	c.state = 0
	l.rim.Forget(c)
	if c.waiter != nil {
		l.waiting.endWait(c.waiter)
	}
	if c.fill != nil {
		l.stores.cutFill(c)
	}
	if c.carrier != nil {
		l.writer.endTransport(c)
	}
	for _, u := range c.queue {
		l.replies.release(u.item)
	}
	l.writer.emptyQueue(c)
	l.inputs.drop(c)
	if l.round.last == c {
		l.round.last = nil
	}
}
