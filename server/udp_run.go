package server

import "gocached/protocol"

// addToRun puts a datagram of a single command into the run. It reports false, and leaves the run as it was, if the run has no
// room for it, if the datagram has no command or several, or if the answer may be long.
func (w *udpWorker) addToRun(i int, body []byte) bool {
	l, c := w.loop, w.conns[i]
	from := l.round.run.N
	w.resetConn(c, body[0])
	used, need := c.parser.Parse(body, &l.round.run, protocol.MaxRun-from)
	if need != protocol.NeedNothing || c.parser.State.InGet || !single(l.round.run.Requests[from:l.round.run.N]) {
		l.round.run.N = from
		return false
	}
	if from == 0 {
		w.first = i
	}
	l.round.addPart(part{c: c, arrival: len(l.round.ready), from: from, to: l.round.run.N, stop: l.round.run.N, used: used, need: need})
	l.round.ready = append(l.round.ready, arrival{c, body})
	return true
}

// single says whether requests are those of one command, other than stats. The answers to a run of stats could be too long.
func single(requests []protocol.Request) bool {
	for i := range requests {
		if r := &requests[i]; r.Command == protocol.Stats || (r.Flag&protocol.FlagNewLine == 0) == (i == 0) {
			return false
		}
	}
	return len(requests) > 0
}

// answerRun executes the run, and answers each datagram in it by one message.
func (w *udpWorker) answerRun() {
	l := w.loop
	if l.round.run.N == 0 {
		return
	}
	l.replies.setRoom()
	l.executor.execute(0, l.round.run.N)
	l.replies.write()
	w.resetRun()
}

// resetRun empties the run.
func (w *udpWorker) resetRun() {
	l := w.loop
	l.round.run.N, l.round.parts = 0, l.round.parts[:0]
	l.round.ready, l.round.head = l.round.ready[:0], 0
}

// resetConn makes a conn ready for another client. It also clears what a panic may have left half done.
func (w *udpWorker) resetConn(c *conn, first byte) {
	l := w.loop
	l.inputs.drop(c)
	c.resetOutput()
	c.state, c.event = stateOpen, 0
	c.parser = protocol.Parser{Limits: protocol.Limits{StreamFrom: streamFrom, Whole: true, NoCAS: l.shared.settings.NoCAS, Compat: l.shared.settings.Compat}}
	c.chooseProtocol(l.shared.settings.Binding, first)
}
