package server

import (
	"time"

	"golang.org/x/sys/unix"
)

// A line that has no end, and is no get, is given up once it is long and nothing more comes of it for a moment. memcached
// 1.4.5 does that as soon as it has read what is there, and so hangs up on a line that arrives in two packets. How long a
// line may be at most is package protocol's affair.

// lineEndTime is for how long nothing more may come of a long line that has no end: on a network that caches are used in a
// lost packet comes again within it.
const lineEndTime = 100 * time.Millisecond

// awaitLineEnd has a connection's line looked at in a moment.
func (l *loop) awaitLineEnd(c *conn) {
	c.set(stateTimed)
	seen := c.grown
	l.onLoopAfter(c, lineEndTime, func() { l.judgeLine(c, seen) })
}

// judgeLine ends a connection whose line has not grown any more. What has come meanwhile and was not read counts, since
// it may be that the process was held up, and not the client.
func (l *loop) judgeLine(c *conn, seen uint32) {
	c.clear(stateTimed)
	switch {
	case !c.mayParse(): // its line will be looked at when it may go on
		c.clear(stateUnended)
	case !c.is(stateUnended):
	case c.grown != seen:
		l.awaitLineEnd(c)
	case l.readMore(c):
	default:
		c.clear(stateUnended)
		c.set(stateClosing)
		l.writer.hangUp(c)
	}
}

// readMore takes what a connection has sent. It reports whether there was anything, be it the end, which gnet will find.
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
