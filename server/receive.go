package server

import "golang.org/x/sys/unix"

// receiveMost bounds what is read straight into a chunk at one event, in bytes, so that others are not kept waiting.
const receiveMost = 1 << 20

// receive reads the value that a connection is sending straight from the socket into its chunk, as far as it has come,
// past gnet's buffer. The end of input and errors are left for gnet to find.
func (l *loop) receive(c *conn) {
	f := c.fill
	for budget := receiveMost; budget > 0 && !f.done(); {
		n, err := l.kernel.ReceiveVector(c.fd, f.rest(budget))
		if n == 0 || err != nil {
			if err != unix.EAGAIN {
				return
			}
			break
		}
		budget -= n
		l.received(c, n)
	}
	l.answer()
}

// received notes that n further bytes of a value have come. If it is whole it joins the round.
func (l *loop) received(c *conn, n int) {
	l.counts[bytesRead] += uint64(n)
	l.hear(c)
	if c.fill.took(n); c.fill.done() {
		l.round.ready = append(l.round.ready, arrival{c: c})
		c.set(stateReady)
	}
}
