package server

import (
	"slices"

	"golang.org/x/sys/unix"

	"gocached/protocol"
	"gocached/uring"
)

// A round reads from many connections and writes to them, and each of these calls is so short that entering the kernel
// and leaving it is much of its price: a fifth to two fifths of what a get costs in all, by machine. So the loop collects
// the calls of a round and makes them together, through io_uring (package uring). Where the kernel has none, or is told
// not to by -o no_io_uring, they are made one by one; nothing else differs.
//
// Reading: each connection has a slot of the round's input to read into. Who fills it has more to say. If that is a long
// value it is read into its chunk, in the same round; else it is most likely a pipeline, and is read from by itself and at
// length from then on, until it says less.

const (
	// slot is how many bytes are read from a connection when it is read together with others.
	slot = 2 << 10

	// slotStride is how far apart slots begin: as a power of two their beginnings would fall into few sets of the
	// processor's cache.
	slotStride = slot + 64

	// slotsMost is how many slots a round has, and so how many calls are collected at most.
	slotsMost = protocol.MaxRun

	// togetherMost is how many bytes are moved together, about: more take so long that the system call is little beside
	// it, and the process does nothing else meanwhile.
	togetherMost = 256 << 10
)

// collect adds a call for a connection to those that are made together.
func (l *loop) collect(c *conn, call uring.Call) {
	call.FD = c.fd
	l.calls, l.callers = append(l.calls, call), append(l.callers, c)
}

// makeCalls makes the collected calls.
func (l *loop) makeCalls() {
	if len(l.calls) > 0 {
		l.counts[batchedCalls] += uint64(l.kernel.together(l.calls))
	}
}

// forgetCalls ends the work on collected calls.
func (l *loop) forgetCalls() {
	clear(l.calls)
	clear(l.callers)
	clear(l.vec)
	l.calls, l.callers, l.vec, l.volume = l.calls[:0], l.callers[:0], l.vec[:0], 0
}

// plan collects the reading of what a connection has sent, which gather does. It makes room first if there is none.
func (l *loop) plan(c *conn) (mine bool) {
	mine = true
	if len(l.calls) == slotsMost || cap(l.input)-len(l.input) < slotStride {
		mine = l.gather()
		l.answer()
		if !c.mayParse() {
			return mine
		}
	}
	start := len(l.input)
	l.input = l.input[:start+slotStride]
	l.collect(c, uring.Call{Receive: true, Bytes: l.input[start : start+slot]})
	return mine
}

// planValue is plan for a connection that is sending a long value, which is read straight into its chunk.
func (l *loop) planValue(c *conn) (mine bool) {
	mine = true
	if len(l.calls) == slotsMost || l.volume >= togetherMost {
		mine = l.gather() // what has come is answered with the others
	}
	l.volume += min(receiveMost, len(c.fill.item.Value)-c.fill.got)
	l.collect(c, uring.Call{Receive: true, Vector: c.fill.rest(receiveMost)})
	return mine
}

// gather reads from the connections that were planned, into the round. It reports false if one of them has ended or
// failed, which gnet will find as well.
func (l *loop) gather() (mine bool) {
	mine = true
	l.makeCalls()
	for i := range l.calls {
		call, c := &l.calls[i], l.callers[i]
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

// writeTogether sends their replies to several connections.
func (l *loop) writeTogether() {
	if len(l.touched) < 2 || l.udp != nil {
		return
	}
	for _, c := range l.touched {
		if !c.is(stateOpen) || !l.planReplies(c) {
			continue
		}
		if len(l.calls) == slotsMost || l.volume >= togetherMost {
			l.sendPlanned()
		}
	}
	l.sendPlanned()
}

// planReplies collects the sending of a connection's replies, if it has any.
func (l *loop) planReplies(c *conn) bool {
	first := &l.pieces[c.first]
	if first.next < 0 {
		b := l.bytes(first)
		if len(b) == 0 {
			return false
		}
		l.volume += len(b)
		l.collect(c, uring.Call{Bytes: b})
		return true
	}
	from := len(l.vec)
	if l.gatherPieces(c); len(l.vec) == from {
		return false
	}
	for _, piece := range l.vec[from:] {
		l.volume += int(piece.Len)
	}
	l.collect(c, uring.Call{Vector: l.vec[from:]})
	return true
}

// sendPlanned sends the replies that were planned.
func (l *loop) sendPlanned() {
	l.makeCalls()
	for i := range l.calls {
		l.wrote(l.callers[i], l.calls[i].N, l.calls[i].Err)
		l.callers[i].resetOutput()
	}
	l.forgetCalls()
}

// together makes calls through the ring, as far as there is one, and returns how many that were.
func (s system) together(calls []uring.Call) (batched int) {
	return uring.Make(s.ring, calls, s.single)
}

func (s system) single(c *uring.Call) { makeCall(s, c) }

// makeCall makes one call of several by itself.
func makeCall(k kernel, c *uring.Call) {
	switch {
	case c.Receive && c.Vector != nil:
		c.N, c.Err = k.receiveVector(c.FD, c.Vector)
	case c.Receive:
		c.N, c.Err = k.receive(c.FD, c.Bytes)
	case c.Vector != nil:
		c.N, c.Err = k.sendVector(c.FD, c.Vector)
	default:
		c.N, c.Err = k.send(c.FD, c.Bytes)
	}
}
