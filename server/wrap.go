package server

import (
	"golang.org/x/sys/unix"

	"gocached/server/kernel"
)

// sendWrapped sends a connection its replies through its transport. Those that are too many to wrap at once become its queue,
// of which it then sends as much as the socket takes.
func (wr *writer) sendWrapped(c *conn) {
	sent := 0
	wire, all, err := wr.wrapReplies(c)
	switch {
	case err != nil:
	case all:
		sent, err = wr.sendWire(c, wire)
	default:
		wr.keepUnsent(c, 0)
		if sent, err = wr.sendWrappedQueue(c); !c.hasUnsent() {
			wr.emptyQueue(c)
		}
	}
	wr.forgetWrapped()
	wr.wroteWrapped(c, sent, err)
}

// planWrapped plans a call that sends a connection its replies through its transport. It reports false if there are none or too
// many, and after an error, which sendWrapped finds again.
func (wr *writer) planWrapped(c *conn) bool {
	wire, all, err := wr.wrapReplies(c)
	if len(wire) == 0 || !all || err != nil {
		return false
	}
	wr.calls.plan(c, kernel.Call{Bytes: wire}, len(wire))
	return true
}

// wroteWrapped blocks a connection that was sent wire, if its socket has not taken all.
func (wr *writer) wroteWrapped(c *conn, sent int, err error) {
	wr.counts[bytesWritten] += uint64(sent)
	switch {
	case err != nil && err != unix.EAGAIN:
		wr.broken(c, err)
	case c.hasUnsent():
		wr.block(c)
	case c.is(stateClosing):
		wr.hangUp(c)
	}
}

// wrapReplies wraps a connection's replies, and puts the wire that waits in the carrier in front. Lent values are released. If
// the replies are too many to wrap at once it does nothing, and reports all false. The wire is valid until forgetWrapped.
func (wr *writer) wrapReplies(c *conn) (wire []byte, all bool, err error) {
	if most := wr.maxWrap(); wr.replies.length(c, most+1) > most {
		return nil, false, nil
	}
	start := len(wr.wrapped)
	wr.wrapped = append(wr.wrapped, c.carrier.wire...)
	for i := c.first; i >= 0 && err == nil; i = wr.replies.pieces[i].next {
		if b := wr.replies.bytes(&wr.replies.pieces[i]); len(b) > 0 {
			wr.wrapped, err = c.carrier.transport.Wrap(wr.wrapped, b)
		}
	}
	if err == nil {
		wr.replies.releasePieces(c)
	}
	return wr.wrapped[start:], true, err
}

// maxWrap is how many bytes are wrapped at once: as many as a connection may have made before they are written.
func (wr *writer) maxWrap() int {
	wr.replies.setRoom()
	return wr.replies.room
}

// forgetWrapped empties the buffer of what was wrapped.
func (wr *writer) forgetWrapped() {
	if wr.wrapped = wr.wrapped[:0]; cap(wr.wrapped) > maxKeptOutput {
		wr.wrapped = nil
	}
}

// sendWire sends wire to a connection's socket, and keeps in the carrier what it does not take.
func (wr *writer) sendWire(c *conn, wire []byte) (sent int, err error) {
	if len(wire) > 0 {
		sent, err = wr.kernel.Send(c.fd, wire)
	}
	wr.keepWire(c, wire[sent:])
	return sent, err
}

// keepWire makes rest the wire that waits in a connection's carrier. It may be the end of what waits there already.
func (wr *writer) keepWire(c *conn, rest []byte) {
	k := c.carrier
	if k.wire = append(k.wire[:0], rest...); len(rest) == 0 {
		k.wire = nil
	}
	wr.countWire(c)
}

// countWire counts the wire that waits as bytes of our own that the connection keeps.
func (wr *writer) countWire(c *conn) {
	k := c.carrier
	more := len(k.wire) - k.counted
	k.counted += more
	c.kept += more
	wr.shared.unsent.Add(int64(more))
}

// sendWrappedQueue sends as much as it can of a connection's waiting output through its transport.
func (wr *writer) sendWrappedQueue(c *conn) (total int, err error) {
	for c.hasUnsent() {
		wire := c.carrier.wire
		if len(wire) == 0 {
			if wire, err = wr.wrapQueue(c); err != nil {
				return total, err
			}
		}
		sent, err := wr.sendWire(c, wire)
		total += sent
		if err != nil || sent < len(wire) {
			return total, err
		}
	}
	return total, nil
}

// wrapQueue wraps the head of a connection's queue. The wire is valid until forgetWrapped.
func (wr *writer) wrapQueue(c *conn) (wire []byte, err error) {
	wr.wrapped = wr.wrapped[:0]
	for left := wr.maxWrap(); left > 0 && len(c.queue) > 0 && err == nil; {
		b := c.queue[0].bytes
		b = b[:min(left, len(b))]
		left -= len(b)
		wr.wrapped, err = c.carrier.transport.Wrap(wr.wrapped, b)
		wr.forgetSent(c, len(b))
	}
	return wr.wrapped, err
}

// sendEnd has the transport tell a client that no more will come. hangUp calls it, and is called again when that has gone.
func (wr *writer) sendEnd(c *conn) {
	k := c.carrier
	k.ended = true
	sent, err := wr.sendWire(c, k.transport.End(k.wire))
	wr.wroteWrapped(c, sent, err)
}

// endTransport gives up the transport of a connection that is being closed. The client may still read, so it is told the end if
// nothing else waits for it. What a step of a handshake has to send is not known yet, and would be missing in front of the end.
func (wr *writer) endTransport(c *conn) {
	k := c.carrier
	if last := k.holders.Add(-1) == 0; last && !k.ended {
		k.ended = true
		if end := k.transport.End(nil); len(end) > 0 && !c.hasUnsent() && !k.shaking {
			sent, _ := wr.kernel.Send(c.fd, end) // its error is that of a client that has gone
			wr.counts[bytesWritten] += uint64(sent)
		}
	}
	wr.inputs.recycle(k.early)
	k.early = nil
}
