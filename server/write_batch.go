package server

import "gocached/server/kernel"

// sendMany sends their replies to several connections, with few system calls for all. A single one is left to sendOne.
func (l *loop) sendMany(touched []*conn) {
	if len(touched) < 2 {
		return
	}
	for _, c := range touched {
		if !c.is(stateOpen) || !l.planReplies(c) {
			continue
		}
		if l.batch.Full(slotsMost) {
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
		l.collect(c, kernel.Call{Bytes: b}, len(b))
		return true
	}
	from := len(l.batch.Pieces)
	if l.gatherPieces(c); len(l.batch.Pieces) == from {
		return false
	}
	v := l.batch.Pieces[from:]
	l.collect(c, kernel.Call{Vector: v}, v.Len())
	return true
}

// sendPlanned sends the replies that were planned.
func (l *loop) sendPlanned() {
	l.makeCalls()
	calls := l.batch.Calls()
	for i := range calls {
		l.wrote(l.callers[i], calls[i].N, calls[i].Err)
		l.callers[i].resetOutput()
	}
	l.forgetCalls()
}
