package server

import (
	"golang.org/x/sys/unix"

	"gocached/engine"
	"gocached/server/kernel"
)

// write is the third stage: it sends each connection its replies, with few system calls for all, and closes those that
// are done.
func (l *loop) write() {
	if len(l.touched) == 0 {
		return
	}
	l.closePiece()
	l.totals.add(&l.counts) // who has a reply sees in stats that it was counted
	l.sink.sendMany(l.touched)
	for _, c := range l.touched {
		switch {
		case c.first < 0: // has its replies already
		case !c.is(stateOpen):
			l.releasePieces(c)
		default:
			l.sink.sendOne(c)
		}
		c.resetOutput()
	}
	clear(l.touched)
	l.touched, l.out = l.touched[:0], l.out[:0]
	clear(l.pieces)
	l.pieces = l.pieces[:0]
}

// sendOne sends one connection its replies.
func (l *loop) sendOne(c *conn) {
	sent, err := l.send(c)
	l.wrote(c, sent, err)
}

// wrote goes on after a connection was sent its replies. What its socket did not take is kept, and the connection is
// blocked until it has gone.
func (l *loop) wrote(c *conn, sent int, err error) {
	l.counts[bytesWritten] += uint64(sent)
	if err != nil && err != unix.EAGAIN {
		if l.shared.log.Level() > 0 {
			l.shared.log.Printf("Failed to write, and not due to blocking: %v", err)
		}
		l.releasePieces(c)
		l.close(c)
		return
	}
	if l.keepUnsent(c, sent) {
		l.block(c)
	} else if c.is(stateClosing) {
		l.hangUp(c)
	}
}

// send makes one attempt to send all pieces of a connection.
func (l *loop) send(c *conn) (sent int, err error) {
	first := &l.pieces[c.first]
	if first.next < 0 {
		b := l.bytes(first)
		if len(b) == 0 {
			return 0, nil
		}
		return l.kernel.Send(c.fd, b)
	}
	l.gatherPieces(c)
	defer l.forgetCalls()
	if len(l.batch.Pieces) == 0 {
		return 0, nil
	}
	return l.kernel.SendVector(c.fd, l.batch.Pieces)
}

// gatherPieces appends a connection's pieces to l.batch.Pieces, as many as one call takes.
func (l *loop) gatherPieces(c *conn) {
	for i, n := c.first, 0; i >= 0 && n < kernel.VectorMost; i, n = l.pieces[i].next, n+1 {
		l.batch.Pieces = l.batch.Pieces.Add(l.bytes(&l.pieces[i]))
	}
}

// keepUnsent releases the lent values that have gone and keeps what has not, in order. It reports whether anything is
// left to send.
func (l *loop) keepUnsent(c *conn, sent int) (left bool) {
	for i := c.first; i >= 0; i = l.pieces[i].next {
		p := &l.pieces[i]
		b := l.bytes(p)
		n := min(sent, len(b))
		sent -= n
		switch {
		case n == len(b):
			l.releasePiece(p)
		case p.lent.Value != nil:
			c.queue = append(c.queue, unsent{bytes: b[n:], item: p.lent})
			p.lent = engine.Item{}
			left = true
		default:
			l.keepOwn(c, append([]byte(nil), b[n:]...))
			left = true
		}
	}
	return left
}

// keepOwn keeps bytes of our own behind everything that a connection's socket has not taken.
func (l *loop) keepOwn(c *conn, b []byte) {
	if len(b) == 0 {
		return
	}
	c.queue = append(c.queue, unsent{bytes: b})
	c.kept += len(b)
	l.shared.unsent.Add(int64(len(b)))
}

// emptyQueue forgets the output that a connection's socket has not taken. What was lent has been released.
func (l *loop) emptyQueue(c *conn) {
	c.queue = nil
	l.shared.unsent.Add(-int64(c.kept))
	c.kept = 0
}

// unsentMost bounds the bytes of our own that all connections together keep: beyond it no answer is begun that may be
// megabytes long by itself, or a thousand clients that do not read could take all memory.
const unsentMost = 32 << 20

