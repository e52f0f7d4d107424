package server

import (
	"time"

	"golang.org/x/sys/unix"
)

// A client that we hang up on often has more to say: the rest of a line that is given up, the body of a refused request,
// whatever follows a refused packet. If a socket is closed while such input is in it, or before such input arrives, the system
// answers with a reset. A reset takes from the client what it has not read yet, even the answers to its earlier requests. So
// we shut the sending side, and read and drop what comes until the client closes too. A client that had said everything before
// we ended the connection, as with quit, is closed at once. If it goes on all the same, a reset tells it to stop.

// lingerTime is how long we wait for the client to close.
const lingerTime = 2 * time.Second

// hangUp ends a connection that has all its replies.
func (wr *writer) hangUp(c *conn) {
	if !c.is(stateOpen) || c.is(stateEnding) {
		return
	}
	if c.carrier != nil && !c.carrier.ended {
		wr.sendEnd(c)
		return
	}
	said, ended := wr.discard(c)
	if ended || c.is(stateSaidAll) && said == 0 || c.gone.Load() || wr.kernel.Shut(c.fd) != nil {
		wr.close(c)
		return
	}
	c.set(stateEnding)
	wr.inputs.drop(c)
	wr.resume(c)
	wr.onLoopAfter(c, lingerTime, func() {
		if c.is(stateEnding) {
			wr.close(c)
		}
	})
}

// maxDiscard is how many bytes are discarded at once. The rest is read as it comes.
const maxDiscard = 1 << 20

// discard reads what a connection has sent and drops it. It returns how many bytes that was, and whether the client has sent
// all that it will.
func (wr *writer) discard(c *conn) (said int, ended bool) {
	for said < maxDiscard {
		n, err := wr.kernel.Receive(c.fd, wr.inputs.wasteBuffer())
		if n == 0 || err != nil {
			return said, err != unix.EAGAIN
		}
		wr.counts[bytesRead] += uint64(n)
		wr.hear(c)
		said += n
	}
	return said, false
}
