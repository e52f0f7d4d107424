package server

import "golang.org/x/sys/unix"

// receiveMost bounds what is read straight into a chunk at one event, in bytes, so that others are not kept waiting.
const receiveMost = 1 << 20

// receive reads the value that a connection is sending straight from the socket into its chunk, as far as it has come,
// past gnet's buffer. The end of input and errors are left for gnet to find.
func (l *loop) receive(c *conn) (more bool) {
	f := c.fill
	for budget := receiveMost; budget > 0 && c.fill == f && !f.done(); {
		rest := f.item.Value[f.got:]
		if len(rest) == 0 {
			rest = f.tail[f.tailGot:f.tailLen]
		}
		n, err := l.kernel.receive(c.fd, rest[:min(len(rest), budget)])
		if n == 0 || err != nil {
			return err == unix.EAGAIN
		}
		budget -= n
		l.counts[bytesRead] += uint64(n)
		if f.got < len(f.item.Value) {
			f.got += n
		} else {
			f.tailGot += n
		}
	}
	if f.done() && c.fill == f {
		l.ready = append(l.ready, arrival{c: c})
		l.answer()
	}
	return true
}
