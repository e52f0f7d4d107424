package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// A long value is not copied into the replies. It is lent: it is sent from its chunk, and stays there until the socket has
// taken it. A lent value cannot be evicted, so clients that do not read could keep others from storing. Therefore:
//
//  1. The engine lends only so much at a time (engine/memory/lend.go). Beyond that it only shows a value.
//  2. Then the value is copied, if all copies and everything else that waits for clients stay below half of maxUnsent. A copy
//     is made in pieces. Each piece is given up when it has been sent.
//  3. Beyond that, or while others wait already, the get waits (wait_memory.go). It does not wait if it takes nothing from
//     those others: a page with a lent value can lend another.
//
// This concerns values of lendFrom bytes and more. Shorter values are always copied. So are those up to maxOutput while there
// is room for copies.

// long answers request i with a long value if that can be done now. Else the get waits. Who does not want the value need not.
func (g *gets) long(i int, hit *engine.Hit) (answered bool) {
	r, key, n := &g.round.run.Requests[i], &g.round.run.Keys[i], len(hit.Value)
	if !r.ShowsValue(hit) {
		g.giveBack(hit)
		g.replies.out = protocol.AppendHit(g.replies.out, r, key, hit)
		return true
	}
	q, kinds := &g.shared.queues[queueCopies], heldReplies
	if int64(n) > g.shared.shares.maxCopies {
		q, kinds = &g.shared.queues[queueLoans], heldLoans
	}
	others := g.waiting.mustQueue(q, g.replies.to)
	if hit.Lent != 0 && (!others || hit.Shared) {
		g.replies.lend(r, key, hit)
		return true
	}
	g.giveBack(hit) // those who wait come first
	switch {
	case n <= min(g.replies.max, maxOutput) && g.shared.unsent.Load() <= g.shared.shares.maxCopies: // as any reply of this length
		g.replies.out = protocol.AppendHit(g.replies.out, r, key, hit)
	case !others && g.shared.reserveCopy(n):
		g.replies.lendCopy(r, key, hit)
	default:
		g.counts[countOf(key, cmdGet, cmdTouch)]-- // get counts all that the engine has looked up
		g.noteWon(r, key)
		g.waitToSend(i, need{kinds, n}, q)
		return false
	}
	return true
}

// giveBack notes a hit that must be given back if it is lent.
func (g *gets) giveBack(hit *engine.Hit) {
	if hit.Lent != 0 {
		g.loans = append(g.loans, hit.Item())
	}
}

// noteWon remembers of a request that will wait that it was told to fetch a new value. When it is tried again the engine takes it
// for somebody else.
func (g *gets) noteWon(r *protocol.Request, key *engine.Key) {
	if key.Look == nil || !key.Look.Seen.Won {
		return
	}
	r.Flag |= protocol.FlagWon
	if h := g.waiting.retrying; h != nil {
		h.request.Flag |= protocol.FlagWon
	}
}

// reserveCopy makes room for a copy of n bytes among the bytes of our own that wait to be sent. It returns false if there is
// none. release gives the room back.
func (s *shared) reserveCopy(n int) bool {
	if s.unsent.Add(int64(n)) > s.shares.maxCopies {
		s.unsent.Add(-int64(n))
		return false
	}
	return true
}

// returnLoans gives back what the engine has lent and others need. The engine's locks must not be held.
func (g *gets) returnLoans() {
	for _, item := range g.loans {
		g.engineCall().Release(item)
		g.engineDone()
		g.shared.askToRetry()
	}
	clear(g.loans)
	g.loans = g.loans[:0]
}

// refuseGet answers that there is no memory for the answer. In text this ends the line: the keys behind this one are skipped.
// With UDP they are not: a message is no stream that could get out of step.
func (g *gets) refuseGet(i int) {
	g.reply(i, protocol.Reply{Status: protocol.GetNoMemory})
	r, p := &g.round.run.Requests[i], g.round.part(i)
	if !g.replies.stream || r.Dialect != protocol.Classic || r.Flag&protocol.FlagEnd != 0 {
		return
	}
	r.After = protocol.State{SkipLine: true}
	if i+1 == p.to {
		p.c.parser.State = r.After
	}
}

// waitToSend makes request i, a get, wait, or refuses it. It is called with the engine's locks held; get does the rest later.
func (g *gets) waitToSend(i int, n need, q *waitQueue) {
	switch {
	case g.waiting.retrying != nil:
		g.waiting.lacking = true
	case !g.waiting.mayWait(g.replies.to):
		g.shared.lack(n)
		g.refuseGet(i)
	default:
		g.counts[getWaits]++
		g.waiting.wait(i, n, q)
	}
}
