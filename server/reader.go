package server

import (
	"slices"

	"golang.org/x/sys/unix"

	"gocached/protocol"
	"gocached/server/kernel"
)

// reader reads from the connections of a loop into the round. Only what gnet has read comes another way.
//
// There are three ways to read. Most connections send little: each gets a slot of the round's input, and all slots are filled
// with one system call (kernel.Batch). A connection that fills its slot sends more, most likely a pipeline: from then on it is
// read by itself and at length, until it sends less. A long value is read straight into its chunk, but not through a transport
// (carrier.go).
//
// The end of input and errors are left for gnet to find. The methods report mine false then.
type reader struct {
	*core
	round     *round
	calls     *calls
	unwrapper *unwrapper
	input     []byte // what was read for the round
	maxInput  int    // its capacity; it never changes, so other goroutines may read it
}

const (
	// slot is how many bytes are read from a connection when it is read together with others.
	slot = 2 << 10

	// slotStride is the distance between the beginnings of slots. It is no power of two, or the beginnings would all fall
	// into few sets of the processor's cache.
	slotStride = slot + 64

	// maxSlots is how many slots a round has, and so how many calls are planned at most.
	maxSlots = protocol.MaxRun

	// minInput is the least room, in bytes, that reading at length needs in the round's input.
	minInput = 8 << 10

	// maxReceive bounds what is read straight into a chunk at one event, in bytes, so that others need not wait.
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

// readLong reads from a connection that sends much, by itself and at length.
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

// readPlanned makes the planned calls, and adds to the round what they have read.
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
		e.unwrapper.unwrap(c, data)
		return
	}
	e.round.add(c, data)
}

// readBegun reads what has come of the values that connections have begun to send in this round.
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

// readValue reads what has come of one connection's value, at once and without gnet's buffer.
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

// received notes that n more bytes of a value have come. If the value is whole its connection joins the round.
func (e *reader) received(c *conn, n int) {
	e.counts[bytesRead] += uint64(n)
	e.hear(c)
	if c.fill.received(n); c.fill.done() && !c.is(stateReady) {
		e.round.ready = append(e.round.ready, arrival{c: c})
		c.set(stateReady)
	}
}
