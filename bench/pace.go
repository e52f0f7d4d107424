package bench

import (
	"math"
	"time"
)

// pace says when batches are to be sent. Times are counted from the beginning of the turn.
//
// In a closed loop a batch is due as soon as a connection is idle. That finds out what a server can do, but its
// latencies say little: while the server stalls nothing is sent, so the stall is seen once by each connection and not
// by all the requests that would have come meanwhile (coordinated omission).
//
// At a fixed rate the moments are laid down before the turn begins, one each interval or as a Poisson process with that
// mean, and nothing the server does moves them. A batch goes to the connection that has been idle longest. When none is
// idle it waits, and so do all later ones, in order; each is sent as soon as may be, and its latency counts from the moment
// it was due, not from when it was sent. So a stall of a second shows in all the batches that were due in that second, as it
// would to their users. What is still waiting when the turn has been over for a while is counted as unsent, with the time it
// waited so far.
type pace struct {
	interval float64       // nanoseconds; 0 is a closed loop
	offset   float64       // of the first batch, so that threads do not send at the same moment
	random   *uint64       // if not nil, intervals are random, with that mean
	taken    int64         // batches so far
	next     time.Duration // when the next one is due
	end      time.Duration // of the turn: nothing is due from then on
	giveUp   time.Duration // when to leave what is still waiting
}

// grace is how much longer than a turn the sending of what was due in it may take.
const grace = time.Second

func newPace(interval, offset float64, turn time.Duration) pace {
	return pace{interval: interval, offset: offset, next: time.Duration(offset), end: turn, giveUp: turn + grace}
}

func (p *pace) closed() bool { return p.interval == 0 }

// take returns when the batch to be sent now was due, if there is one.
func (p *pace) take(now time.Duration) (due time.Duration, ok bool) {
	if p.closed() {
		return now, now < p.end
	}
	if p.next > now || !p.waiting(now) {
		return 0, false
	}
	due = p.next
	p.step()
	return due, true
}

func (p *pace) step() {
	p.taken++
	if p.random != nil {
		chance := (float64(Next(p.random)>>11) + 0.5) / (1 << 53)
		p.next += time.Duration(-p.interval * math.Log(chance))
		return
	}
	p.next = time.Duration(p.offset + float64(p.taken)*p.interval) // a sum would drift
}

// waiting reports whether a batch is still to be sent, now or later.
func (p *pace) waiting(now time.Duration) bool {
	return !p.closed() && p.next < p.end && now < p.giveUp
}

// abandon calls f with the time that each batch which was due and never sent has waited.
func (p *pace) abandon(now time.Duration, f func(waited time.Duration)) {
	for !p.closed() && p.next < p.end {
		f(now - p.next)
		p.step()
	}
}
