package server

import "gocached/protocol"

// gather puts a datagram of a single command into the run. It reports false, and leaves the run as it was, if there is no
// room for it, if there is more than one command or less, or if the answer may be long.
func (w *udpWorker) gather(i int, body []byte) bool {
	l, c := w.loop, w.conns[i]
	from := l.run.N
	w.renew(c, body[0])
	used, need := c.parser.Parse(body, &l.run, protocol.MaxRun-from)
	if need != protocol.NeedNothing || c.parser.State.InGet || !single(l.run.Requests[from:l.run.N]) {
		l.run.N = from
		return false
	}
	if from == 0 {
		w.first = i
	}
	l.addPart(part{c: c, arrival: len(l.ready), from: from, to: l.run.N, stop: l.run.N, used: used, need: need})
	l.ready = append(l.ready, arrival{c, body})
	return true
}

// single says whether requests are those of one command, other than stats: a run of those could be too long an answer.
func single(requests []protocol.Request) bool {
	for i := range requests {
		if r := &requests[i]; r.Command == protocol.Stats || (r.Flag&protocol.FlagNewLine == 0) == (i == 0) {
			return false
		}
	}
	return len(requests) > 0
}

// flush answers the run: it is executed at once, and each datagram in it is answered by one message.
func (w *udpWorker) flush() {
	l := w.loop
	if l.run.N == 0 {
		return
	}
	l.bound()
	l.execute(0, l.run.N)
	l.write()
	w.emptyRun()
}

// emptyRun makes the run ready to gather datagrams.
func (w *udpWorker) emptyRun() {
	l := w.loop
	l.run.N, l.parts = 0, l.parts[:0]
	l.ready, l.head = l.ready[:0], 0
}
