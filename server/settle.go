package server

import "gocached/protocol"

// settle ends the work on a run: each connection in it keeps what was not taken of its input, or gets another turn. It
// reports whether some connection has made as many replies as it may before they are written.
func (l *loop) settle() (full bool) {
	l.closePiece()
	for i := range l.parts {
		p := &l.parts[i]
		if l.settleOne(p) {
			full = true
		}
	}
	return full
}

// settleOne settles one connection's part of the run.
func (l *loop) settleOne(p *part) (full bool) {
	c, a := p.c, &l.ready[p.arrival]
	if !c.is(stateOpen) {
		return false
	}
	used, need := p.used, p.need
	if p.stop < p.to {
		last := &l.run.Requests[p.stop-1]
		c.parser.Rewind(last)
		used, need = last.Next, protocol.NeedRoom
	}
	rest := a.data[used:]
	l.countYields(p)
	c.clear(stateUnended)
	switch {
	case c.is(stateParked): // first of all, since its reply is still to come; what ends the connection will be found again
		l.save(c, rest)
	case c.is(stateClosing) || need == protocol.NeedClose:
		c.set(stateClosing)
		if len(rest) > 0 {
			c.clear(stateSaidAll)
		}
		l.touch(c)
		l.drop(c)
		return true // the write stage closes it
	case need == protocol.NeedRoom && l.turnOver(c):
		l.save(c, rest)
		l.yield(c)
	case p.stop < p.to: // it goes on once what it has is written
		l.again(p, rest)
		return true
	case need == protocol.NeedRoom && len(rest) > 0 || need == protocol.NeedStream && len(rest) > 0:
		l.again(p, rest)
	default:
		l.save(c, rest)
		if need == protocol.NeedLineEnd {
			l.notEnded(c)
		}
		l.resume(c)
	}
	return false
}

// again lets a connection with more input go on: at the head of the round if it was there last, else behind the others.
func (l *loop) again(p *part, rest []byte) {
	if p.arrival == l.head-1 {
		l.head--
		l.ready[l.head].data = rest
		return
	}
	l.ready = append(l.ready, arrival{p.c, rest})
}

// countYields counts as memcached does: once for every -R requests of one event that others followed.
func (l *loop) countYields(p *part) {
	c, limit := p.c, uint32(l.shared.settings.ReqsPerEvent)
	for i := p.from; i < p.stop; i++ {
		if l.run.Requests[i].Flag&protocol.FlagNewLine == 0 {
			continue
		}
		if c.event > 0 && c.event%limit == 0 {
			l.counts[connYields]++
		}
		c.event++
	}
}

// turnOver says whether a connection with more input must let others go first. A turn is -R requests, but not less
// than a run unless -R asks for less than its default, and it ends only if the loop serves anybody else at all.
func (l *loop) turnOver(c *conn) bool {
	limit := uint32(l.shared.settings.ReqsPerEvent)
	if limit >= defaultReqsPerEvent {
		limit = max(limit, protocol.MaxRun)
	}
	return c.event >= limit && l.last != c && l.canPause()
}

// defaultReqsPerEvent is the default of -R.
const defaultReqsPerEvent = 20

// yield makes a connection wait for the other connections' input: serve, which endOfRound asks for, gives it its turn after the next poll. Nothing is
// read from it meanwhile.
func (l *loop) yield(c *conn) {
	c.set(stateYielded)
	l.yielded = append(l.yielded, c)
	l.pause(c)
}

// notEnded notes that a connection's input is a long line without an end, and more of it than before.
func (l *loop) notEnded(c *conn) {
	c.grown++
	c.set(stateUnended)
	if !c.is(stateTimed) {
		c.set(stateTimed)
		l.unended = append(l.unended, c)
	}
}