// bound sets how many bytes of replies each connection may have made in this run.
func (l *loop) bound() {
	l.room = l.most
	if l.stream && l.shared.unsent.Load() > l.shared.shares.copiesMost { // a datagram's sender makes us keep nothing
		l.room = min(l.most, outputFew)
	}
}

// releasePieces gives back what was lent for a connection that is gone.
func (l *loop) releasePieces(c *conn) {
	for i := c.first; i >= 0; i = l.pieces[i].next {
		l.releasePiece(&l.pieces[i])
	}
}

// block stops serving a connection whose socket is full: nothing more is read from it or parsed until the drainer
// finds room in its socket and unblocks it.
func (l *loop) block(c *conn) {
	c.set(stateBlocked)
	c.blocks++
	l.counts[connBlocks]++
	l.hear(c) // it has taken what it had before
	c.heard.left = unseen
	l.pause(c)
	if !l.shared.drainer.watch(c) {
		l.close(c)
	}
}

// unblock goes on with a blocked connection. It runs on the loop, when the drainer found room.
func (l *loop) unblock(c *conn) {
	if !c.is(stateOpen) || !c.is(stateBlocked) {
		return
	}
	if l.push(c) && !l.shared.drainer.watch(c) {
		l.close(c)
	}
	l.answer()
}

// push hands a blocked connection's socket what it takes. If that was all the connection joins the round. push reports
// whether something is left.
func (l *loop) push(c *conn) (left bool) {
	sent, err := l.sendQueue(c)
	l.counts[bytesWritten] += uint64(sent)
	if sent > 0 { // so it has taken what it had before
		l.hear(c)
	}
	switch {
	case err != nil && err != unix.EAGAIN:
		l.close(c)
	case len(c.queue) > 0:
		return true
	default:
		l.shared.drainer.forget(c)
		l.emptyQueue(c)
		c.clear(stateBlocked)
		if c.hungry != nil {
			l.stand(c.hungry)
		}
		l.shared.askToFeed()
		switch {
		case c.is(stateClosing):
			l.hangUp(c)
		case !c.is(stateYielded): // else its turn will come
			c.event = 0
			l.proceed(c)
		}
	}
	return false
}

// sendQueue sends what it can of the waiting output of a connection.
func (l *loop) sendQueue(c *conn) (total int, err error) {
	for len(c.queue) > 0 {
		n, length, err := l.sendHead(c)
		total += n
		l.forgetSent(c, n)
		if err != nil || n < length {
			return total, err
		}
	}
	return total, nil
}

// sendHead makes one attempt to send as much of the waiting output as one call takes, and returns how much that is.
func (l *loop) sendHead(c *conn) (sent, length int, err error) {
	if len(c.queue) == 1 {
		b := c.queue[0].bytes
		sent, err = l.kernel.Send(c.fd, b)
		return sent, len(b), err
	}
	defer l.forgetCalls()
	for i := range min(len(c.queue), kernel.VectorMost) {
		l.batch.Pieces = l.batch.Pieces.Add(c.queue[i].bytes)
		length += len(c.queue[i].bytes)
	}
	sent, err = l.kernel.SendVector(c.fd, l.batch.Pieces)
	return sent, length, err
}

// forgetSent lets go of waiting output that has been sent.
func (l *loop) forgetSent(c *conn, sent int) {
	for sent > 0 {
		u := &c.queue[0]
		n := min(sent, len(u.bytes))
		sent -= n
		if u.bytes = u.bytes[n:]; len(u.bytes) > 0 {
			return
		}
		l.release(u.item)
		*u = unsent{}
		c.queue = c.queue[1:]
	}
}

// close ends a connection at once, see hangUp. gnet calls OnClose within it. A datagram's has nothing to end.
func (l *loop) close(c *conn) {
	if c.is(stateOpen) && c.gc != nil {
		_ = l.ev.Close(c.gc) // its error is that of a socket nobody needs any more
	}
}
