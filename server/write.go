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
func (w *writer) sendOne(c *conn) {
	if c.carrier != nil {
		w.sendWrapped(c)
		return
	}
	sent, err := w.send(c)
	w.wrote(c, sent, err)
}

// wrote is called when a connection has been sent its replies. If its socket did not take all, the rest is kept, and the
// connection is blocked until the rest has gone.
func (w *writer) wrote(c *conn, sent int, err error) {
	w.counts[bytesWritten] += uint64(sent)
	if err != nil && err != unix.EAGAIN {
		w.broken(c, err)
		return
	}
	if some := sent < c.size || w.replies.values > 0; some && w.keepUnsent(c, sent) {
		w.block(c)
	} else if c.is(stateClosing) {
		w.hangUp(c)
	}
}

// broken closes a connection that cannot be sent its replies.
func (w *writer) broken(c *conn, err error) {
	if w.shared.log.Level() > 0 {
		w.shared.log.Printf("Failed to write, and not due to blocking: %v", err)
	}
	w.replies.releasePieces(c)
	w.close(c)
}

// send makes one attempt to send all pieces of a connection.
func (w *writer) send(c *conn) (sent int, err error) {
	first := &w.replies.pieces[c.first]
	if first.next >= 0 {
		return w.sendPieces(c)
	}
	if b := w.replies.bytes(first); len(b) > 0 {
		return w.kernel.Send(c.fd, b)
	}
	return 0, nil
}

// sendPieces is send for several pieces.
func (w *writer) sendPieces(c *conn) (sent int, err error) {
	w.appendPieces(c)
	defer w.calls.forget()
	if len(w.calls.batch.Pieces) == 0 {
		return 0, nil
	}
	return w.kernel.SendVector(c.fd, w.calls.batch.Pieces)
}

// appendPieces appends a connection's pieces to calls.batch.Pieces, as many as one call takes.
func (w *writer) appendPieces(c *conn) {
	for i, n := c.first, 0; i >= 0 && n < kernel.MaxVector; i, n = w.replies.pieces[i].next, n+1 {
		w.calls.batch.Pieces = w.calls.batch.Pieces.Add(w.replies.bytes(&w.replies.pieces[i]))
	}
}

// keepUnsent releases the lent values that have been sent, and keeps the rest of a connection's replies, in order. It reports
// whether there is a rest.
func (w *writer) keepUnsent(c *conn, sent int) (left bool) {
	for i := c.first; i >= 0; i = w.replies.pieces[i].next {
		p := &w.replies.pieces[i]
		b := w.replies.bytes(p)
		n := min(sent, len(b))
		sent -= n
		switch {
		case n == len(b):
			w.replies.releasePiece(p)
		case p.lent.Value != nil:
			c.queue = append(c.queue, unsent{bytes: b[n:], item: p.lent})
			p.lent = engine.Item{}
			left = true
		default:
			w.keepOwn(c, append([]byte(nil), b[n:]...))
			left = true
		}
	}
	return left
}

// keepOwn keeps bytes of our own behind everything that a connection's socket has not taken.
func (w *writer) keepOwn(c *conn, b []byte) {
	if len(b) == 0 {
		return
	}
	c.queue = append(c.queue, unsent{bytes: b})
	c.kept += len(b)
	w.shared.unsent.Add(int64(len(b)))
}

// emptyQueue forgets the output that a connection's socket has not taken. The caller has released what was lent.
func (w *writer) emptyQueue(c *conn) {
	c.queue = nil
	if c.carrier != nil {
		c.carrier.wire, c.carrier.counted = nil, 0
	}
	w.shared.unsent.Add(-int64(c.kept))
	c.kept = 0
}

// block stops serving a connection whose socket is full. Nothing more is read from it or parsed until the rim finds room in its
// socket.
func (w *writer) block(c *conn) {
	c.set(stateBlocked)
	c.blocks++
	w.counts[connBlocks]++
	w.hear(c) // it has taken its earlier output
	c.heard.left = unseen
	w.pause(c)
	if !w.rim.Watch(c) {
		w.close(c)
	}
}

// push sends a blocked connection as much of its waiting output as its socket takes. If that is all, the connection joins the
// round. push reports whether something is left.
func (w *writer) push(c *conn) (left bool) {
	sent, err := w.sendQueue(c)
	w.counts[bytesWritten] += uint64(sent)
	if sent > 0 { // the client has taken earlier output
		w.hear(c)
	}
	switch {
	case err != nil && err != unix.EAGAIN:
		w.close(c)
	case c.hasUnsent():
		return true
	default:
		w.rim.Forget(c)
		w.emptyQueue(c)
		c.clear(stateBlocked)
		if c.waiter != nil {
			w.waiting.enqueue(c.waiter)
		}
		w.shared.askToRetry()
		switch {
		case c.is(stateClosing):
			w.hangUp(c)
		case !c.is(stateYielded): // else its turn will come
			c.event = 0
			w.round.proceed(c)
		}
	}
	return false
}

// sendQueue sends as much of a connection's waiting output as its socket takes.
func (w *writer) sendQueue(c *conn) (total int, err error) {
	if c.carrier != nil {
		return w.sendWrappedQueue(c)
	}
	for len(c.queue) > 0 {
		n, length, err := w.sendHead(c)
		total += n
		w.forgetSent(c, n)
		if err != nil || n < length {
			return total, err
		}
	}
	return total, nil
}

// sendHead makes one attempt to send as much of the waiting output as one call can. length is how many bytes that is.
func (w *writer) sendHead(c *conn) (sent, length int, err error) {
	if len(c.queue) == 1 {
		b := c.queue[0].bytes
		sent, err = w.kernel.Send(c.fd, b)
		return sent, len(b), err
	}
	defer w.calls.forget()
	for i := range min(len(c.queue), kernel.MaxVector) {
		w.calls.batch.Pieces = w.calls.batch.Pieces.Add(c.queue[i].bytes)
		length += len(c.queue[i].bytes)
	}
	sent, err = w.kernel.SendVector(c.fd, w.calls.batch.Pieces)
	return sent, length, err
}

// forgetSent removes waiting output that has been sent, and releases values that have been sent whole.
func (w *writer) forgetSent(c *conn, sent int) {
	for sent > 0 {
		u := &c.queue[0]
		n := min(sent, len(u.bytes))
		sent -= n
		if u.bytes = u.bytes[n:]; len(u.bytes) > 0 {
			return
		}
		w.replies.release(u.item)
		*u = unsent{}
		c.queue = c.queue[1:]
	}
}
