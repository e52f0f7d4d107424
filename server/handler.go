package server

import (
	"github.com/panjf2000/gnet/v2"

	"gocached/protocol"
)

// handler receives gnet's events. All but OnOpen's search for its loop is a step to the loop's own code.
type handler struct {
	gnet.BuiltinEventEngine
	server *Server
}

// OnOpen gives a new connection its loop.
func (h *handler) OnOpen(gc gnet.Conn) ([]byte, gnet.Action) {
	if p, ok := gc.Context().(*probe); ok {
		return nil, p.opened(gc)
	}
	c := gc.Context().(*conn)
	l := h.server.loopOf(gc)
	c.gc, c.loop, c.fd, c.opened = gc, l, gc.Fd(), true
	c.set(stateOpen)
	c.parser.Limits = protocol.Limits{StreamFrom: streamFrom, NoCAS: l.shared.settings.NoCAS}
	l.roster.enrol(c)
	l.polling.add(c)
	l.hear(c)
	h.server.logOpen(c)
	return nil, gnet.None
}

// streamFrom is the length in bytes from which a value that has not come whole is received straight into its chunk.
// Shorter ones wait in the connection's input.
const streamFrom = 2048

// OnTraffic passes on what gnet has read.
func (h *handler) OnTraffic(gc gnet.Conn) gnet.Action {
	c := gc.Context().(*conn)
	data, _ := gc.Peek(-1) // gnet's own buffer, since nothing is ever left in the ring
	_, _ = gc.Discard(-1)  // only forgets the length: data stays valid until we return
	c.loop.hear(c)
	c.loop.guard(c, func() { // does not escape, so it allocates nothing
		c.loop.arrive(c, data)
	})
	c.loop.askToServe()
	return gnet.None
}

// OnClose lets go of everything a connection held. It may still write: a client that closed its half gets its answers.
func (h *handler) OnClose(gc gnet.Conn, _ error) gnet.Action {
	c, ok := gc.Context().(*conn)
	if !ok { // a probe
		return gnet.None
	}
	if !c.is(stateOpen) {
		if c.opened {
			return gnet.None
		}
		h.server.gate.Leave()
		c.opened = true
		return gnet.None
	}
	c.loop.guard(c, func() { c.loop.closed(c) })
	c.loop.askToServe()
	h.server.gate.Leave()
	return gnet.None
}

// closed answers what a connection asked before it was closed, and lets go of what it held.
func (l *loop) closed(c *conn) {
	c.gone.Store(true)
	if c.is(stateReady) {
		l.round.last = c // so that it does not have to let others go first: there is no later
		l.answer()
	}
	l.shared.logClose(c)
	l.roster.strike(c)
	l.polling.remove(c)
	c.state = 0
	l.shared.drainer.forget(c)
	if c.hungry != nil {
		l.waiting.depart(c.hungry)
	}
	if c.fill != nil {
		l.stores.cutFill(c)
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
