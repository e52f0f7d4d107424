package server

import "gocached/server/kernel"

// sendMany sends several connections their replies, with few system calls for all.
func (w *writer) sendMany(owners []*conn) {
	for _, c := range owners {
		if !c.is(stateOpen) || !w.planReplies(c) {
			continue
		}
		if w.calls.batch.Full(maxSlots) {
			w.sendPlanned()
		}
	}
	w.sendPlanned()
}

// planReplies plans a call that sends a connection its replies. It reports false if there are none.
func (w *writer) planReplies(c *conn) bool {
	if c.carrier != nil {
		return w.planWrapped(c)
	}
	first := &w.replies.pieces[c.first]
	if first.next < 0 {
		b := w.replies.bytes(first)
		if len(b) == 0 {
			return false
		}
		w.calls.plan(c, kernel.Call{Bytes: b}, len(b))
		return true
	}
	from := len(w.calls.batch.Pieces)
	if w.appendPieces(c); len(w.calls.batch.Pieces) == from {
		return false
	}
	v := w.calls.batch.Pieces[from:]
	w.calls.plan(c, kernel.Call{Vector: v}, v.Len())
	return true
}

// sendPlanned makes the planned calls.
func (w *writer) sendPlanned() {
	w.calls.make()
	calls := w.calls.batch.Calls()
	for i := range calls {
		c, call := w.calls.callers[i], &calls[i]
		if c.carrier != nil {
			w.keepWire(c, call.Bytes[call.N:])
			w.wroteWrapped(c, call.N, call.Err)
		} else {
			w.wrote(c, call.N, call.Err)
		}
		c.resetOutput()
	}
	w.calls.forget()
	w.forgetWrapped()
}
