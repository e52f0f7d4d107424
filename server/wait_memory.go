package server

import (
	"bytes"
	"sync/atomic"

	"gocached/protocol"
)

// Who finds no memory waits for it: a get whose long value can be neither lent nor copied (long_values.go), a store for whose value
// there is no room among those that are being received, and whoever finds no chunk since too much is held: a store, a join
// with what is there, a number that gets longer or is made (execute_store.go). Nothing more is read or parsed from its
// connection meanwhile, so answers keep their order, and other connections go on. In the life of one that waits:
//
//  1. It is put on its loop's list, l.hungry (wait_list.go).
//  2. It stands in a line (wait_line.go), once its socket has taken all replies before its own. A get does so only when the
//     client has taken them too: until then it is not in need, and must not keep anybody waiting.
//  3. When something comes back, and once a second, the first of each line is tried again, in a run of its own.
//  4. While it stands in line those who hold what it lacks and are stalled are closed, and in the end those who are late (stalled.go).
//  5. If that does not help it is refused after maxWait seconds.
//
// Who cannot wait is refused at once: a datagram, a client that is gone, a connection that cannot be paused, and who lacks
// a chunk if there is nothing to wait for.

// maxWait is how many seconds a request stands in line before it is refused.
const maxWait = 60

// takenUpTo is how many bytes a client may still have to take when it is said to have taken what it was sent.
const takenUpTo = 64 << 10

// maxAside bounds the bytes of values that are kept for those who wait: what came with the line of a store, and all that is
// to be joined with an item.
const maxAside = 16 << 20

// hungry is a request that waits for memory.
type hungry struct {
	kept
	c      *conn
	need   need
	line   *line // it belongs to
	place  int   // on its loop's list
	since  uint32
	stands bool    // in the line, since that second of shared.awake
	helped int     // how often others were closed while it was the first there
	before *hungry // in the line
	behind *hungry
}

// waiting is what a loop knows of its requests that wait.
type waiting struct {
	*core
	round   *round
	replies *replies

	hungry   waiters
	feeding  atomic.Bool // a task is on its way that tries to go on with them
	feedTask func()      // that one
	trying   *hungry     // the one that is being tried again, or nil
	first    bool        // it is the first of its line
	lacking  bool        // it still lacks memory
	none     bool        // nobody can wait here
	looks    uint32      // how often the loop has looked at its connections, see stalled.go
	looked   uint32      // the last time: see shared.awake
}

// wait puts request i on the list.
func (w *waiting) wait(i int, n need, q *line) {
	r, c := &w.round.run.Requests[i], w.replies.to
	h := &hungry{kept: w.round.keep(i, true), c: c, need: n, line: q}
	h.request.Value = bytes.Clone(r.Value)
	w.shared.asideBytes.Add(int64(len(r.Value)))
	w.shared.hungry.Add(1)
	w.hungry.add(h)
	c.hungry = h
	c.heard.left = unseen
	c.set(stateHungry | stateParked)
}

// stand puts a request into its line, if it is in need, and reports whether that was hard to see.
func (w *waiting) stand(h *hungry) (hard bool) {
	if h.c.is(stateBlocked) {
		return false
	}
	if h.request.Command == protocol.Get && w.kernel.Outstanding(h.c.fd) > w.shared.shares.takenUpTo {
		return true
	}
	h.since = w.shared.awake.Load()
	h.line.join(h)
	return h.request.Command == protocol.Get
}

// depart ends the waiting of a request. If it was the first of its line the next one's turn has come.
func (w *waiting) depart(h *hungry) {
	if h.stands {
		if next := h.line.leave(h); next != nil && next.c.loop != h.c.loop {
			next.c.loop.waiting.askToFeed()
		}
	}
	w.hungry.remove(h)
	h.c.hungry = nil
	h.c.clear(stateHungry | stateParked)
	w.shared.asideBytes.Add(-int64(len(h.request.Value)))
	w.shared.hungry.Add(-1)
}

// mayWait says whether a connection's request can wait: not a datagram's, and nobody waits for one that is gone.
func (w *waiting) mayWait(c *conn) bool { return !w.none && !c.gone.Load() }

// mustQueue says whether a connection's request has to let others go first. Who cannot wait does not.
func (w *waiting) mustQueue(q *line, c *conn) bool {
	return q.stands() && !w.first && w.mayWait(c)
}

// askToFeed has the loop do that, from anywhere.
func (w *waiting) askToFeed() {
	if !w.feeding.CompareAndSwap(false, true) { // a task is on its way
		return
	}
	if err := w.rim.Execute(w.feedTask); err != nil { // the server is stopping, or it is a UDP worker's
		w.feeding.Store(false)
	}
}

// askToFeed has all loops try soon to go on with requests that wait, if any do: what came back may be what they lack.
func (s *shared) askToFeed() {
	if s.hungry.Load() == 0 {
		return
	}
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	for _, l := range s.loops {
		l.waiting.askToFeed()
	}
}

// needsNothing says whether a client that waits has yet to take what it was sent.
func (c *conn) needsNothing() bool { return c.hungry != nil && !c.hungry.stands }
