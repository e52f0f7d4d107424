package server

import "gocached/protocol"

// retrySome is the task of askToRetry.
func (l *loop) retrySome() {
	l.waiting.retryAsked.Store(false)
	l.guard(nil, func() { l.retryWaiters(maxEnqueued) })
}

// maxEnqueued is how many gets are asked, when something has been released, whether they can join their queue. A look once a
// second asks all (stalled.go).
const maxEnqueued = 8

// retryWaiters tries the loop's requests at the heads of the queues again, as long as they find what they lack. First it
// enqueues requests that are not in their queue yet, most of them at most if it is hard to tell whether they can join.
func (l *loop) retryWaiters(most int) {
	l.waiting.waiters.tidy()
	for h := range l.waiting.waiters.each {
		if !h.queued && most > 0 && l.waiting.enqueue(h) {
			most--
		}
	}
	for i := range l.shared.queues {
		l.retryQueue(&l.shared.queues[i])
	}
}

// retryQueue tries the requests at the head of a queue again, as long as they are the loop's and find what they lack.
func (l *loop) retryQueue(q *waitQueue) {
	for more := true; more; {
		h := q.head()
		if h == nil || h.c.loop != l {
			return
		}
		more = false
		l.guard(h.c, func() { more = l.retry(h, true) })
	}
}

// retryGets tries the gets in the queues again. Those succeed that take nothing from the requests before them.
func (l *loop) retryGets() {
	for h := range l.waiting.waiters.each {
		if h.queued && h.request.Command == protocol.Get {
			l.guard(h.c, func() { l.retry(h, false) })
		}
	}
}

// retry executes a request again. It reports false if the request must wait longer. first says that it is the first of its
// queue: it need not let others go first.
func (l *loop) retry(h *waiter, first bool) (done bool) {
	l.round.alone(h.c, &h.kept)
	l.waiting.retrying, l.waiting.first, l.waiting.lacking = h, first, false
	if h.request.Command == protocol.Get {
		l.gets.get(0, 1)
	} else {
		l.executor.begin(0)
		l.executor.handlers[h.request.Command](0)
	}
	l.waiting.retrying, l.waiting.first = nil, false
	if l.waiting.lacking {
		l.replies.write() // nothing, and forgets the run
		return false
	}
	l.endRetry(h)
	return true
}

// refuseWaiter refuses a request that has waited in vain.
func (l *loop) refuseWaiter(h *waiter) {
	l.round.alone(h.c, &h.kept)
	l.executor.begin(0)
	if h.request.Command == protocol.Get {
		l.gets.refuseGet(0)
	} else {
		l.stores.refuseForMemory(0)
	}
	l.endRetry(h)
}

// endRetry sends the answer to a request that has waited, and serves what its connection has sent since.
func (l *loop) endRetry(h *waiter) {
	c := h.c
	if l.shared.log.Level() > 1 && !c.receiving() {
		l.executor.logReply(c.fd, &h.request, h.key, l.replies.out, l.replies.lentLast())
	}
	l.waiting.endWait(h)
	l.hear(c)
	l.replies.write()
	l.round.proceed(c)
	l.answer()
	l.readRest(c)
}

// refuseLate refuses the requests that have been in a queue for too long.
func (l *loop) refuseLate(now uint32) {
	for h := range l.waiting.waiters.each {
		if h.queued && now-h.since >= l.shared.shares.maxWait {
			l.guard(h.c, func() { l.refuseWaiter(h) })
		}
	}
}
