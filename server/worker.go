package server

import (
	"gocached/protocol"
	"gocached/server/listen"
	"gocached/server/rim"
)

// An engine whose calls wait for a disk or a network (engine.Info.Blocks) is never called on an event loop. Instead a round
// goes to workers when it has been read:
//
//  1. handOver parks each connection of the round, and saves its input.
//  2. A worker takes copies of some connections through the stages of a round. It has a loop of its own, and waits as long as
//     the engine needs. Each connection has one turn, of an equal share of a run: what it has sent beyond that goes to a worker
//     again, behind those who wait by then. So neither the others nor the end of the server wait for a long pipeline.
//  3. bringBack, on the event loop again, gives each connection what has become of its copy. The replies are sent like output
//     that a socket did not take at first. Then the connection's new input is served.
//
// While a worker has a copy, the connection is parked, and its loop changes nothing of it but its new input. So replies keep
// their order, and the loop serves the other connections. In a worker no request waits for memory: one that finds none is
// refused.

// worker answers the input of connections in the background.
type worker struct {
	loop  *loop // its own
	home  *loop // whose connections they are
	trips []trip
	whole bool // the last round did not end in a panic
	back  func()
}

// trip is a connection that a worker answers.
type trip struct {
	c     *conn
	copy  *conn
	input []byte // of c; the copy keeps what is not used of it
}

// maxTrips is how many connections a worker takes at once. Each may have one request in a run.
const maxTrips = protocol.MaxRun

func newWorker(home *loop) *worker {
	w := &worker{home: home, loop: newLoop(home.shared, new(rim.Loop))}
	w.loop.replies.sink, w.loop.waiting.off, w.loop.copies = w, true, true
	w.loop.round.oneTurn = true
	w.loop.replies.max, w.loop.checker.on = home.replies.max, home.checker.on
	w.trips = make([]trip, 0, maxTrips)
	w.back = func() { home.guard(nil, func() { home.pool.bringBack(w) }) }
	return w
}

// load makes a copy of a connection, to be answered. A value that is being received goes with the copy.
func (w *worker) load(c *conn) {
	n := len(w.trips)
	w.trips = w.trips[:n+1]
	t := &w.trips[n]
	if t.copy == nil {
		t.copy = newConn(listen.KindTCP)
	}
	t.c, t.input = c, c.in
	x := t.copy
	x.state = stateOpen | c.state&(stateSpoken|stateSaidAll)
	x.fd, x.loop, x.kind = c.fd, w.loop, c.kind
	x.parser, x.fill, x.rare, x.event = c.parser, c.fill, c.rare, c.event
	c.in, c.fill = nil, nil
}

// serve answers what was loaded. It runs in the background.
func (w *worker) serve() {
	w.whole = false
	w.loop.guard(nil, w.answer)
	_ = w.home.rim.Execute(w.back) // an error means that the server is stopping
}

func (w *worker) answer() {
	l := w.loop
	l.round.share = protocol.MaxRun / max(1, len(w.trips))
	for i := range w.trips {
		if t := &w.trips[i]; !t.c.gone.Load() {
			l.round.ready = append(l.round.ready, arrival{t.copy, t.input})
		}
	}
	l.answer()
	clear(l.round.unended)
	l.round.unended = l.round.unended[:0]
	w.whole = true
}

// sendMany leaves all replies to sendOne.
func (w *worker) sendMany([]*conn) {}

// sendOne keeps the replies of a copy, for its connection to send. The copy is blocked: it makes no more before that.
func (w *worker) sendOne(x *conn) {
	w.loop.writer.keepUnsent(x, 0)
	x.set(stateBlocked)
}
