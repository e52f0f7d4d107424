package server

import "gocached/protocol"

// parse is the first stage: it fills the run with requests from the connections of the round, in their order, and
// reports whether there is anything to do. A connection whose requests do not all fit ends the run; settle sees to the
// rest of its input.
func (ro *round) parse() bool {
	ro.run.N, ro.parts = 0, ro.parts[:0]
	ro.replies.setRoom()
	for ro.head < len(ro.ready) && ro.run.N < protocol.MaxRun {
		a := &ro.ready[ro.head]
		ro.head++
		if !a.c.mayParse() {
			ro.keepForLater(a)
			continue
		}
		ro.parseOne(a, ro.head-1)
	}
	return len(ro.parts) > 0
}

// parseOne adds the requests of one connection to the run.
func (ro *round) parseOne(a *arrival, index int) {
	c, from, used := a.c, ro.run.N, 0
	c.clear(stateReady)
	need := protocol.NeedNothing
	if c.fill != nil {
		used = ro.parseFill(c, a.data)
	}
	if !c.receiving() {
		var n int
		n, need = c.parser.Parse(a.data[used:], &ro.run, min(protocol.MaxRun-ro.run.N, ro.share))
		for i := from; used > 0 && i < ro.run.N; i++ {
			ro.run.Requests[i].Start += used
			ro.run.Requests[i].Next += used
		}
		used += n
	}
	p := part{c: c, arrival: index, from: from, to: ro.run.N, stop: ro.run.N, used: used, need: need}
	if p.from == p.to { // half a request, or the end of one: nothing waits for its execution
		ro.settleOne(&p)
		return
	}
	ro.addPart(p)
}

// parseFill gives data to the value that is being received. Once it is whole its Store becomes the next request.
func (ro *round) parseFill(c *conn, data []byte) (used int) {
	if !c.fill.done() {
		used = c.fill.fillFrom(data)
	}
	if c.fill.done() {
		ro.put(ro.run.N, &c.fill.kept)
		r := &ro.run.Requests[ro.run.N]
		r.Flag = r.Flag&^(protocol.FlagStreaming|protocol.FlagNewLine) | protocol.FlagFilled
		r.Start, r.Next = 0, 0
		ro.run.N++
	}
	return used
}

// keepForLater saves the input of a connection that may not be parsed now.
func (ro *round) keepForLater(a *arrival) {
	c := a.c
	c.clear(stateReady)
	if !c.is(stateOpen) || c.is(stateClosing) {
		return
	}
	ro.inputs.save(c, a.data)
}
