package server

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"

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
		l.last = c // so that it does not have to let others go first: there is no later
		l.answer()
	}
	l.shared.logClose(c)
	l.roster.strike(c)
	l.polling.remove(c)
	c.state = 0
	l.shared.drainer.forget(c)
	if c.hungry != nil {
		l.depart(c.hungry)
	}
	if c.fill != nil {
		l.cutFill(c)
	}
	for _, u := range c.queue {
		l.release(u.item)
	}
	l.emptyQueue(c)
	l.drop(c)
	if l.last == c {
		l.last = nil
	}
}

// guard runs f. A panic in it is a bug: it is logged and counted, and the connection it was for is closed. If engine
// code was running the engine's structures may be half changed, and the process ends rather than serve from them.
func (l *loop) guard(c *conn, f func()) {
	defer func() {
		if what := recover(); what != nil {
			l.failed(c, what)
		}
	}()
	f()
}

// exitBug is the status of a process that stopped because of a bug in it (EX_SOFTWARE).
const exitBug = 70

func (l *loop) panicked(c *conn, what any) {
	message := fmt.Sprintf("panic on a request: %v\n%s", what, debug.Stack())
	if l.inEngine {
		_, _ = fmt.Fprintf(l.shared.log, "%sthe storage engine may be inconsistent: stopping\n", message)
		_ = l.shared.log.Close() // waits for no reader who is stuck, as writing to stderr would
		os.Exit(exitBug)
	}
	l.counts[panics]++
	l.shared.log.Printf("%s", message)
	l.abandon()
	if c != nil {
		l.close(c)
	}
}

// abandon gives up the round under way: every connection in it is closed, since none can be answered truly any more.
func (l *loop) abandon() {
	ready, touched, callers := l.ready, l.touched, slices.Clone(l.callers)
	l.ready, l.touched, l.head, l.to, l.trying, l.first = nil, nil, 0, nil, nil, false
	for _, p := range l.pieces {
		l.release(p.lent)
	}
	l.pieces, l.out, l.input, l.parts = nil, nil, l.input[:0], l.parts[:0]
	l.returnLoans()
	l.forgetCalls()
	l.forgetBegun()
	for _, c := range append(touched, callers...) {
		c.resetOutput()
		l.close(c)
	}
	for _, a := range ready {
		a.c.clear(stateReady)
		l.close(a.c)
	}
}
