package server

import "gocached/protocol"

// answers is what every handler works with: the requests of the round's run, and the replies to which it appends. A handler
// answers request i of the run.
type answers struct {
	*core
	round   *round
	replies *replies
	waiting *waiting
}

// begin makes the connection of request i the one whose replies are appended.
func (a *answers) begin(i int) {
	if c := a.round.part(i).c; c != a.replies.to {
		a.replies.closePiece()
		a.replies.openPiece(c)
	}
}

// next returns the request to answer after i. If the connection of i has no more room for replies, is parked or will be
// closed, or its turn is over, the rest of its requests are left out.
func (a *answers) next(i int) int {
	p := a.round.part(i)
	if i+1 < p.to && (p.over || p.c.state&(stateClosing|stateParked) != 0 || a.replies.full(p.c)) {
		p.stop = i + 1
		return p.to
	}
	return i + 1
}

// unfinished makes request i be executed again in its connection's next turn, see dump.go.
func (a *answers) unfinished(i int) {
	a.round.part(i).over = true
	a.round.run.Requests[i].Next = a.round.run.Requests[i].Start
}

// endTurn ends a connection's turn with request i, which took as long as hundreds of gets: what follows it in the run comes after
// the requests of others. A datagram has one turn.
func (a *answers) endTurn(i int) {
	if p := a.round.part(i); a.replies.stream && i+1 < p.to {
		p.over = true
	}
}

// reply appends the answer to request i.
func (a *answers) reply(i int, reply protocol.Reply) {
	a.replies.out = protocol.AppendReply(a.replies.out, &a.round.run.Requests[i], a.round.run.Keys[i].Bytes, &reply)
}

// countsPrefix says whether a request counts among those with its key's prefix. Meta commands never do (as in memcached).
func (a *answers) countsPrefix(r *protocol.Request) bool {
	return r.Dialect != protocol.Meta && a.shared.prefixes.On.Load()
}

func (a *answers) unknown(i int) { a.reply(i, protocol.Reply{Status: protocol.UnknownCommand}) }
