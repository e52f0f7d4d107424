package server

import (
	"time"

	"golang.org/x/sys/unix"
)

// A long line without an end is given up if no more of it comes for a moment. Lines of gets are not. memcached 1.4.5 gives such
// a line up as soon as it has read what is there, and so hangs up on a line that arrives in two packets. Package protocol says
// how long a line may be at most.

// lineEndTime is how long we wait for more of a long line without an end. On the networks of caches a lost packet comes again
// within this time.
const lineEndTime = 100 * time.Millisecond

// awaitLineEnd sets the timer for a connection's line.
func (l *loop) awaitLineEnd(c *conn) {
	c.set(stateTimed)
	seen := c.grown
	l.onLoopAfter(c, lineEndTime, func() { l.judgeLine(c, seen) })
}

// judgeLine is called when the timer has run out. It ends the connection if its line has not grown. It first reads what has
// come meanwhile, since the process may have been slow, and not the client.
func (l *loop) judgeLine(c *conn, seen uint32) {
	c.clear(stateTimed)
	switch {
	case !c.mayParse(): // its line will be looked at when it may go on
		c.clear(stateUnended)
	case !c.is(stateUnended):
	case c.grown != seen:
		l.awaitLineEnd(c)
	case l.readMore(c):
		if c.is(stateUnended) && !c.is(stateTimed) { // part of a record of its transport, which says nothing yet
			l.awaitLineEnd(c)
		}
	default:
		c.clear(stateUnended)
		c.set(stateClosing)
		l.writer.hangUp(c)
	}
}

// readMore reads what a connection has sent. It reports whether there was anything. The end of input counts as something:
// gnet will find it.
func (l *loop) readMore(c *conn) bool {
	n, err := l.kernel.Receive(c.fd, l.inputs.wasteBuffer())
	if err == unix.EAGAIN {
		return false
	}
	if err != nil || n == 0 {
		c.clear(stateUnended)
		return true
	}
	l.hear(c)
	l.arrive(c, l.inputs.waste[:n])
	return true
}
