package server

import "gocached/server/kernel"

// sendMany sends several connections their replies, with few system calls for all.
func (wr *writer) sendMany(owners []*conn) {
	for _, c := range owners {
		if !c.is(stateOpen) || !wr.planReplies(c) {
			continue
		}
		if wr.calls.batch.Full(maxSlots) {
			wr.sendPlanned()
		}
	}
	wr.sendPlanned()
}

// planReplies plans a call that sends a connection its replies. It reports false if there are none.
func (wr *writer) planReplies(c *conn) bool {
	if c.carrier != nil {
		return wr.planWrapped(c)
	}
	first := &wr.replies.pieces[c.first]
	if first.next < 0 {
		b := wr.replies.bytes(first)
		if len(b) == 0 {
			return false
		}
		wr.calls.plan(c, kernel.Call{Bytes: b}, len(b))
		return true
	}
	from := len(wr.calls.batch.Pieces)
	if wr.appendPieces(c); len(wr.calls.batch.Pieces) == from {
		return false
	}
	v := wr.calls.batch.Pieces[from:]
	wr.calls.plan(c, kernel.Call{Vector: v}, v.Len())
	return true
}

// sendPlanned makes the planned calls.
func (wr *writer) sendPlanned() {
	wr.calls.make()
	calls := wr.calls.batch.Calls()
	for i := range calls {
		c, call := wr.calls.callers[i], &calls[i]
		if c.carrier != nil {
			wr.keepWire(c, call.Bytes[call.N:])
			wr.wroteWrapped(c, call.N, call.Err)
		} else {
			wr.wrote(c, call.N, call.Err)
		}
		c.resetOutput()
	}
	wr.calls.forget()
	wr.forgetWrapped()
}
