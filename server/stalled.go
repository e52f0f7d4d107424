package server

// Memory that cannot be evicted is bounded: values that are lent to clients that do not read, copies for them (long_values.go),
// and room for values that are being received (reserveValue, roomForShort). When a bound is reached further requests wait. They
// must not wait for ever because others have stopped half-way.
//
// So while any connection holds such memory, each loop looks at its connections once a second, and notes how far they have
// come. A connection is stalled if it has hardly moved for as long as its patience. A client that sends a value has
// stalledSending seconds. A client that must take replies needs more, since its system reports room in steps: if it reads
// steadily, 20 KB every second, it seems to take nothing for 3 to 25 seconds, and then a tenth of its receive buffer or all
// of it at once. That buffer is not larger than what the client's system has taken in all. A client that reads steadily
// empties it in the time in which it reads that much. So that is its patience, reckoned at slowestReader bytes in a second.
//
// No connection is closed for being stalled alone. Stalled connections are closed while requests are in a queue for what
// they hold: the longest stalled first, until as much is released as the queued requests lack. The first request of a queue
// may need a whole run of pages, in which several connections hold something. If it is still there two seconds later, connections with
// twice as much are closed, and so on.
//
// A request that has been in a queue for lastResort seconds will soon be refused. Then late connections are closed too:
// those that have been sending one value for as many seconds. The slowest goes first.

const (
	stalledSending = 10 // seconds

	// stalledReading is the longest patience with a client that must take replies, in seconds; stalledSoon is the shortest.
	stalledReading = 30
	stalledSoon    = 4

	slowestReader = 12 << 10 // bytes in a second
	minMoved      = 4 << 10  // bytes in a second; a connection that moves less hardly moves
)

// progress is how far a connection had come when it last moved enough.
type progress struct {
	at     uint32 // see waiting.looks
	blocks uint32
	fill   *fill
	reads  bool // it takes replies; else it sends a value
	left   int
}

// patience returns for how many looks a connection may hardly move.
func (l *loop) patience(c *conn) int {
	if !c.is(stateBlocked) {
		return l.shared.shares.stalledSending
	}
	empties := l.kernel.Taken(c.fd) / slowestReader
	return int(min(stalledSoon+empties, uint64(l.shared.shares.stalledReading)))
}

// silence notes how far a connection that holds something has come. It returns for how many looks the connection has moved less
// than it must within its patience.
func (l *loop) silence(c *conn, patience int) int {
	p := progress{at: l.waiting.looks, blocks: c.blocks, fill: c.fill, reads: c.is(stateBlocked)}
	if p.reads {
		p.left = c.notTaken()
	} else {
		p.left = len(c.fill.item.Value) - c.fill.got
	}
	if c.progress == nil {
		c.progress = new(progress)
	}
	before := c.progress
	anew := before.blocks != p.blocks || before.fill != p.fill || before.reads != p.reads || before.left < p.left
	if anew || before.left-p.left >= l.shared.shares.minMoved*patience {
		*before = p
	}
	return int(l.waiting.looks - before.at)
}

// holding returns which kinds of memory a connection holds, and how many bytes. Bytes of our own count only if there are more
// than maxOutput, which any client may leave untaken.
func (c *conn) holding() (kinds held, bytes int) {
	if c.receiving() {
		kinds, bytes = heldValues, len(c.fill.item.Value)
		if c.fill.short > 0 {
			kinds, bytes = heldBuffers, c.fill.short
		}
	}
	if !c.is(stateBlocked) {
		return kinds, bytes
	}
	for i := range c.queue {
		switch u := &c.queue[i]; {
		case u.item.Ref != 0:
			kinds |= heldLoans
			bytes += len(u.item.Value)
		case u.item.Value != nil:
			kinds |= heldCopies
			bytes += len(u.item.Value)
		}
	}
	if c.kept > maxOutput {
		kinds |= heldCopies
		bytes += c.kept
	}
	return kinds, bytes
}

// judge says whether a connection is stalled or late.
func (l *loop) judge(c *conn) (s stalled, is bool) {
	kinds, bytes := c.holding()
	if kinds == 0 {
		return s, false
	}
	patience := l.patience(c)
	s = stalled{c: c, silent: l.silence(c, patience), kinds: kinds, bytes: bytes}
	if s.silent >= patience {
		return s, true
	}
	if c.receiving() && !c.is(stateBlocked) {
		s.late, s.silent = true, int(l.shared.awake.Load()-c.fill.since)
	}
	return s, s.late && s.silent >= int(l.shared.shares.lastResort())
}

// look is what a loop does once a second while any memory is held or any request waits. It looks at all its connections, and
// reports those that are stalled or late. While requests are in queues it also sends what blocked sockets can take already,
// since the rim tells late that they have room.
//
// Patience counts looks, not seconds: while a loop is held up no client can move.
func (l *loop) look() {
	now := l.shared.awake.Load()
	if l.waiting.looked == now {
		return
	}
	l.waiting.looked = now
	l.waiting.looks++
	var found []stalled
	scarce := l.shared.anyQueued()
	for _, c := range l.conns {
		if c != nil && scarce && c.is(stateBlocked) {
			l.guard(c, func() { l.writer.push(c) })
		}
		if c != nil && c.is(stateOpen) {
			if s, is := l.judge(c); is {
				found = append(found, s)
			}
		}
	}
	l.guard(nil, l.answer)
	l.shared.relief.report(found)
	l.refuseLate(now)
	l.retryWaiters(l.waiting.waiters.count())
	l.retryGets()
	l.totals.add(&l.counts)
}

// guardedLook is look, as a task.
func (l *loop) guardedLook() { l.guard(nil, l.look) }

// relieve asks the loops to look, and to close the connections that were chosen. Needs loopsMu.
func (s *Server) relieve(now uint32) {
	for _, f := range s.choose(now) {
		s.askToClose(f.c)
	}
	if s.waiters.Load() == 0 && !s.holdsAnything() {
		return
	}
	for _, l := range s.loops {
		_ = l.rim.Execute(l.guardedLook) // an error means that the server is stopping, or that the loop is a worker's
	}
}

// askToClose asks its loop to close a connection, unless the connection has moved meanwhile.
func (s *Server) askToClose(c *conn) {
	c.loop.onLoop(c, func() { c.loop.closeStalled(c) })
}

func (l *loop) closeStalled(c *conn) {
	if l.look(); !c.is(stateOpen) { // this second's look must come first, or what judge sees would count for the second before
		return
	}
	if _, still := l.judge(c); !still {
		return
	}
	l.counts[stalledKicks]++
	if l.shared.log.Level() > 0 {
		l.shared.log.Printf("<%d is stalled, or has taken too long, and holds memory that others need: closed", c.fd)
	}
	l.close(c)
	l.totals.add(&l.counts)
}
