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
func (re *reader) read(c *conn) (room, mine bool) {
	switch {
	case c.straight():
		return re.planValue(c), true
	case c.is(stateLong):
		return re.readLong(c)
	}
	start := len(re.input)
	if re.calls.batch.Len() == maxSlots || cap(re.input)-start < slotStride {
		return false, true
	}
	re.input = re.input[:start+slotStride]
	re.calls.plan(c, kernel.Call{Receive: true, Bytes: re.input[start : start+slot]}, 0)
	return true, true
}

func (re *reader) planValue(c *conn) (room bool) {
	if re.calls.batch.Full(maxSlots) {
		return false
	}
	bytes := min(maxReceive, len(c.fill.item.Value)-c.fill.got)
	re.calls.plan(c, kernel.Call{Receive: true, Vector: c.fill.room(maxReceive)}, bytes)
	return true
}

// readLong reads from a connection that sends much, by itself and at length.
func (re *reader) readLong(c *conn) (room, mine bool) {
	start := len(re.input)
	if cap(re.input)-start < minInput {
		return false, true
	}
	n, err := re.kernel.Receive(c.fd, re.input[start:min(cap(re.input), start+readBuffer)])
	if err != nil || n == 0 {
		return true, err == unix.EAGAIN
	}
	if n < slot {
		c.clear(stateLong)
	}
	re.input = re.input[:start+n]
	re.counts[bytesRead] += uint64(n)
	re.add(c, re.input[start:])
	return true, true
}

// readPlanned makes the planned calls, and adds to the round what they have read.
func (re *reader) readPlanned() (mine bool) {
	mine = true
	re.calls.make()
	calls := re.calls.batch.Calls()
	for i := range calls {
		call, c := &calls[i], re.calls.callers[i]
		switch {
		case call.Err != nil || call.N == 0:
			mine = mine && call.Err == unix.EAGAIN
			continue
		case call.Vector != nil:
			re.received(c, call.N)
			continue
		case call.N == slot:
			c.set(stateLong)
		}
		re.counts[bytesRead] += uint64(call.N)
		re.add(c, call.Bytes[:call.N])
	}
	re.calls.forget()
	return mine
}

// add adds what was read from a connection to the round, or what its transport makes of that.
func (re *reader) add(c *conn, data []byte) {
	if c.carrier != nil {
		re.unwrapper.unwrap(c, data)
		return
	}
	re.round.add(c, data)
}

// readBegun reads what has come of the values that connections have begun to send in this round.
func (re *reader) readBegun(begun []*conn) (mine bool) {
	mine = true
	for _, c := range begun {
		if !c.mayParse() || !c.straight() || slices.Contains(re.calls.callers, c) {
			continue
		}
		if !re.planValue(c) {
			mine = re.readPlanned() && mine
			re.planValue(c)
		}
	}
	return re.readPlanned() && mine
}

// readValue reads what has come of one connection's value, at once and without gnet's buffer.
func (re *reader) readValue(c *conn) {
	f := c.fill
	for budget := maxReceive; budget > 0 && !f.done(); {
		n, err := re.kernel.ReceiveVector(c.fd, f.room(budget))
		if n == 0 || err != nil {
			return
		}
		budget -= n
		re.received(c, n)
	}
}

// received notes that n more bytes of a value have come. If the value is whole its connection joins the round.
func (re *reader) received(c *conn, n int) {
	re.counts[bytesRead] += uint64(n)
	re.hear(c)
	if c.fill.received(n); c.fill.done() && !c.is(stateReady) {
		re.round.ready = append(re.round.ready, arrival{c: c})
		c.set(stateReady)
	}
}
