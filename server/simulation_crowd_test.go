package server

import "math/rand/v2"

// A crowd is a world of hundreds of clients who speak, fall silent in the middle of a request, stall and leave all at the
// same time, so that the rounds of its loops are as wide as they can be. It lives for fewer steps than other worlds, since
// in many of them everybody does something.

const (
	minCrowd   = 100
	maxCrowd   = 600
	crowdWatch = 16  // one look of so many is at all of a crowd, unless somebody may be idle
	floods     = 300 // requests that a client of such a crowd sends ahead
	crowdSteps = 12  // a world of so many steps would have one as a crowd
	crowdDeep  = 4   // and so many of those if everybody says much

	// wideRound is how many arrivals make a round a wide one.
	wideRound = 150
)

// crowd makes the plan one of a crowd.
func (p *plan) crowd(r *rand.Rand) {
	p.clients = minCrowd + r.IntN(maxCrowd-minCrowd+1)
	p.steps = max(1, p.steps/crowdSteps)
	p.loops = pick(r, 1, 1, 1, 2)
	p.pipeline, p.burst = pick(r, 1, 4, 20), pick(r, 1, 1, 5)
	p.turn, p.long, p.bulk = pick(r, 1, 1, 2, 5, 20), pick(r, 0, 0, 1), pick(r, 0, 0, 3)
	p.sendRoom = pick(r, 30, 300, 4000, 100_000)
	p.surge = pick(r, 3, 8, 10)
	if oneIn(r, 12) { // all have so much to say that they must take turns
		p.pipeline, p.burst, p.turn, p.long, p.stores, p.steps = floods, 80, pick(r, 1, 20, 20), 0, 8, max(1, p.steps/crowdDeep)
		p.clients, p.surge, p.maxReply = maxCrowd-r.IntN(100), 10, maxOutput
	}
	p.halves, p.leavers = pick(r, 0, 5, 9, 10), pick(r, 0, 0, 5, 50)
}

// surge has a great part of a crowd do something at once, and then lets the server do as it likes.
func (w *world) surge() {
	for n := 0; n < maxCrowd && len(w.clients)+w.house.outsiders() < w.plan.clients; n++ {
		w.comeIn()
	}
	if w.plan.pipeline == floods && oneIn(w.r, 2) {
		w.flood()
		return
	}
	for _, c := range w.clients {
		if w.r.IntN(10) < w.plan.surge {
			c.join()
		}
	}
	for range pick(w.r, 1, 2, 8) {
		pick(w.r, w.actors...).step()
	}
}

// join is a client's part of a surge: it says something, mostly not to the end, reads some of its answers, or leaves.
func (c *simClient) join() {
	r, p := c.w.r, &c.w.plan
	if len(c.out) == 0 || oneIn(r, 3) {
		for range 1 + r.IntN(p.burst) {
			c.ask()
		}
	}
	n := len(c.out)
	if n > 1 && r.IntN(10) < p.halves {
		n = 1 + r.IntN(min(n-1, p.piece))
	}
	c.send(n)
	if r.IntN(10) >= p.sloth {
		c.read(1 + r.IntN(p.sendRoom))
	}
	if !c.w.calm && r.IntN(1000) < p.leavers {
		if oneIn(r, 2) {
			c.reset()
		} else {
			c.finish()
		}
	}
}

// flood lines up what makes a round as wide as can be. First all but a few say just as much as the server reads at a time
// from many, so that each is read from by itself the next time. Then the few say so many short things that they must let
// others go first. At last all the others say a little more, which seldom ends a request.
func (w *world) flood() {
	w.pour(false)
	w.stepLoops(maxCrowd)
	w.pour(true)
	w.stepLoops(1)
	for _, c := range w.clients {
		c.send(1 + w.r.IntN(3))
	}
	w.stepLoops(pick(w.r, 1, 1, 3))
}

// pour has the talkative or all others send as much as the server reads from one of many.
func (w *world) pour(talkative bool) {
	for _, c := range w.clients {
		if c.chats = c.number%20 == 0; c.chats != talkative {
			continue
		}
		for len(c.out) < 2*slot && len(c.requests) < w.plan.pipeline && !c.last {
			c.ask()
		}
		c.send(slot)
	}
}

// stepLoops lets each loop go on, as far as it has something to do.
func (w *world) stepLoops(most int) {
	for _, l := range w.loops {
		for n := 0; n < most && l.step(); n++ {
		}
	}
}

// sawWidth notes how wide the rounds are.
func (w *world) sawWidth(l *loop) {
	if !l.rim.Polls() {
		return
	}
	if len(l.round.ready) > 1 {
		w.saw(sawRound)
	}
	if len(l.round.ready) > wideRound {
		w.saw(sawWideRound)
	}
}
