package server

import (
	"time"

	"golang.org/x/sys/unix"
)

// A client that we hang up on has often more to say: the rest of a line that is given up, the body of a request that is
// not for us, whatever stands behind a packet that is refused. A socket that is closed while such input is in it, or
// comes later, answers with a reset, and that takes away from the client what it has not read yet, be it the answers to
// what it asked before. So we say that it is over, and read what comes, and forget it, until the client closes too. Who
// has said all before we ended it, as with a quit, is closed at once: a reset is how it learns that it should not go on.

// lingerTime is for how long we wait for that.
const lingerTime = 2 * time.Second

// hangUp ends a connection that has all its replies.
func (w *writer) hangUp(c *conn) {
	if !c.is(stateOpen) || c.is(stateEnding) {
		return
	}
	said, ended := w.discard(c)
	if ended || c.is(stateSaidAll) && said == 0 || c.gone.Load() || w.kernel.Shut(c.fd) != nil {
		w.close(c)
		return
	}
	c.set(stateEnding)
	w.inputs.drop(c)
	w.resume(c)
	w.onLoopAfter(c, lingerTime, func() {
		if c.is(stateEnding) {
			w.close(c)
		}
	})
}

// maxDiscard bounds what is read at once of what nobody wants, in bytes. The rest is read as it comes.
const maxDiscard = 1 << 20

// discard forgets what a connection has sent. It returns how much that was, and whether that was all there will be.
func (w *writer) discard(c *conn) (said int, ended bool) {
	for said < maxDiscard {
		n, err := w.kernel.Receive(c.fd, w.inputs.wasteBuffer())
		if n == 0 || err != nil {
			return said, err != unix.EAGAIN
		}
		w.counts[bytesRead] += uint64(n)
		w.hear(c)
		said += n
	}
	return said, false
}
