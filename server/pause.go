package server

// A connection that must wait is paused, if the rim can do that. Nobody reads from a paused connection, and no poll reports
// that it has input. So what it sends stays in its socket, and costs nothing. If a connection cannot be paused, its input is
// kept, up to maxKept bytes, until it may go on.

// pause stops the reading from a connection.
func (co *core) pause(c *conn) {
	if !c.is(statePaused) && co.rim.Pause(c.fd) {
		c.set(statePaused)
	}
}

// resume ends a pause, unless there is still reason for it.
func (co *core) resume(c *conn) {
	if c.is(statePaused) && !c.isHeldUp() && co.rim.Resume(c.fd) {
		c.clear(statePaused)
	}
}

// maxKept is how many bytes of input are kept for a connection that waits and cannot be paused.
const maxKept = 1 << 20

// limitInput closes a connection that cannot be paused if too much of its input waits.
func (l *loop) limitInput(c *conn) {
	kept := len(c.in)
	if c.carrier != nil {
		kept += len(c.carrier.early)
	}
	if l.rim.CanPause() || kept <= maxKept {
		return
	}
	if l.shared.log.Level() > 0 {
		l.shared.log.Printf("<%d does not read its replies, and has sent more than %d KB: closed", c.fd, maxKept>>10)
	}
	l.close(c)
}

// noPoller tells the operator that the rim can pause no connection, and what follows from that.
func (s *shared) noPoller(err error) {
	s.log.Printf("warning: %v. Clients that do not read their replies cannot be paused: who has sent more than %d KB "+
		"meanwhile is closed, and who closes its half meanwhile loses the rest of its answers", err, maxKept>>10)
}
