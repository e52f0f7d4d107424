package server

import "gocached/protocol"

// settle ends the work on a run. Each connection in it keeps the input that was not used, or gets another turn. settle reports
// whether some connection has no more room for replies until they are written.
func (ro *round) settle() (full bool) {
	ro.replies.closePiece()
	for i := range ro.parts {
		p := &ro.parts[i]
		if ro.settleOne(p) {
			full = true
		}
	}
	return full
}

// settleOne settles one connection's part of the run.
func (ro *round) settleOne(p *part) (full bool) {
	c, a := p.c, &ro.ready[p.arrival]
	if !c.is(stateOpen) {
		return false
	}
	used, need := p.used, p.need
	if p.stop < p.to || p.over {
		last := &ro.run.Requests[p.stop-1]
		c.parser.Rewind(last)
		used, need = last.Next, protocol.NeedRoom
	}
	rest := a.data[used:]
	ro.countYields(p)
	c.clear(stateUnended)
	switch {
	case c.is(stateParked): // comes first: its reply is still missing, and what ends the connection will be found again
		ro.inputs.save(c, rest)
	case c.is(stateClosing) || need == protocol.NeedClose:
		if len(rest) > 0 {
			c.clear(stateSaidAll)
		}
		ro.finish(c)
		return true
	case ro.oneTurn && len(rest) > 0 && (need == protocol.NeedRoom || need == protocol.NeedStream):
		ro.inputs.save(c, rest)
		c.set(stateYielded) // merge sees to its next turn
	case p.over: // whoever else there is comes first, and what was made is sent
		ro.inputs.save(c, rest)
		ro.yield(c)
		return true
	case need == protocol.NeedRoom && ro.turnOver(c):
		ro.inputs.save(c, rest)
		ro.yield(c)
	case p.stop < p.to: // it goes on when its replies are written
		ro.again(p, rest)
		return true
	case len(rest) > 0 && (need == protocol.NeedRoom || need == protocol.NeedStream):
		ro.again(p, rest)
	case c.is(stateOver):
		ro.finish(c)
		return true
	default:
		if len(rest) > 0 || c.in != nil {
			ro.inputs.save(c, rest)
		}
		if need == protocol.NeedLineEnd {
			ro.notEnded(c)
		}
		ro.resume(c)
	}
	return false
}

// finish makes the write stage close a connection. The rest of its input is dropped.
func (ro *round) finish(c *conn) {
	c.set(stateClosing)
	ro.replies.addOwner(c)
	ro.inputs.drop(c)
}

// again puts a connection with more input back into the round: at the head if it was there last, else behind the others.
func (ro *round) again(p *part, rest []byte) {
	if p.arrival == ro.head-1 {
		ro.head--
		ro.ready[ro.head].data = rest
		return
	}
	ro.ready = append(ro.ready, arrival{p.c, rest})
}

// countYields counts yields as memcached does: once for every -R requests of one event, if more requests follow.
func (ro *round) countYields(p *part) {
	c, limit := p.c, uint32(ro.shared.settings.ReqsPerEvent)
	for i := p.from; i < p.stop; i++ {
		if ro.run.Requests[i].Flag&protocol.FlagNewLine == 0 {
			continue
		}
		if c.event > 0 && c.event%limit == 0 {
			ro.counts[connYields]++
		}
		c.event++
	}
}

// turnOver says whether a connection with more input must let others go first. A turn is -R requests. It is at least a run
// long, unless -R is less than its default. It ends only if the loop serves other connections at all.
func (ro *round) turnOver(c *conn) bool {
	limit := uint32(ro.shared.settings.ReqsPerEvent)
	if limit >= defaultReqsPerEvent {
		limit = max(limit, protocol.MaxRun)
	}
	return c.event >= limit && ro.last != c && ro.rim.CanPause()
}

// defaultReqsPerEvent is the default of -R.
const defaultReqsPerEvent = 20
