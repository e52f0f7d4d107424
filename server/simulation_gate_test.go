package server

import (
	"context"

	"github.com/panjf2000/gnet/v2"

	"gocached/server/listen"
)

// house is how clients get in: through doors, each with somebody who accepts them, as many as the gate lets in.
type house struct {
	w     *world
	doors []*simDoor

	// What the gate should say of itself.
	inside, highest             int
	entered, rejected, closings uint64
}

// simDoor is a listening socket, and its accepting goroutine.
type simDoor struct {
	house   *house
	shut    bool
	backlog []*simClient // have connected and are not accepted
	outside []*simClient // come in when the door opens

	passed   bool       // the gate has said that it is time to accept
	accepted *simClient // and somebody was, who has no place yet
}

func newHouse(w *world, doors int) *house {
	h := &house{w: w}
	for range doors {
		d := &simDoor{house: h}
		h.doors = append(h.doors, d)
		w.server.gate.Doors = append(w.server.gate.Doors, d)
	}
	return h
}

// Pause is called by the gate.
func (d *simDoor) Pause() error {
	if d.shut {
		d.house.w.fail("a door is closed that is closed")
	}
	d.shut = true
	return nil
}

// Resume is called by the gate.
func (d *simDoor) Resume() error {
	if !d.shut {
		d.house.w.fail("a door is opened that is open")
	}
	d.shut = false
	d.backlog, d.outside = append(d.backlog, d.outside...), nil
	d.house.w.saw(sawGateOpened)
	return nil
}

// full says whether nobody else has a place.
func (h *house) full() bool { return h.w.plan.maxConns > 0 && h.inside >= h.w.plan.maxConns }

// come lets a client connect to some door.
func (h *house) come(c *simClient) {
	d := pick(h.w.r, h.doors...)
	if d.shut {
		d.outside = append(d.outside, c)
	} else {
		d.backlog = append(d.backlog, c)
	}
}

// step lets the goroutine of a door go on until it would have to wait, and reports whether it did anything.
func (d *simDoor) step() (did bool) {
	h, g := d.house, &d.house.w.server.gate
	waits := h.full() && !h.w.plan.reject
	if !d.passed && !waits {
		if d.passed = g.Wait(); !d.passed {
			h.w.fail("the gate is stopped")
		}
	}
	if d.passed && d.accepted == nil && len(d.backlog) > 0 {
		d.accepted, d.backlog = d.backlog[0], d.backlog[1:]
		if oneIn(h.w.r, 3) { // another door may be faster
			return true
		}
	}
	if d.accepted == nil || waits {
		return false
	}
	c := d.accepted
	d.accepted, d.passed = nil, false
	h.admit(c, g.Enter())
	return true
}

// admit judges what the gate has said to a client, and lets him in if it was that.
func (h *house) admit(c *simClient, a listen.Admission) {
	switch {
	case a == listen.Rejected && h.full() && h.w.plan.reject:
		h.rejected++
		h.w.saw(sawRejected)
	case a == listen.Admitted && !h.full():
		h.inside++
		h.entered++
		h.highest = max(h.highest, h.inside)
		if h.full() && !h.w.plan.reject {
			h.closings++
			h.w.saw(sawGateClosed)
		}
		h.enrol(c)
	default:
		h.w.fail("client %d: the gate says %d with %d inside", c.number, a, h.inside)
	}
	h.check()
}

// enrol hands a client's connection to its loop, which may refuse it.
func (h *house) enrol(c *simClient) {
	w, loop := h.w, c.conn.loop
	c.conn.socket = w.net.open(w.plan.sendRoom)
	c.conn.socket.conn = c.conn
	w.trace.add("client %d is admitted to loop %d with descriptor %d", uint64(c.number), uint64(loop.number), uint64(c.conn.socket.fd))
	w.clients = append(w.clients, c)
	_ = loop.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
		if w.chance(w.plan.failOpen) {
			loop.refuse(c.conn)
		} else {
			loop.open(c.conn)
		}
		return nil
	}))
}

// refuse is what gnet does with a connection that it cannot watch: it is closed before it is opened.
func (l *netLoop) refuse(c *netConn) {
	l.w.saw(sawOpenFault)
	c.closed, c.client.gone = true, true
	l.w.net.sockets[c.socket.fd] = nil
	l.w.gnet.OnClose(c, nil)
	l.w.server.gate.Leave() // as whoever has accepted it does when Enrol reports so
	l.w.house.left()
}

// left notes that a client has gone.
func (h *house) left() {
	h.inside--
	h.check()
}

// check compares the gate with what it should be.
func (h *house) check() {
	g := &h.w.server.gate
	if g.Current() != h.inside || g.Peak() != h.highest || g.Total() != h.entered || g.Rejected() != h.rejected || g.Disabled() != h.closings {
		h.w.fail("the gate counts %d inside, %d at most, %d entered, %d rejected, %d closings; want %d, %d, %d, %d, %d", g.Current(),
			g.Peak(), g.Total(), g.Rejected(), g.Disabled(), h.inside, h.highest, h.entered, h.rejected, h.closings)
	}
	shut := h.full() && !h.w.plan.reject
	for i, d := range h.doors {
		if d.shut != shut || g.Accepting() == shut {
			h.w.fail("door %d is shut: %v, with %d inside", i, d.shut, h.inside)
		}
	}
}

// stir lets everybody in who can come in.
func (h *house) stir() (did bool) {
	for _, d := range h.doors {
		for d.step() {
			did = true
		}
	}
	return did
}

// outsiders returns how many wait to come in.
func (h *house) outsiders() (n int) {
	for _, d := range h.doors {
		n += len(d.backlog) + len(d.outside) + one(d.accepted != nil)
	}
	return n
}
