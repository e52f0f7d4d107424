package server

import (
	"context"

	"github.com/panjf2000/gnet/v2"
)

// Memory that cannot be evicted is bounded: what is lent to clients who do not read, or copied for them (lend.go), and
// what waits for values that are being received (expectValue). Who comes when a bound is reached has to wait, or is
// refused, and that shall not last because others have stopped half-way. So from then on the loops look twice, a second
// apart, at the connections that hold such memory, and close those that are stalled: that have moved less than progressLeast
// in between. Nobody is looked at, and nobody closed, while there is enough for all.

// The ways of being short of memory.
const (
	starvedOut = 1 << iota // values cannot be sent
	starvedIn              // values cannot be received
)

// progressLeast is how many bytes a connection that holds memory must move in a second while others lack it.
const progressLeast = 16 << 10

// starve notes that somebody lacks memory.
func (s *Server) starve(how uint32) {
	if s.starved.Load()&how != how {
		s.starved.Or(how)
	}
}

// shortOf returns what the loops should look at: what was lacked since the last tick, and in the one before it. Needs
// loopsMu.
func (s *Server) shortOf() (how uint32) {
	now := s.starved.Swap(0)
	how = now | s.starvedBefore
	s.starvedBefore = now
	return how
}

// reliefTask is relieve as a task.
func (l *loop) reliefTask(how uint32) gnet.Runnable {
	return gnet.RunnableFunc(func(context.Context) error {
		l.guard(nil, func() { l.relieve(how) })
		return nil
	})
}

// relieve closes the stalled connections that hold what others lack, and answers gets that can be answered then.
func (l *loop) relieve(how uint32) {
	now := l.server.awake.Load() // not when the task was sent: a loop that was held up gave nobody a chance to move
	for _, c := range l.polling.conns {
		if c == nil || !c.holds(how) || !c.stalled(now) {
			continue
		}
		l.counts[stalledKicks]++
		if l.server.log.Level() > 0 {
			l.server.log.Printf("<%d is stalled and holds memory that others need: closed", c.fd)
		}
		l.close(c)
	}
	l.feed(len(l.hungry))
	l.totals.add(&l.counts)
}

// holds says whether a connection holds memory of the kinds that others lack. Bytes of our own count when they are more
// than any client may leave.
func (c *conn) holds(how uint32) bool {
	if how&starvedIn != 0 && c.receiving() {
		return true
	}
	if how&starvedOut == 0 || !c.is(stateBlocked) {
		return false
	}
	for i := range c.queue {
		if c.queue[i].item.Value != nil {
			return true
		}
	}
	return c.kept > outputMost
}

// progress is how far a connection had come at a second.
type progress struct {
	at     uint32
	blocks uint32
	fill   *fill
	left   int
}

// stalled notes how far a connection has come, and reports whether it has hardly moved since the second before.
func (c *conn) stalled(now uint32) bool {
	p := progress{at: now, blocks: c.blocks, fill: c.fill}
	if c.is(stateBlocked) {
		p.left = c.notTaken()
	} else {
		p.left = len(c.fill.item.Value) - c.fill.got
	}
	before := c.progress
	c.progress = p
	return before.at == now-1 && before.blocks == p.blocks && before.fill == p.fill && before.left-p.left < progressLeast
}
