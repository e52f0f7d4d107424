package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// A long value is not copied into the replies but lent: it is sent from where it lies, and stays there until the socket
// has taken it. What is lent cannot be evicted, so clients who do not read could keep others from storing. Therefore:
//
//  1. The engine lends only so much at a time (engine/memory/lend.go). Beyond that it only shows a value.
//  2. Then it is copied, if all copies and all else that waits for clients stay below half of maxUnsent. A copy is made
//     in pieces, each of which comes back when it has been sent.
//  3. Beyond that, or while others wait already, the get waits (wait_memory.go), but not if it takes nothing from them: a page
//     that is lent from already can be lent from again.
//
// All of it concerns values from lendFrom on alone; shorter ones are copied as ever, and so are those up to maxOutput while
// there is room for copies.

// long answers request i with a long value, if there is a way now. If there is none the get waits.
func (g *gets) long(i int, hit *engine.Hit) (answered bool) {
	r, key, n := &g.round.run.Requests[i], g.round.run.Keys[i].Bytes, len(hit.Value)
	q, kinds := &g.shared.lines[lineCopies], heldReplies
	if int64(n) > g.shared.shares.maxCopies {
		q, kinds = &g.shared.lines[lineLoans], heldLoans
	}
	others := g.waiting.mustQueue(q, g.replies.to)
	if hit.Lent != 0 && (!others || hit.Shared) {
		g.replies.lend(r, key, hit)
		return true
	}
	if hit.Lent != 0 {
		g.loans = append(g.loans, hit.Item()) // it goes to those who wait
	}
	switch {
	case n <= min(g.replies.most, maxOutput) && g.shared.unsent.Load() <= g.shared.shares.maxCopies: // as any reply of this length
		g.replies.out = protocol.AppendHit(g.replies.out, r, key, hit)
	case !others && g.shared.reserveCopy(n):
		g.replies.lendCopy(r, key, hit)
	default:
		g.counts[countOf(r, cmdGet, cmdTouch)]-- // get counts all that the engine has looked up
		g.waitToSend(i, need{kinds, n}, q)
		return false
	}
	return true
}

// reserveCopy makes room for the copy of a value among the bytes of our own that wait to be sent. release ends it.
func (s *shared) reserveCopy(n int) bool {
	if s.unsent.Add(int64(n)) > s.shares.maxCopies {
		s.unsent.Add(-int64(n))
		return false
	}
	return true
}

// returnLoans gives back what the engine has lent and others need. It may be called without its locks only.
func (g *gets) returnLoans() {
	for _, item := range g.loans {
		g.engineCall().Release(item)
		g.engineDone()
		g.shared.askToFeed()
	}
	clear(g.loans)
	g.loans = g.loans[:0]
}

// refuseGet answers that there is no memory to answer. In text that ends the line: the keys behind this one are passed
// over. By UDP they are not, since a message is no stream that could get out of step.
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

// waitToSend has request i, a get, wait. It is called with the engine's locks held; get does the rest later.
func (g *gets) waitToSend(i int, n need, q *line) {
	switch {
	case g.waiting.trying != nil:
		g.waiting.lacking = true
	case !g.waiting.mayWait(g.replies.to):
		g.shared.lack(n)
		g.refuseGet(i)
	default:
		g.counts[getWaits]++
		g.waiting.wait(i, n, q)
	}
}
