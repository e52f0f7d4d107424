package server

import (
	"slices"

	"golang.org/x/sys/unix"

	"gocached/protocol"
	"gocached/server/kernel"
)

// reader reads from the connections of a loop into the round: the first stage but for what gnet has read.
//
// There is one way for each kind of caller. Most say little: each has a slot of the round's input, and all slots are filled
// with one system call (kernel.Batch). Who fills his slot has more to say, most likely a pipeline, and is read from by
// himself and at length from then on, until he says less. A long value is read straight into its chunk, but not through a
// transport (carrier.go).
//
// The end of input and errors are left for gnet to find: what reads reports false then.
type reader struct {
	*core
	round     *round
	calls     *calls
	unwrapper *unwrapper
	input     []byte // what was read for the round
	maxInput  int    // its capacity; it never changes, so anybody may ask
}

const (
	// slot is how many bytes are read from a connection when it is read together with others.
	slot = 2 << 10

	// slotStride is how far apart slots begin: as a power of two their beginnings would fall into few sets of the
	// processor's cache.
	slotStride = slot + 64

	// maxSlots is how many slots a round has, and so how many calls are collected at most.
	maxSlots = protocol.MaxRun

	// minInput is the least room, in bytes, that a read into the round's input needs.
	minInput = 8 << 10

	// maxReceive bounds what is read straight into a chunk at one event, in bytes, so that others are not kept waiting.
	maxReceive = 1 << 20
)

// read reads what a connection has sent, or plans a call that will. It reports room false if there is no room for that: then
// what was planned must be read first (readPlanned), and the round answered.
func (e *reader) read(c *conn) (room, mine bool) {
	switch {
	case c.straight():
		return e.planValue(c), true
	case c.is(stateLong):
		return e.readLong(c)
	}
	return e.planSlot(c), true
}

func (e *reader) planSlot(c *conn) (room bool) {
	start := len(e.input)
	if e.calls.batch.Len() == maxSlots || cap(e.input)-start < slotStride {
		return false
	}
	e.input = e.input[:start+slotStride]
	e.calls.plan(c, kernel.Call{Receive: true, Bytes: e.input[start : start+slot]}, 0)
	return true
}

func (e *reader) planValue(c *conn) (room bool) {
	if e.calls.batch.Full(maxSlots) {
		return false
	}
	bytes := min(maxReceive, len(c.fill.item.Value)-c.fill.got)
	e.calls.plan(c, kernel.Call{Receive: true, Vector: c.fill.room(maxReceive)}, bytes)
	return true
}

// readLong adds what a connection that has much to say has sent to the round.
func (e *reader) readLong(c *conn) (room, mine bool) {
	start := len(e.input)
	if cap(e.input)-start < minInput {
		return false, true
	}
	n, err := e.kernel.Receive(c.fd, e.input[start:min(cap(e.input), start+readBuffer)])
	if err != nil || n == 0 {
		return true, err == unix.EAGAIN
	}
	if n < slot {
		c.clear(stateLong)
	}
	e.input = e.input[:start+n]
	e.counts[bytesRead] += uint64(n)
	e.add(c, e.input[start:])
	return true, true
}

// readPlanned reads from the connections that were planned, into the round.
func (e *reader) readPlanned() (mine bool) {
	mine = true
	e.calls.make()
	calls := e.calls.batch.Calls()
	for i := range calls {
		call, c := &calls[i], e.calls.callers[i]
		switch {
		case call.Err != nil || call.N == 0:
			mine = mine && call.Err == unix.EAGAIN
			continue
		case call.Vector != nil:
			e.received(c, call.N)
			continue
		case call.N == slot:
			c.set(stateLong)
		}
		e.counts[bytesRead] += uint64(call.N)
		e.add(c, call.Bytes[:call.N])
	}
	e.calls.forget()
	return mine
}

// add adds what was read from a connection to the round, or what its transport makes of that.
func (e *reader) add(c *conn, data []byte) {
	if c.carrier != nil {
		e.unwrapper.take(c, data)
		return
	}
	e.round.add(c, data)
}

// readBegun reads the values that connections have begun to send in this round, as far as they have come.
func (e *reader) readBegun(begun []*conn) (mine bool) {
	mine = true
	for _, c := range begun {
		if !c.mayParse() || !c.straight() || slices.Contains(e.calls.callers, c) {
			continue
		}
		if !e.planValue(c) {
			mine = e.readPlanned() && mine
			e.planValue(c)
		}
	}
	return e.readPlanned() && mine
}

// readValue reads one connection's value at once, as far as it has come, past gnet's buffer.
func (e *reader) readValue(c *conn) {
	f := c.fill
	for budget := maxReceive; budget > 0 && !f.done(); {
		n, err := e.kernel.ReceiveVector(c.fd, f.room(budget))
		if n == 0 || err != nil {
			return
		}
		budget -= n
		e.received(c, n)
	}
}

// received notes that n further bytes of a value have come. If it is whole it joins the round.
func (e *reader) received(c *conn, n int) {
	e.counts[bytesRead] += uint64(n)
	e.hear(c)
	if c.fill.received(n); c.fill.done() {
		e.round.ready = append(e.round.ready, arrival{c: c})
		c.set(stateReady)
	}
}
