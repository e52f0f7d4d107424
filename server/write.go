package server

import (
	"golang.org/x/sys/unix"

	"gocached/engine"
	"gocached/server/kernel"
)

// writer sends replies to sockets. It is the sink of all loops but those of workers.
type writer struct {
	*core
	replies *replies
	calls   *calls
	inputs  *inputs
	round   *round
	waiting *waiting
	wrapped []byte // what is about to be sent through transports
}

// sendOne sends one connection its replies.
func (wr *writer) sendOne(c *conn) {
	if c.carrier != nil {
		wr.sendWrapped(c)
		return
	}
	sent, err := wr.send(c)
	wr.wrote(c, sent, err)
}

// wrote is called when a connection has been sent its replies. If its socket did not take all, the rest is kept, and the
// connection is blocked until the rest has gone.
func (wr *writer) wrote(c *conn, sent int, err error) {
	wr.counts[bytesWritten] += uint64(sent)
	if err != nil && err != unix.EAGAIN {
		wr.broken(c, err)
		return
	}
	if some := sent < c.size || wr.replies.values > 0; some && wr.keepUnsent(c, sent) {
		wr.block(c)
	} else if c.is(stateClosing) {
		wr.hangUp(c)
	}
}

// broken closes a connection that cannot be sent its replies.
func (wr *writer) broken(c *conn, err error) {
	if wr.shared.log.Level() > 0 {
		wr.shared.log.Printf("Failed to write, and not due to blocking: %v", err)
	}
	wr.replies.releasePieces(c)
	wr.close(c)
}

// send makes one attempt to send all pieces of a connection.
func (wr *writer) send(c *conn) (sent int, err error) {
	first := &wr.replies.pieces[c.first]
	if first.next >= 0 {
		return wr.sendPieces(c)
	}
	if b := wr.replies.bytes(first); len(b) > 0 {
		return wr.kernel.Send(c.fd, b)
	}
	return 0, nil
}

// sendPieces is send for several pieces.
func (wr *writer) sendPieces(c *conn) (sent int, err error) {
	wr.appendPieces(c)
	defer wr.calls.forget()
	if len(wr.calls.batch.Pieces) == 0 {
		return 0, nil
	}
	return wr.kernel.SendVector(c.fd, wr.calls.batch.Pieces)
}

// appendPieces appends a connection's pieces to calls.batch.Pieces, as many as one call takes.
func (wr *writer) appendPieces(c *conn) {
	for i, n := c.first, 0; i >= 0 && n < kernel.MaxVector; i, n = wr.replies.pieces[i].next, n+1 {
		wr.calls.batch.Pieces = wr.calls.batch.Pieces.Add(wr.replies.bytes(&wr.replies.pieces[i]))
	}
}

// keepUnsent releases the lent values that have been sent, and keeps the rest of a connection's replies, in order. It reports
// whether there is a rest.
func (wr *writer) keepUnsent(c *conn, sent int) (left bool) {
	for i := c.first; i >= 0; i = wr.replies.pieces[i].next {
		p := &wr.replies.pieces[i]
		b := wr.replies.bytes(p)
		n := min(sent, len(b))
		sent -= n
		switch {
		case n == len(b):
			wr.replies.releasePiece(p)
		case p.lent.Value != nil:
			c.queue = append(c.queue, unsent{bytes: b[n:], item: p.lent})
			p.lent = engine.Item{}
			left = true
		default:
			wr.keepOwn(c, append([]byte(nil), b[n:]...))
			left = true
		}
	}
	return left
}

// keepOwn keeps bytes of our own behind everything that a connection's socket has not taken.
func (wr *writer) keepOwn(c *conn, b []byte) {
	if len(b) == 0 {
		return
	}
	c.queue = append(c.queue, unsent{bytes: b})
	c.kept += len(b)
	wr.shared.unsent.Add(int64(len(b)))
}

// emptyQueue forgets the output that a connection's socket has not taken. The caller has released what was lent.
func (wr *writer) emptyQueue(c *conn) {
	c.queue = nil
	if c.carrier != nil {
		c.carrier.wire, c.carrier.counted = nil, 0
	}
	wr.shared.unsent.Add(-int64(c.kept))
	c.kept = 0
}

// block stops serving a connection whose socket is full. Nothing more is read from it or parsed until the rim finds room in its
// socket.
func (wr *writer) block(c *conn) {
	c.set(stateBlocked)
	c.blocks++
	wr.counts[connBlocks]++
	wr.hear(c) // it has taken its earlier output
	c.heard.left = unseen
	wr.pause(c)
	if !wr.rim.Watch(c) {
		wr.close(c)
	}
}

// push sends a blocked connection as much of its waiting output as its socket takes. If that is all, the connection joins the
// round. push reports whether something is left.
func (wr *writer) push(c *conn) (left bool) {
	sent, err := wr.sendQueue(c)
	wr.counts[bytesWritten] += uint64(sent)
	if sent > 0 { // the client has taken earlier output
		wr.hear(c)
	}
	switch {
	case err != nil && err != unix.EAGAIN:
		wr.close(c)
	case c.hasUnsent():
		return true
	default:
		wr.rim.Forget(c)
		wr.emptyQueue(c)
		c.clear(stateBlocked)
		if c.waiter != nil {
			wr.waiting.enqueue(c.waiter)
		}
		wr.shared.askToRetry()
		switch {
		case c.is(stateClosing):
			wr.hangUp(c)
		case !c.is(stateYielded): // else its turn will come
			c.event = 0
			wr.round.proceed(c)
		}
	}
	return false
}

// sendQueue sends as much of a connection's waiting output as its socket takes.
func (wr *writer) sendQueue(c *conn) (total int, err error) {
	if c.carrier != nil {
		return wr.sendWrappedQueue(c)
	}
	for len(c.queue) > 0 {
		n, length, err := wr.sendHead(c)
		total += n
		wr.forgetSent(c, n)
		if err != nil || n < length {
			return total, err
		}
	}
	return total, nil
}

// sendHead makes one attempt to send as much of the waiting output as one call can. length is how many bytes that is.
func (wr *writer) sendHead(c *conn) (sent, length int, err error) {
	if len(c.queue) == 1 {
		b := c.queue[0].bytes
		sent, err = wr.kernel.Send(c.fd, b)
		return sent, len(b), err
	}
	defer wr.calls.forget()
	for i := range min(len(c.queue), kernel.MaxVector) {
		wr.calls.batch.Pieces = wr.calls.batch.Pieces.Add(c.queue[i].bytes)
		length += len(c.queue[i].bytes)
	}
	sent, err = wr.kernel.SendVector(c.fd, wr.calls.batch.Pieces)
	return sent, length, err
}

// forgetSent removes waiting output that has been sent, and releases values that have been sent whole.
func (wr *writer) forgetSent(c *conn, sent int) {
	for sent > 0 {
		u := &c.queue[0]
		n := min(sent, len(u.bytes))
		sent -= n
		if u.bytes = u.bytes[n:]; len(u.bytes) > 0 {
			return
		}
		wr.replies.release(u.item)
		*u = unsent{}
		c.queue = c.queue[1:]
	}
}
