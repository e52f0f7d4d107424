package server

import (
	"slices"

	"golang.org/x/sys/unix"

	"gocached/protocol"
	"gocached/server/kernel"
)

// Reading from many connections with one system call (kernel.Batch): each has a slot of the round's input to read into.
// Who fills it has more to say. If that is a long value it is read into its chunk, in the same round; else it is most likely
// a pipeline, and is read from by itself and at length from then on, until it says less.

const (
	// slot is how many bytes are read from a connection when it is read together with others.
	slot = 2 << 10

	// slotStride is how far apart slots begin: as a power of two their beginnings would fall into few sets of the
	// processor's cache.
	slotStride = slot + 64

	// slotsMost is how many slots a round has, and so how many calls are collected at most.
	slotsMost = protocol.MaxRun
)

// plan collects the reading of what a connection has sent, which gather does. It makes room first if there is none.
func (l *loop) plan(c *conn) (mine bool) {
	mine = true
	if l.calls.batch.Len() == slotsMost || cap(l.input)-len(l.input) < slotStride {
		mine = l.gather()
		l.answer()
		if !c.mayParse() {
			return mine
		}
	}
	start := len(l.input)
	l.input = l.input[:start+slotStride]
	l.calls.collect(c, kernel.Call{Receive: true, Bytes: l.input[start : start+slot]}, 0)
	return mine
}

// planValue is plan for a connection that is sending a long value, which is read straight into its chunk.
func (l *loop) planValue(c *conn) (mine bool) {
	mine = true
	if l.calls.batch.Full(slotsMost) {
		mine = l.gather() // what has come is answered with the others
	}
	bytes := min(receiveMost, len(c.fill.item.Value)-c.fill.got)
	l.calls.collect(c, kernel.Call{Receive: true, Vector: c.fill.rest(receiveMost)}, bytes)
	return mine
}

// gather reads from the connections that were planned, into the round. It reports false if one of them has ended or
// failed, which gnet will find as well.
func (l *loop) gather() (mine bool) {
	mine = true
	l.calls.makeCalls()
	calls := l.calls.batch.Calls()
	for i := range calls {
		call, c := &calls[i], l.calls.callers[i]
		switch {
		case call.Err != nil || call.N == 0:
			mine = mine && call.Err == unix.EAGAIN
			continue
		case call.Vector != nil:
			l.received(c, call.N)
			continue
		case call.N == slot:
			c.set(stateLong)
		}
		l.counts[bytesRead] += uint64(call.N)
		l.round.admit(c, call.Bytes[:call.N])
	}
	l.calls.forgetCalls()
	return mine
}

// goOn reads the values that have begun in this round, as far as they have come.
func (l *loop) goOn() (mine bool) {
	mine = true
	for _, c := range l.stores.begun {
		if c.mayParse() && c.receiving() && !slices.Contains(l.calls.callers, c) {
			mine = l.planValue(c) && mine
		}
	}
	l.forgetBegun()
	mine = l.gather() && mine
	l.answer()
	return mine
}

func (l *loop) forgetBegun() {
	clear(l.stores.begun)
	l.stores.begun = l.stores.begun[:0]
}
