package server

// Memory that cannot be evicted is bounded: what is lent to clients who do not read, or copied for them (long_values.go), and
// what waits for values that are being received (expectValue, expectsShort). Who comes when a bound is reached waits, and that shall
// not last because others have stopped half-way.
//
// So while anything is held each loop looks once a second at the connections that hold something, and notes how far they
// have come. One is stalled that has hardly moved for as long as its patience says. Who sends a value has stalledSending
// seconds. Who is to take replies cannot be judged so soon, for the system on the other side says that it has room in
// steps: a client that reads steadily, 20 KB every second, is seen to take nothing for 3 to 25 seconds, and then a tenth of its
// receive buffer or all of it at once. That buffer is no larger than what the client's system has taken in all, and whoever
// reads steadily empties it in the time in which he reads so much. So that is the time a client is given, as if it read slowestReader
// bytes in a second.
//
// Nobody is closed for that alone. While requests stand in line for what stalled connections hold these are closed, those
// first that have been stalled for longest, until what they held is as much as those in line lack. The first in line may need a
// whole page, in which others hold something. If it still stands there a second later, twice as much is closed, and so on.
//
// A request that has stood in line for lastResort seconds will soon be refused. Then connections are closed too that are late:
// they have been sending one value for as many seconds. The slowest goes first.

const (
	stalledSending = 10 // seconds

	// stalledReading is how many seconds a client that is to read is given, and stalledSoon with a buffer of no size.
	stalledReading = 30
	stalledSoon    = 4

	slowestReader = 12 << 10 // bytes in a second
	minMoved      = 4 << 10  // bytes in a second that are hardly anything
)

// progress is how far a connection had come when it had last come far.
type progress struct {
	at     uint32 // see loop.looks
	blocks uint32
	fill   *fill
	reads  bool // it is to read, or sends a value
	left   int
}

// patience is for how many looks a connection may hardly move.
func (l *loop) patience(c *conn) int {
	if !c.is(stateBlocked) {
		return l.shared.shares.stalledSending
	}
	empties := l.kernel.Taken(c.fd) / slowestReader
	return int(min(stalledSoon+empties, uint64(l.shared.shares.stalledReading)))
}

// silence notes how far a connection has come that holds something, and returns for how many looks it has moved less than it
// must in its patience.
func (l *loop) silence(c *conn, patience int) int {
	p := progress{at: l.waiting.looks, blocks: c.blocks, fill: c.fill, reads: c.is(stateBlocked)}
	if p.reads {
		p.left = c.notTaken()
	} else {
		p.left = len(c.fill.item.Value) - c.fill.got
	}
	before := c.progress
	anew := before.blocks != p.blocks || before.fill != p.fill || before.reads != p.reads || before.left < p.left
	if anew || before.left-p.left >= l.shared.shares.minMoved*patience {
		c.progress = p
	}
	return int(l.waiting.looks - c.progress.at)
}

// holding returns what a connection holds, and how much. Bytes of our own count when they are more than any client may
// leave.
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

// judge looks at a connection, and says whether it is stalled or late.
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

// look is what a loop does once a second while anything is held, or somebody waits: it looks at all its connections, and
// reports those that are stalled or late. While some wait to be answered it also hands the others' sockets what they take
// already, which the rim tells late.
//
// Looks are counted, and not seconds: a loop that was held up gave nobody a chance to move.
func (l *loop) look() {
	now := l.shared.awake.Load()
	if l.waiting.looked == now {
		return
	}
	l.waiting.looked = now
	l.waiting.looks++
	var found []stalled
	scarce := l.shared.anybodyStands()
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
	l.giveUpLate(now)
	l.feed(l.waiting.hungry.count())
	l.feedOthers()
	l.totals.add(&l.counts)
}

// guardedLook is look as a task.
func (l *loop) guardedLook() { l.guard(nil, l.look) }

// relieve has the loops look, and close those that are to be closed. Needs loopsMu.
func (s *Server) relieve(now uint32) {
	for _, f := range s.choose(now) {
		s.relieveOf(f.c)
	}
	if s.hungry.Load() == 0 && !s.holdsAnything() {
		return
	}
	for _, l := range s.loops {
		_ = l.rim.Execute(l.guardedLook) // an error means that the server is stopping, or that it is a UDP worker's
	}
}

// relieveOf has a connection closed, unless it has moved meanwhile.
func (s *Server) relieveOf(c *conn) {
	c.loop.onLoop(c, func() { c.loop.closeStalled(c) })
}

func (l *loop) closeStalled(c *conn) {
	if l.look(); !c.is(stateOpen) { // this second's look comes first, or what it sees would count as seen in the one before
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
