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

// collect adds a call for a connection to those that are made together. It may move so many bytes, which need not be told
// if they are few.
func (l *loop) collect(c *conn, call kernel.Call, bytes int) {
	call.FD = c.fd
	l.batch.Add(call, bytes)
	l.callers = append(l.callers, c)
}

// makeCalls makes the collected calls.
func (l *loop) makeCalls() { l.counts[batchedCalls] += uint64(l.batch.Make(l.kernel)) }

// forgetCalls ends the work on collected calls.
func (l *loop) forgetCalls() {
	l.batch.Forget()
	clear(l.callers)
	l.callers = l.callers[:0]
}

// plan collects the reading of what a connection has sent, which gather does. It makes room first if there is none.
func (l *loop) plan(c *conn) (mine bool) {
	mine = true
	if l.batch.Len() == slotsMost || cap(l.input)-len(l.input) < slotStride {
		mine = l.gather()
		l.answer()
		if !c.mayParse() {
			return mine
		}
	}
	start := len(l.input)
	l.input = l.input[:start+slotStride]
	l.collect(c, kernel.Call{Receive: true, Bytes: l.input[start : start+slot]}, 0)
	return mine
}

// planValue is plan for a connection that is sending a long value, which is read straight into its chunk.
func (l *loop) planValue(c *conn) (mine bool) {
	mine = true
	if l.batch.Full(slotsMost) {
		mine = l.gather() // what has come is answered with the others
	}
	bytes := min(receiveMost, len(c.fill.item.Value)-c.fill.got)
	l.collect(c, kernel.Call{Receive: true, Vector: c.fill.rest(receiveMost)}, bytes)
	return mine
}

// gather reads from the connections that were planned, into the round. It reports false if one of them has ended or
// failed, which gnet will find as well.
func (l *loop) gather() (mine bool) {
	mine = true
	l.makeCalls()
	calls := l.batch.Calls()
	for i := range calls {
		call, c := &calls[i], l.callers[i]
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
		l.admit(c, call.Bytes[:call.N])
	}
	l.forgetCalls()
	return mine
}

// goOn reads the values that have begun in this round, as far as they have come.
func (l *loop) goOn() (mine bool) {
	mine = true
	for _, c := range l.begun {
		if c.mayParse() && c.receiving() && !slices.Contains(l.callers, c) {
			mine = l.planValue(c) && mine
		}
	}
	l.forgetBegun()
	mine = l.gather() && mine
	l.answer()
	return mine
}

func (l *loop) forgetBegun() {
	clear(l.begun)
	l.begun = l.begun[:0]
}
