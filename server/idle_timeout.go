package server

// With -o idle_timeout a connection is closed if it is idle for too long, as in memcached 1.6.
//
// Idle time counts from the moment at which the connection was last heard. It is measured in seconds for which the server was
// awake (shared.awake). A process that was stopped for a while has heard nobody, and must not close everybody when it
// continues. A jump of the wall clock changes nothing either.
//
// Every few seconds each loop looks at all its connections. The setting costs this look and one atomic load for each event.
// Without the setting there is no list and no look.

// roster is the list in which a loop finds its idle connections.
type roster struct {
	after uint32 // seconds; 0 is never, and then there is no list
	conns []*conn
	task  func()
}

// lastHeard says when a connection was last heard.
type lastHeard struct {
	at    uint32 // see shared.awake
	place int32  // in the roster
	left  int    // bytes it had not taken at the last look, or unseen if there was no look since it was blocked
}

// unseen is no number of bytes. What was left of earlier replies says nothing of these.
const unseen = -1

// watchIdle makes a new loop close idle connections if the settings ask for it.
func (co *core) watchIdle() {
	co.roster.after = uint32(co.shared.settings.IdleTimeout)
	co.roster.task = func() { co.guard(nil, co.closeIdle) }
}

// add puts a new connection on the list.
func (r *roster) add(c *conn) {
	if r.after > 0 {
		c.heard.place = int32(len(r.conns))
		r.conns = append(r.conns, c)
	}
}

// remove takes a connection off the list. The last connection of the list moves to its place.
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

// closeIdle closes the connections that have been idle for too long. It goes backwards, since the last connection moves to
// the place of each one that is closed.
func (co *core) closeIdle() {
	now := co.shared.awake.Load()
	for i := len(co.roster.conns) - 1; i >= 0; i-- {
		c := co.roster.conns[i]
		if !co.isIdle(c, now) {
			continue
		}
		co.counts[idleKicks]++
		if co.shared.log.Level() > 1 {
			co.shared.log.Printf("<%d was idle for too long", c.fd)
		}
		co.close(c)
	}
	co.totals.add(&co.counts)
}

// isIdle says whether a connection has neither sent nor taken anything for too long.
//
// A connection that waits for us is not idle: for its turn, for parked work, for memory. A connection that has not finished a
// request is idle, and so is one that takes none of its replies. memcached would keep the latter.
func (co *core) isIdle(c *conn, now uint32) bool {
	switch {
	case c.is(stateBlocked) || c.mustTakeFirst():
		if left := c.notTaken(); left != c.heard.left {
			c.heard.left, c.heard.at = left, now
		}
	case c.state&(stateReady|stateYielded|stateParked) != 0:
		c.heard.at = now
	}
	return now-c.heard.at > co.roster.after
}

// maxSweep is how many seconds lie between two looks at the connections, at most.
const maxSweep = 5

// sweepEvery returns how many seconds lie between two looks at the connections: a tenth of the timeout, within bounds.
func sweepEvery(timeout int) uint32 {
	return uint32(max(1, min(timeout/10, maxSweep)))
}

// tick is called once a second while the server is awake. When the time has come it tells each loop to look for idle
// connections and for stalled ones (stalled.go).
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
		_ = l.rim.Execute(l.roster.task) // an error means that the server is stopping, or that the loop is a worker's
	}
}
