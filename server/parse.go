package server

import "gocached/protocol"

// parse is the first stage: it fills the run with requests from the connections of the round, in their order, and
// reports whether there is anything to do. A connection whose requests do not all fit ends the run; settle sees to the
// rest of its input.
func (d *round) parse() bool {
	d.run.N, d.parts = 0, d.parts[:0]
	d.replies.setRoom()
	for d.head < len(d.ready) && d.run.N < protocol.MaxRun {
		a := &d.ready[d.head]
		d.head++
		if !a.c.mayParse() {
			d.keepForLater(a)
			continue
		}
		d.parseOne(a, d.head-1)
	}
	return len(d.parts) > 0
}

// parseOne adds the requests of one connection to the run.
func (d *round) parseOne(a *arrival, index int) {
	c, from, used := a.c, d.run.N, 0
	c.clear(stateReady)
	need := protocol.NeedNothing
	if c.fill != nil {
		used = d.parseFill(c, a.data)
	}
	if !c.receiving() {
		var n int
		n, need = c.parser.Parse(a.data[used:], &d.run, min(protocol.MaxRun-d.run.N, d.share))
		for i := from; used > 0 && i < d.run.N; i++ {
			d.run.Requests[i].Start += used
			d.run.Requests[i].Next += used
		}
		used += n
	}
	p := part{c: c, arrival: index, from: from, to: d.run.N, stop: d.run.N, used: used, need: need}
	if p.from == p.to { // half a request, or the end of one: nothing waits for its execution
		d.settleOne(&p)
		return
	}
	d.addPart(p)
}

// parseFill gives data to the value that is being received. Once it is whole its Store becomes the next request.
func (d *round) parseFill(c *conn, data []byte) (used int) {
	if !c.fill.done() {
		used = c.fill.fillFrom(data)
	}
	if c.fill.done() {
		d.put(d.run.N, &c.fill.kept)
		r := &d.run.Requests[d.run.N]
		r.Flag = r.Flag&^(protocol.FlagStreaming|protocol.FlagNewLine) | protocol.FlagFilled
		r.Start, r.Next = 0, 0
		d.run.N++
	}
	return used
}

// keepForLater sets aside the input of a connection that may not be parsed now.
func (d *round) keepForLater(a *arrival) {
	c := a.c
	c.clear(stateReady)
	if !c.is(stateOpen) || c.is(stateClosing) {
		return
	}
	d.inputs.save(c, a.data)
}
