package server

import (
	"bytes"

	"gocached/engine"
	"gocached/protocol"
)

// A long value is not copied into the replies but lent: it is sent from where it lies, and stays there until the socket
// has taken it. What is lent cannot be evicted, so clients who do not read could keep others from storing. Therefore:
//
//  1. The engine lends only so much at a time (engine/memory/lend.go). Beyond that it only shows a value.
//  2. Then it is copied, if all copies and all else that waits for clients stay below half of unsentMost. A copy is made
//     in pieces, each of which comes back when it has been sent.
//  3. Beyond that, or while others wait already, the get waits (wait_memory.go), but not if it takes nothing from them: a page
//     that is lent from already can be lent from again.
//
// All of it concerns values from lendFrom on alone; shorter ones are copied as ever, and so are those up to outputMost while
// there is room for copies.

// copyPiece is how long the pieces of a copy are, in bytes.
const copyPiece = 64 << 10

// long answers request i with a long value, if there is a way now. If there is none the get waits.
func (l *loop) long(i int, hit *engine.Hit) (answered bool) {
	r, key, n := &l.run.Requests[i], l.run.Keys[i].Bytes, len(hit.Value)
	q, kinds := &l.shared.lines[lineCopies], heldReplies
	if int64(n) > l.shared.shares.copiesMost {
		q, kinds = &l.shared.lines[lineLoans], heldLoans
	}
	others := l.mustQueue(q, l.to)
	if hit.Lent != 0 && (!others || hit.Shared) {
		l.lend(r, key, hit)
		return true
	}
	if hit.Lent != 0 {
		l.loans = append(l.loans, hit.Item()) // it goes to those who wait
	}
	switch {
	case n <= min(l.most, outputMost) && l.shared.unsent.Load() <= l.shared.shares.copiesMost: // as any reply of this length
		l.out = protocol.AppendHit(l.out, r, key, hit)
	case !others && l.shared.reserveCopy(n):
		l.lendCopy(r, key, hit)
	default:
		l.counts[countOf(r, cmdGet, cmdTouch)]-- // get counts all that the engine has looked up
		l.waitToSend(i, need{kinds, n}, q)
		return false
	}
	return true
}

// lend puts a value into the replies that is sent from its chunk.
func (l *loop) lend(r *protocol.Request, key []byte, hit *engine.Hit) {
	l.shared.lent.Add(1)
	l.out = protocol.AppendHitHead(l.out, r, key, hit)
	l.endPiece()
	l.addLent(hit.Item())
	l.openPiece(l.to)
	l.out = protocol.AppendHitTail(l.out, r)
}

// lendCopy puts a copy of a value into the replies, for which there must be room.
func (l *loop) lendCopy(r *protocol.Request, key []byte, hit *engine.Hit) {
	l.out = protocol.AppendHitHead(l.out, r, key, hit)
	l.endPiece()
	for rest := hit.Value; len(rest) > 0; {
		n := min(len(rest), copyPiece)
		l.addLent(engine.Item{Value: bytes.Clone(rest[:n])})
		rest = rest[n:]
	}
	l.openPiece(l.to)
	l.out = protocol.AppendHitTail(l.out, r)
}

// addLent adds a lent value, or a piece of a copy, to the replies.
func (l *loop) addLent(item engine.Item) {
	c := l.to
	l.addPiece(c, piece{lent: item})
	c.size += lentCost(len(item.Value))
}

// lentCost is what a lent value counts against outputMost: it takes no memory, so it counts for less than its length.
func lentCost(n int) int { return n / (lentMost / outputMost) }

// reserveCopy makes room for the copy of a value among the bytes of our own that wait to be sent. release ends it.
func (s *shared) reserveCopy(n int) bool {
	if s.unsent.Add(int64(n)) > s.shares.copiesMost {
		s.unsent.Add(-int64(n))
		return false
	}
	return true
}

// release gives a lent value back to the engine, or forgets a piece of a copy. There may be room now for a get that waits.
func (l *loop) release(item engine.Item) {
	switch {
	case item.Value == nil:
		return
	case item.Ref == 0:
		l.shared.unsent.Add(-int64(len(item.Value)))
	default:
		l.engineCall().Release(item)
		l.engineDone()
		l.shared.lent.Add(-1)
	}
	l.shared.askToFeed()
}

// returnLoans gives back what the engine has lent and others need. It may be called without its locks only.
func (l *loop) returnLoans() {
	for _, item := range l.loans {
		l.engineCall().Release(item)
		l.engineDone()
		l.shared.askToFeed()
	}
	clear(l.loans)
	l.loans = l.loans[:0]
}

// refuseGet answers that there is no memory to answer. In text that ends the line: the keys behind this one are passed
// over. By UDP they are not, since a message is no stream that could get out of step.
func (l *loop) refuseGet(i int) {
	l.reply(i, protocol.Reply{Status: protocol.GetNoMemory})
	r, p := &l.run.Requests[i], l.part(i)
	if !l.stream || r.Flag&(protocol.FlagBinary|protocol.FlagEnd) != 0 {
		return
	}
	r.After = protocol.State{SkipLine: true}
	if i+1 == p.to {
		p.c.parser.State = r.After
	}
}
