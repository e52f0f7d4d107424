package server

// simMoves is how far a client has come with what the server waits for: a value that it sends, or replies that it takes.
type simMoves struct {
	last  uint32 // the second in which it last came far, or began with something else
	began uint32 // the latter
	state connState
	fill  *fill
}

// by notes that a client has taken some bytes, or sent some.
func (m *simMoves) by(c *simClient, n int, taken bool) {
	if taken == c.conn.context.is(stateBlocked) && n >= c.w.plan.minMoved*max(c.w.plan.stalledReading, c.w.plan.stalledSending) {
		m.last = c.w.awake
	}
}

// watchMoves notes that a client has come to be blocked, or begun to send another value.
func (c *simClient) watchMoves() {
	if state, fill := c.conn.context.state&stateBlocked, c.conn.context.fill; state != c.moves.state || fill != c.moves.fill {
		began := c.moves.began
		if fill != c.moves.fill {
			began = c.w.awake
		}
		c.moves = simMoves{c.w.awake, began, state, fill}
	}
}

// checkStalled judges whether a client that is closed since it is stalled, or late with its value, is that.
func (c *simClient) checkStalled() {
	patience := c.w.plan.stalledSending
	if c.conn.context.is(stateBlocked) {
		patience = min(stalledSoon, c.w.plan.stalledReading)
	}
	if late := c.w.awake - c.moves.began; c.conn.context.receiving() && late >= c.w.plan.lastResort() {
		return
	}
	if silent := c.w.awake - c.moves.last; silent < uint32(patience) {
		c.w.fail("client %d is closed as stalled, and has come far %d seconds ago", c.number, silent)
	}
}

// checkNobodyWaits looks at what is left of those who have waited for memory, and of what they waited for.
func (w *world) checkNobodyWaits() {
	s := w.server
	waiters, waiting, filling, shorts, lent := s.waiters.Load(), s.waitingBytes.Load(), s.filling.Load(), s.shorts.Load()+s.brief.Load(), s.lent.Load()
	if waiters != 0 || waiting != 0 || filling != 0 || shorts != 0 || lent != 0 {
		w.fail("%d requests wait with %d bytes, %d bytes are being received and %d of short values, %d values lent", waiters, waiting, filling, shorts, lent)
	}
	for i := range s.queues {
		if q := &s.queues[i]; q.occupied() || q.first != nil || q.last != nil {
			w.fail("somebody stands in line %d", i)
		}
	}
	for _, l := range s.loops {
		if l.waiting.waiters.count() != 0 || len(l.gets.loans) != 0 || l.waiting.retrying != nil || l.waiting.first {
			w.fail("a loop keeps %d requests that wait, %d loans", l.waiting.waiters.count(), len(l.gets.loans))
		}
	}
}
