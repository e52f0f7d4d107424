package server

import (
	"fmt"

	"gocached/protocol"
)

// parse is the first stage: it fills the run with requests from the connections of the round, in their order, and
// reports whether there is anything to do. A connection whose requests do not all fit ends the run; settle sees to the
// rest of its input.
func (l *loop) parse() bool {
	l.run.N, l.parts = 0, l.parts[:0]
	l.bound()
	for l.head < len(l.ready) && l.run.N < protocol.MaxRun {
		a := &l.ready[l.head]
		l.head++
		if !a.c.mayParse() {
			l.shelve(a)
			continue
		}
		if l.parseOne(a, l.head-1) == protocol.NeedRoom {
			break
		}
	}
	return len(l.parts) > 0
}

// parseOne adds the requests of one connection to the run.
func (l *loop) parseOne(a *arrival, index int) protocol.Need {
	c, from, used := a.c, l.run.N, 0
	c.clear(stateReady)
	need := protocol.NeedNothing
	if c.fill != nil {
		used = l.parseFill(c, a.data)
	}
	if !c.receiving() {
		var n int
		n, need = c.parser.Parse(a.data[used:], &l.run, protocol.MaxRun-l.run.N)
		for i := from; used > 0 && i < l.run.N; i++ {
			l.run.Requests[i].Start += used
			l.run.Requests[i].Next += used
		}
		used += n
	}
	p := part{c: c, arrival: index, from: from, to: l.run.N, stop: l.run.N, used: used, need: need}
	if p.from == p.to { // half a request, or the end of one: nothing waits for its execution
		l.settleOne(&p)
		return need
	}
	l.addPart(p)
	return need
}

// addPart makes requests of the run a connection's. A part has at least one, so that a run has no more parts than requests.
func (l *loop) addPart(p part) {
	n := len(l.parts)
	if p.from >= p.to || p.to > protocol.MaxRun || n >= protocol.MaxRun || n > 0 && l.parts[n-1].to != p.from {
		panic(fmt.Sprintf("part %d of a run has requests %d to %d", n, p.from, p.to))
	}
	for i := p.from; i < p.to; i++ {
		l.partOf[i] = int32(n)
	}
	l.parts = append(l.parts, p)
}

// part returns the part that request i belongs to.
func (l *loop) part(i int) *part { return &l.parts[l.partOf[i]] }

// parseFill gives data to the value that is being received. Once it is whole its Store becomes the next request.
func (l *loop) parseFill(c *conn, data []byte) (used int) {
	if !c.fill.done() {
		used = c.fill.take(data)
	}
	if c.fill.done() {
		r := &l.run.Requests[l.run.N]
		*r = c.fill.request
		r.Flag = r.Flag&^(protocol.FlagStreaming|protocol.FlagNewLine) | protocol.FlagFilled
		r.Start, r.Next = 0, 0
		l.run.Keys[l.run.N].Bytes = nil
		l.run.N++
	}
	return used
}

// shelve sets aside the input of a connection that may not be parsed now.
func (l *loop) shelve(a *arrival) {
	c := a.c
	c.clear(stateReady)
	if !c.is(stateOpen) || c.is(stateClosing) {
		return
	}
	l.save(c, a.data)
}

// save keeps rest, which may be a part of c.in, as the connection's waiting input.
func (l *loop) save(c *conn, rest []byte) {
	if len(rest) == 0 {
		l.drop(c)
		return
	}
	if len(c.in) > 0 {
		c.in = append(c.in[:0], rest...)
		return
	}
	c.in = l.keep(nil, rest)
}
