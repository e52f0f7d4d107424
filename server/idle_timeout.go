package server

// Connections that are idle for too long are closed if -o idle_timeout asks for it, as in memcached 1.6.
//
// The time of a connection counts from when it was last heard. It is measured in seconds that the server has been
// awake (shared.awake): a process that is stopped for a while has heard nobody, and must not close everybody when it
// goes on. No jump of the wall clock moves it either.
//
// Every few seconds each loop looks at all its connections: that is what the setting costs, besides one atomic load for
// each event. Without it there is no list and no look.

// roster is what a loop knows of its connections to find the idle ones.
type roster struct {
	after uint32 // seconds; 0 is never, and then there is no list
	conns []*conn
	task  func()
}

// lastHeard is what a connection is judged by.
type lastHeard struct {
	at    uint32 // see shared.awake
	place int32  // in the roster
	left  int    // bytes it had not taken when it was last looked at since it was blocked, or unseen
}

// unseen is no number of bytes: what is left of other replies says nothing of these.
const unseen = -1

// watchIdle makes a new loop close idle connections, if the settings ask for it.
func (l *loop) watchIdle() {
	l.roster.after = uint32(l.shared.settings.IdleTimeout)
	l.roster.task = func() { l.guard(nil, l.closeIdle) }
}

// add puts a new connection on the list.
func (r *roster) add(c *conn) {
	if r.after > 0 {
		c.heard.place = int32(len(r.conns))
		r.conns = append(r.conns, c)
	}
}

// remove takes a connection off the list: the last one takes its place.
func (r *roster) remove(c *conn) {
	if r.after == 0 {
		return
	}
	end := len(r.conns) - 1
	last := r.conns[end]
	r.conns[c.heard.place], last.heard.place = last, c.heard.place
	r.conns[end] = nil
	r.conns = r.conns[:end]
}

// closeIdle closes the connections that have been idle for too long. It goes from the end, since each that is closed is
// replaced by the last.
func (l *loop) closeIdle() {
	now := l.shared.awake.Load()
	for i := len(l.roster.conns) - 1; i >= 0; i-- {
		c := l.roster.conns[i]
		if !l.isIdle(c, now) {
			continue
		}
		l.counts[idleKicks]++
		if l.shared.log.Level() > 1 {
			l.shared.log.Printf("<%d was idle for too long", c.fd)
		}
		l.close(c)
	}
	l.totals.add(&l.counts)
}

// isIdle says whether a connection has neither sent nor taken anything for too long.
//
// One that waits for us is not idle, whether for its turn or for work that is done elsewhere. One that has not finished
// a request is, and so is one that takes none of its replies, which memcached would keep.
func (l *loop) isIdle(c *conn, now uint32) bool {
	switch {
	case c.is(stateBlocked) || c.needsNothing():
		if left := c.notTaken(); left != c.heard.left {
			c.heard.left, c.heard.at = left, now
		}
	case c.state&(stateReady|stateYielded|stateParked) != 0:
		c.heard.at = now
	}
	return now-c.heard.at > l.roster.after
}

// maxSweep is how many seconds lie between two looks at the connections, at most.
const maxSweep = 5

// sweepEvery returns how many seconds lie between two looks at the connections: a tenth of the timeout, within bounds.
func sweepEvery(timeout int) uint32 {
	return uint32(max(1, min(timeout/10, maxSweep)))
}

// tick is called once a second while the server is awake, and when the time has come tells each loop to look, for this or
// for who is stalled (stalled.go).
func (s *Server) tick() {
	now := s.awake.Add(1)
	timeout := s.settings.IdleTimeout
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	s.relieve(now)
	if timeout == 0 || now%sweepEvery(timeout) != 0 {
		return
	}
	for _, l := range s.loops {
		_ = l.rim.Execute(l.roster.task) // an error means that the server is stopping, or that it is a UDP worker's
	}
}
