package server

// simIdle is what makes a client idle. Between the two times lies what the server may or may not take for a sign of life,
// like that it has sent something.
type simIdle struct {
	sure   uint32 // the second in which the client last gave a sign of life
	latest uint32 // the last in which there was anything that could pass for one
	took   bool   // bytes, since the last look, while the server waited for that
	moved  bool   // what it has still to take is not what it was at the last look, or it was not blocked then
	may    bool   // be closed at this look
	parked bool   // at the last watch
	takes  bool   // likewise
}

// heard notes a sign of life.
func (c *simClient) heard() { c.idle.sure, c.idle.latest = c.w.awake, c.w.awake }

// watchIdle lets a loop look for idle connections, and judges each look.
func (l *netLoop) watchIdle() {
	l.loop.watchIdle()
	look := l.loop.roster.task
	l.loop.roster.task = func() {
		l.beforeLook()
		l.looking = true
		look()
		l.looking = false
		l.afterLook()
	}
}

// waiting says whether a client waits for the server, or for work that is done elsewhere.
func (c *simClient) waiting() bool {
	return !c.takes() && c.conn.context.state&(stateReady|stateYielded|stateParked) != 0
}

// takes says whether the server waits for a client to take its replies.
func (c *simClient) takes() bool {
	h := c.conn.context.waiter
	return c.conn.context.is(stateBlocked) || h != nil && !h.queued
}

func (l *netLoop) beforeLook() {
	w := l.w
	for _, c := range w.clients {
		if c.conn.loop != l || !c.conn.opened {
			continue
		}
		c.idle.may = w.awake-c.idle.sure > uint32(w.plan.idle) && !c.waiting()
		if c.waiting() {
			w.saw(sawIdleSpared)
			c.heard()
		}
		if c.idle.moved {
			c.idle.latest = w.awake
		}
		if c.idle.took && c.takes() {
			w.saw(sawIdleTook)
		}
		c.idle.took, c.idle.moved = false, c.waiting()
	}
}

func (l *netLoop) afterLook() {
	for _, c := range l.w.clients {
		s := c.conn.socket
		silent := c.conn.opened && !c.gone && len(s.in) == 0 && !s.ended && !s.reset // the loop has no event of it
		if c.conn.loop == l && silent && l.w.awake-c.idle.latest > uint32(l.w.plan.idle) {
			l.w.fail("client %d: is not closed in second %d though idle since %d", c.number, l.w.awake, c.idle.latest)
		}
	}
}

// closedIdle judges a connection that was closed by a look.
func (c *simClient) closedIdle() {
	c.w.saw(sawIdleClosed)
	c.w.kicks++
	if c.conn.socket.unread > 0 {
		c.w.saw(sawIdleClosedFull)
	}
	if !c.idle.may {
		c.w.fail("client %d: is closed as idle in second %d, heard in %d", c.number, c.w.awake, c.idle.sure)
	}
}

// watch notes what may be a sign of life in what a loop has just done.
func (i *simIdle) watch(c *simClient) {
	parked, takes := c.conn.context.is(stateParked), c.takes()
	if i.parked && !parked {
		c.heard()
		i.moved = true
	}
	if takes != i.takes {
		i.latest, i.moved = c.w.awake, true
	}
	i.parked, i.takes = parked, takes
}

// tick lets seconds pass in which the server is awake; so many that it cannot have been count as one.
func (w *world) tick(seconds int) {
	if seconds > 1000 {
		seconds = 1
	}
	for range seconds {
		w.awake++
		w.server.tick()
	}
}
