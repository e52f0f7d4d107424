package server

// A step of a handshake may take as long as a few thousand requests. So it runs in the background, in one of the places of
// parked work, and the connection is parked until it is done. The first one, the greeting, is short: it runs on the loop.

// handshake is one step of a handshake.
type handshake struct {
	c             *conn
	wire          []byte // that has come for it
	input, answer []byte
	err           error
	bug           string
}

// greet makes the transport of a new connection, and lets it send something first. That is a step too, and a task, since gnet is
// not ready for a close before the connection is opened. Nothing of it may be left for the next round: that may be within another
// connection's event, see rim.Loop.Pause.
func (u *unwrapper) greet(c *conn) {
	k := c.carrier
	k.transport = k.make()
	k.holders.Store(1)
	h := u.await(c, nil)
	u.onLoop(c, func() {
		if c.is(stateOpen) {
			h.input, h.answer, h.err = k.transport.Unwrap(nil, nil, nil)
			u.shaken(h)
		}
	})
}

// await parks a connection until shaken takes the outcome of a step.
func (u *unwrapper) await(c *conn, wire []byte) *handshake {
	c.carrier.shaking = true
	c.set(stateParked)
	u.pause(c)
	return &handshake{c: c, wire: wire}
}

// shakeHands makes the next step of a handshake begin when the round has been answered.
func (u *unwrapper) shakeHands(c *conn, wire []byte) { u.steps = append(u.steps, u.await(c, wire)) }

// startSteps begins the steps of this round.
func (u *unwrapper) startSteps() {
	for i, h := range u.steps {
		if u.steps[i] = nil; h.c.is(stateOpen) { // it may have been closed since
			u.startStep(h)
		}
	}
	u.steps = u.steps[:0]
}

func (u *unwrapper) startStep(h *handshake) {
	k := h.c.carrier
	k.holders.Add(1)
	begun := u.shared.runStep(func() {
		u.shared.doStep(h)
		if k.holders.Add(-1) == 0 { // the connection has been closed
			k.transport.End(nil)
			return
		}
		u.onLoop(h.c, func() { u.shaken(h) })
	})
	if !begun { // the server is stopping
		k.holders.Add(-1)
	}
}

// doStep takes a step, unless nobody waits for it any more.
func (s *shared) doStep(h *handshake) {
	if h.c.gone.Load() || !s.reserveWork() {
		return
	}
	defer func() { <-s.workPlaces }()
	h.bug = doWork(func() { h.input, h.answer, h.err = h.c.carrier.transport.Unwrap(nil, nil, h.wire) })
}

// shaken takes the outcome of a step, and the wire that has come since.
func (u *unwrapper) shaken(h *handshake) {
	c, k := h.c, h.c.carrier
	if !c.is(stateOpen) {
		return
	}
	if h.bug != "" {
		u.counts[panics]++
		u.shared.log.Printf("panic in a handshake: %s", h.bug)
		u.close(c)
		return
	}
	k.shaking = false
	c.clear(stateParked)
	u.hear(c)
	k.wire = append(k.wire, h.answer...)
	early := k.early
	k.early = nil
	again := len(early) > 0 && h.err == nil && k.transport.Handshaking()
	if len(early) > 0 && h.err == nil && !again {
		h.input, k.wire, h.err = k.transport.Unwrap(h.input, k.wire, early)
	}
	if u.unwrapped(c, h.input, h.err); again {
		u.unwrap(c, early)
	}
	u.inputs.recycle(early)
	u.answer()
}
