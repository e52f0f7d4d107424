package server

// A connection that is to wait is paused, if the rim can do that: nobody reads from it meanwhile, and no poll tells that
// it has something to say. So what it sends stays in its socket, and costs nothing. Where it cannot be paused what it sends is
// kept, up to a bound (maxKept), until it may go on.

// pause stops the reading from a connection.
func (k *core) pause(c *conn) {
	if !c.is(statePaused) && k.rim.Pause(c.fd) {
		c.set(statePaused)
	}
}

// resume ends a pause, unless there is still reason for it.
func (k *core) resume(c *conn) {
	if c.is(statePaused) && c.state&(stateBlocked|stateYielded|stateParked) == 0 && k.rim.Resume(c.fd) {
		c.clear(statePaused)
	}
}

// maxKept is how many bytes of input are kept for a connection that cannot be paused.
const maxKept = 1 << 20

// limitKept closes a connection that cannot be paused and for which too much input waits.
func (l *loop) limitKept(c *conn) {
	if l.rim.CanPause() || len(c.in) <= maxKept {
		return
	}
	if l.shared.log.Level() > 0 {
		l.shared.log.Printf("<%d does not read its replies, and has sent more than %d KB: closed", c.fd, maxKept>>10)
	}
	l.close(c)
}

// noPoller tells the operator what it means that the rim can pause nobody.
func (s *shared) noPoller(err error) {
	s.log.Printf("warning: %v. Clients that do not read their replies cannot be paused: who has sent more than %d KB "+
		"meanwhile is closed, and who closes its half meanwhile loses the rest of its answers", err, maxKept>>10)
}
