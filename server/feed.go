package server

import (
	"gocached/protocol"
)

// feedOnce is the task that askToFeed asks for.
func (l *loop) feedOnce() {
	l.waiting.feeding.Store(false)
	l.guard(nil, func() { l.feed(maxStand) })
}

// maxStand is how many gets are looked at whether they are in need when something has come back. The tick looks at all.
const maxStand = 8

// feed goes on with the requests whose turn it is, as far as they are this loop's and find what they lack. First it
// looks at some of those that have not stood in line.
func (l *loop) feed(most int) {
	l.waiting.hungry.tidy()
	for h := range l.waiting.hungry.each {
		if !h.stands && most > 0 && l.waiting.stand(h) {
			most--
		}
	}
	for i := range l.shared.lines {
		l.feedLine(&l.shared.lines[i])
	}
}

// feedLine goes on with the requests at the head of a line.
func (l *loop) feedLine(q *line) {
	for more := true; more; {
		h := q.head()
		if h == nil || h.c.loop != l {
			return
		}
		more = false
		l.guard(h.c, func() { more = l.try(h, true) })
	}
}

// feedOthers goes on with the requests that take nothing from those before them.
func (l *loop) feedOthers() {
	for h := range l.waiting.hungry.each {
		if h.stands && h.request.Command == protocol.Get {
			l.guard(h.c, func() { l.try(h, false) })
		}
	}
}

// try carries a request out again, and reports false if it has to wait further. The first of its line need not let others
// go first.
func (l *loop) try(h *hungry, first bool) (done bool) {
	l.round.alone(h.c, &h.kept)
	l.waiting.trying, l.waiting.first, l.waiting.lacking = h, first, false
	if h.request.Command == protocol.Get {
		l.gets.get(0, 1)
	} else {
		l.executor.begin(0)
		l.executor.handlers[h.request.Command](0)
	}
	l.waiting.trying, l.waiting.first = nil, false
	if l.waiting.lacking {
		l.replies.write() // nothing, and forgets the run
		return false
	}
	l.goOnFrom(h)
	return true
}

// cut refuses a request that has waited in vain.
func (l *loop) giveUp(h *hungry) {
	l.round.alone(h.c, &h.kept)
	l.executor.begin(0)
	if h.request.Command == protocol.Get {
		l.gets.refuseGet(0)
	} else {
		l.stores.refuseForMemory(0)
	}
	l.goOnFrom(h)
}

// goOnFrom sends the answer to a request that has waited, and goes on with what its connection has sent since.
func (l *loop) goOnFrom(h *hungry) {
	c := h.c
	if l.shared.log.Level() > 1 && !c.receiving() {
		l.executor.logReply(c.fd, &h.request, h.key, l.replies.out, l.replies.lentLast())
	}
	l.waiting.depart(h)
	l.hear(c)
	l.replies.write()
	l.round.proceed(c)
	l.answer()
	if l.stores.forgetBegun(); c.straight() && c.mayParse() {
		l.reader.readValue(c)
		l.answer()
	}
}

// giveUpLate refuses the requests that have stood in line for too long.
func (l *loop) giveUpLate(now uint32) {
	for h := range l.waiting.hungry.each {
		if h.stands && now-h.since >= l.shared.shares.maxWait {
			l.guard(h.c, func() { l.giveUp(h) })
		}
	}
}
