package server

import (
	"bytes"
	"sync/atomic"

	"gocached/protocol"
)

// A request that finds no memory waits for it:
//
//   - a get, if its long value can be neither lent nor copied (long_values.go);
//   - a store, if there is no room for its value among the values that are being received;
//   - a store, an append or prepend, and an incr or decr that needs a new item, if there is no chunk since connections hold
//     too much (execute_store.go).
//
// Until it is answered nothing more is read from its connection or parsed. So replies keep their order, and the loop serves the
// other connections. This is the life of a request that waits:
//
//  1. It is put on its loop's list, waiting.waiters (wait_list.go).
//  2. It joins a queue (wait_queue.go) when its socket has taken all replies before its own. A get joins only when the client has
//     taken them too: until then it does not need the memory, and must not keep others waiting.
//  3. When something is released, and once a second, the first request of each queue is tried again, in a run of its own
//     (wait_retry.go).
//  4. While it is in the queue, connections that hold what it lacks are closed: stalled ones first, in the end also late ones
//     (stalled.go).
//  5. If that does not help it is refused after maxWait seconds.
//
// A request that cannot wait is refused at once: one of a datagram, of a client that is gone, or of a connection that cannot be
// paused. So is a request that lacks a chunk if no connection holds one.

// maxWait is how many seconds a request is in a queue before it is refused.
const maxWait = 60

// takenUpTo is a number of bytes. A client counts as having taken its replies when no more than these are left in its socket.
const takenUpTo = 64 << 10

// maxWaitingBytes bounds the bytes of values that are kept for requests that wait: what came with the line of a store, and the
// whole value of an append or prepend.
const maxWaitingBytes = 16 << 20

// waiter is a request that waits for memory.
type waiter struct {
	kept
	c      *conn
	need   need
	queue  *waitQueue // it belongs to
	place  int        // on its loop's list
	since  uint32
	queued bool // in the queue, since that second of shared.awake
	helped int  // how often others were closed while it was the first there, see lacks

	helpedAt uint32 // the last second of those

	lastTry bool    // nothing was held any more when it was last tried: it is refused if that is so again
	before  *waiter // in the queue
	behind  *waiter
}

// waiting is what a loop knows of its requests that wait for memory.
type waiting struct {
	*core
	round   *round
	replies *replies

	waiters    waiterList
	retryAsked atomic.Bool // a task is on its way that tries to go on with them
	retryTask  func()      // that one
	retrying   *waiter     // the one that is being tried again, or nil
	first      bool        // it is the first of its line
	lacking    bool        // it still lacks memory
	off        bool        // requests of this loop cannot wait
	looks      uint32      // how often the loop has looked at its connections, see stalled.go
	looked     uint32      // the last time: see shared.awake
}

// wait makes request i wait: it puts it on the list.
func (wt *waiting) wait(i int, n need, q *waitQueue) {
	r, c := &wt.round.run.Requests[i], wt.replies.to
	h := &waiter{kept: wt.round.keep(i, true), c: c, need: n, queue: q}
	h.request.Value = bytes.Clone(r.Value)
	wt.shared.waitingBytes.Add(int64(len(r.Value)))
	wt.shared.waiters.Add(1)
	wt.waiters.add(h)
	c.waiter = h
	c.heard.left = unseen
	c.set(stateWaiting | stateParked)
}

// enqueue puts a request into its queue if the request needs memory now. hard says that it took a system call to tell.
func (wt *waiting) enqueue(h *waiter) (hard bool) {
	if h.c.is(stateBlocked) {
		return false
	}
	if h.request.Command == protocol.Get && wt.kernel.Outstanding(h.c.fd) > wt.shared.shares.takenUpTo {
		return true
	}
	h.since = wt.shared.awake.Load()
	h.queue.add(h)
	return h.request.Command == protocol.Get
}

// endWait ends the wait of a request. If it was the first of its queue, the next one's loop is told.
func (wt *waiting) endWait(h *waiter) {
	if h.queued {
		if next := h.queue.remove(h); next != nil && next.c.loop != h.c.loop {
			next.c.loop.waiting.askToRetry()
		}
	}
	wt.waiters.remove(h)
	h.c.waiter = nil
	h.c.clear(stateWaiting | stateParked)
	wt.shared.waitingBytes.Add(-int64(len(h.request.Value)))
	wt.shared.waiters.Add(-1)
}

// mayWait says whether a connection's request may wait for memory. It may not if the client is gone, or sent a datagram.
func (wt *waiting) mayWait(c *conn) bool { return !wt.off && !c.gone.Load() }

// mustQueue says whether a connection's request must wait because others do. One that may not wait must not.
func (wt *waiting) mustQueue(q *waitQueue, c *conn) bool {
	return q.occupied() && !wt.first && wt.mayWait(c)
}

// askToRetry asks the loop to try its requests again soon. It may be called from anywhere.
func (wt *waiting) askToRetry() {
	if !wt.retryAsked.CompareAndSwap(false, true) { // a task is on its way
		return
	}
	if err := wt.rim.Execute(wt.retryTask); err != nil { // the server is stopping, or the loop is a worker's
		wt.retryAsked.Store(false)
	}
}

// askToRetry asks all loops the same, if any request waits: what was released may be what it lacks.
func (s *shared) askToRetry() {
	if s.waiters.Load() == 0 {
		return
	}
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	for _, l := range s.loops {
		l.waiting.askToRetry()
	}
}

// mustTakeFirst says whether the connection's request waits, and is not in its queue since the client must first take its
// earlier replies.
func (c *conn) mustTakeFirst() bool { return c.waiter != nil && !c.waiter.queued }
