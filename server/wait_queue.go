package server

import (
	"sync"
	"sync/atomic"

	"gocached/protocol"
)

// The queues in which the requests of all loops wait for memory. There is one for each kind of memory, so that no request waits
// behind one that lacks something else.
const (
	queueCopies  = iota // gets: the value may be copied
	queueLoans          // gets: the value is too long to be copied
	queueValues         // stores: a long value that is still coming
	queueBuffers        // stores: a short value that is still coming
	queueShort          // stores: a short value that is whole
	queueChanges        // append, prepend, incr, decr: the first may lack anything
	numQueues
)

// waitQueue holds requests that lack the same kind of memory, oldest first. While a queue is not empty new requests join its
// end. So released memory goes to the request that has waited longest, whichever loop it belongs to. Other requests are
// tried only for what takes nothing from the first.
//
// Only its own loop adds and removes a request. So if a loop finds its own request at the head, it knows that it stays there.
type waitQueue struct {
	length atomic.Int32 // for reading without the lock

	mu    sync.Mutex
	first *waiter
	last  *waiter
}

// queueFor returns the queue for a request that needs a chunk to store something.
func (s *shared) queueFor(r *protocol.Request) *waitQueue {
	switch {
	case r.IsChange() && r.Flag&protocol.FlagStreaming == 0:
		return &s.queues[queueChanges]
	case r.ValueLen < s.shares.shortStore:
		return &s.queues[queueShort]
	}
	return &s.queues[queueValues]
}

// occupied says whether the queue has requests.
func (q *waitQueue) occupied() bool { return q.length.Load() > 0 }

// anyQueued says whether any queue has requests.
func (s *shared) anyQueued() bool {
	for i := range s.queues {
		if s.queues[i].occupied() {
			return true
		}
	}
	return false
}

func (q *waitQueue) head() *waiter {
	if !q.occupied() {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.first
}

// add puts a request at the end of the queue.
func (q *waitQueue) add(h *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h.queued, h.before = true, q.last
	if q.last == nil {
		q.first = h
	} else {
		q.last.behind = h
	}
	q.last = h
	q.length.Add(1)
}

// remove takes a request out of the queue. If it was the first, remove returns the one that is first now.
func (q *waitQueue) remove(h *waiter) (next *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if h.before == nil {
		q.first, next = h.behind, h.behind
	} else {
		h.before.behind = h.behind
	}
	if h.behind == nil {
		q.last = h.before
	} else {
		h.behind.before = h.before
	}
	h.queued, h.before, h.behind = false, nil, nil
	q.length.Add(-1)
	return next
}

// relieveAfter is how many seconds a request is in a queue before connections are closed for it.
const relieveAfter = 2

// addNeeds adds what those requests lack that have been in the queue for so many seconds.
func (q *waitQueue) addNeeds(short *shortage, now, seconds uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for h := q.first; h != nil; h = h.behind {
		if now-h.since >= seconds {
			short[h.need.kinds] += h.lacks(now)
		}
	}
}

const (
	// helpAfter is how many seconds pass until it is known whether it was enough to close some connections. In the next second
	// the same ones may be chosen again, since they were still open when the loops looked at them.
	helpAfter = 2

	// maxHelp is how often a need is doubled at most.
	maxHelp = 16
)

// lacks returns how many bytes connections that are closed for a request must hold. It is doubled for each time that this was
// not enough.
func (h *waiter) lacks(now uint32) int {
	doubled := h.helped
	if doubled > 0 && now-h.helpedAt < helpAfter {
		doubled--
	}
	return h.need.bytes << doubled
}

// relieved notes that connections are being closed that held these kinds of memory. If the first in the queue lacks one of
// them, and is still there later, this was not enough.
func (q *waitQueue) relieved(kinds held, now uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h := q.first
	if h == nil || h.need.kinds&kinds == 0 || now-h.since < relieveAfter || h.helped == maxHelp {
		return
	}
	if h.helped == 0 || now-h.helpedAt >= helpAfter {
		h.helped++
		h.helpedAt = now
	}
}
