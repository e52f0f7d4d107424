package rim

import "github.com/panjf2000/gnet/v2"

// handler receives gnet's events. All but OnOpen's search for its loop is a step to the server's own code.
type handler struct {
	gnet.BuiltinEventEngine
	loops *Loops
}

// OnOpen gives a new connection its loop.
func (h *handler) OnOpen(gc gnet.Conn) ([]byte, gnet.Action) {
	c, ok := gc.Context().(Client)
	if !ok { // the probe
		h.loops.poller(gc)
		return nil, gnet.Close
	}
	l, own := h.loops.loopOf(gc), c.handle()
	own.gc, own.loop, own.opened, own.open = gc, l, true, true
	c.Opened(l, gc.Fd())
	return nil, gnet.None
}

// OnTraffic passes on what gnet has read.
func (h *handler) OnTraffic(gc gnet.Conn) gnet.Action {
	c := gc.Context().(Client)
	data, _ := gc.Peek(-1) // gnet's own buffer, since nothing is ever left in the ring
	_, _ = gc.Discard(-1)  // only forgets the length: data stays valid until we return
	c.Traffic(data)
	c.handle().loop.Ask()
	return gnet.None
}

// OnClose passes it on. It may still write: a client that closed its half gets its answers.
func (h *handler) OnClose(gc gnet.Conn, _ error) gnet.Action {
	c, ok := gc.Context().(Client)
	if !ok || !c.handle().open { // the probe, or one that was not opened: Enrol will say so
		return gnet.None
	}
	own := c.handle()
	c.Closed()
	own.open = false
	own.loop.Ask()
	return gnet.None
}
