package server

import (
	"bytes"
	"context"

	"gocached/engine"
	"gocached/protocol"
)

// Who finds no memory for a long value waits for it: a get whose value can be neither lent nor copied (lend.go), and a
// store for whose value there is no room among those that are being received, or no chunk since too much is held
// (execute_store.go). Nothing more is read or parsed from its connection meanwhile, so answers keep their order, and other
// connections go on. In the life of one that waits:
//
//  1. It is put on its loop's list, l.hungry (wait_list.go).
//  2. It stands in a line (wait_line.go), once its socket has taken all replies before its own. A get does so only when the
//     client has taken them too: until then it is not in need, and must not keep anybody waiting.
//  3. When something comes back, and once a second, the first of each line is tried again, in a run of its own.
//  4. While it stands in line those who hold what it lacks and are stalled are closed (stalled.go).
//  5. If that does not help it is refused after waitMost seconds.
//
// Who cannot wait is refused at once: a datagram, a client that is gone, a connection that cannot be paused, and a store if
// there is nothing to wait for.

// waitMost is how many seconds a request stands in line before it is refused.
const waitMost = 60

// takenUpTo is how many bytes a client may still have to take when it is said to have taken what it was sent.
const takenUpTo = 64 << 10

// asideMost bounds the bytes of values that came with the lines of stores that wait.
const asideMost = 16 << 20

// hungry is a request that waits for memory.
type hungry struct {
	c       *conn
	request protocol.Request
	key     []byte
	need    need
	line    *line // it belongs to
	place   int   // on its loop's list
	since   uint32
	stands  bool    // in the line, since that second of Server.awake
	before  *hungry // in the line
	behind  *hungry
}

// need is what somebody lacks: so many bytes of one of these kinds.
type need struct {
	kinds held
	bytes int
}

// wait puts request i on the list.
func (l *loop) wait(i int, n need, q *line) {
	r, c := &l.run.Requests[i], l.to
	h := &hungry{c: c, request: *r, key: bytes.Clone(l.run.Keys[i].Bytes), need: n, line: q}
	h.request.Value = bytes.Clone(r.Value)
	l.shared.asideBytes.Add(int64(len(r.Value)))
	l.shared.hungry.Add(1)
	l.hungry.add(h)
	c.hungry = h
	c.heard.left = unseen
	c.set(stateHungry | stateParked)
}

// waitToSend has request i, a get, wait. It is called with the engine's locks held; get does the rest later.
func (l *loop) waitToSend(i int, n need, q *line) {
	switch {
	case l.trying != nil:
		l.lacking = true
	case !l.mayWait(l.to):
		l.shared.lack(n)
		l.refuseGet(i)
	default:
		l.counts[getWaits]++
		l.wait(i, n, q)
	}
}

// waitToStore has request i, a store, wait, or refuses it.
func (l *loop) waitToStore(i int, n need, q *line) {
	r, c := &l.run.Requests[i], l.to
	switch {
	case l.trying != nil:
		l.lacking = true
	case !l.mayWait(c) || !l.canPause() || l.shared.asideBytes.Load()+int64(len(r.Value)) > asideMost:
		l.shared.lack(n)
		l.refuse(i, engine.NoMemory)
	default:
		l.counts[storeWaits]++
		l.wait(i, n, q)
		l.pause(c)
		l.askToFeed() // once it has its answers to what it asked before
	}
}

// stand puts a request into its line, if it is in need, and reports whether that was hard to see.
func (l *loop) stand(h *hungry) (hard bool) {
	if h.c.is(stateBlocked) {
		return false
	}
	if h.request.Command == protocol.Get && l.kernel.Outstanding(h.c.fd) > l.shared.shares.takenUpTo {
		return true
	}
	h.since = l.shared.awake.Load()
	h.line.join(h)
	return h.request.Command == protocol.Get
}

// depart ends the waiting of a request. If it was the first of its line the next one's turn has come.
func (l *loop) depart(h *hungry) {
	if h.stands {
		if next := h.line.leave(h); next != nil && next.c.loop != h.c.loop {
			next.c.loop.askToFeed()
		}
	}
	l.hungry.remove(h)
	h.c.hungry = nil
	h.c.clear(stateHungry | stateParked)
	l.shared.asideBytes.Add(-int64(len(h.request.Value)))
	l.shared.hungry.Add(-1)
}

// needsNothing says whether a client that waits has yet to take what it was sent.
func (c *conn) needsNothing() bool { return c.hungry != nil && !c.hungry.stands }

// askToFeed has all loops try soon to go on with requests that wait, if any do: what came back may be what they lack.
func (s *shared) askToFeed() {
	if s.hungry.Load() == 0 {
		return
	}
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	for _, l := range s.loops {
		l.askToFeed()
	}
}

// askToFeed has the loop do that, from anywhere.
func (l *loop) askToFeed() {
	if l.ev == nil || !l.feeding.CompareAndSwap(false, true) { // a UDP worker's; or a task is on its way
		return
	}
	if err := l.ev.Execute(context.Background(), l.feedTask); err != nil { // the server is stopping
		l.feeding.Store(false)
	}
}

// feedOnce is the task that askToFeed asks for.
func (l *loop) feedOnce(context.Context) error {
	l.feeding.Store(false)
	l.guard(nil, func() { l.feed(standMost) })
	return nil
}

// standMost is how many gets are looked at whether they are in need when something has come back. The tick looks at all.
const standMost = 8

// feed goes on with the requests whose turn it is, as far as they are this loop's and find what they lack. First it
// looks at some of those that have not stood in line.
func (l *loop) feed(most int) {
	l.hungry.tidy()
	for h := range l.hungry.each {
		if !h.stands && most > 0 && l.stand(h) {
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
	for h := range l.hungry.each {
		if h.stands && h.request.Command == protocol.Get {
			l.guard(h.c, func() { l.try(h, false) })
		}
	}
}

// try carries a request out again, and reports false if it has to wait further. The first of its line need not let others
// go first.
func (l *loop) try(h *hungry, first bool) (done bool) {
	l.alone(h.c, &h.request, h.key)
	l.trying, l.first, l.lacking = h, first, false
	if h.request.Command == protocol.Get {
		l.get(0, 1)
	} else {
		l.enter(0)
		l.store(0)
	}
	l.trying, l.first = nil, false
	if l.lacking {
		l.write() // nothing, and forgets the run
		return false
	}
	l.goOnFrom(h)
	return true
}

// giveUp refuses a request that has waited in vain.
func (l *loop) giveUp(h *hungry) {
	l.alone(h.c, &h.request, h.key)
	l.enter(0)
	if h.request.Command == protocol.Get {
		l.refuseGet(0)
	} else {
		l.refuse(0, engine.NoMemory)
	}
	l.goOnFrom(h)
}

// goOnFrom sends the answer to a request that has waited, and goes on with what its connection has sent since.
func (l *loop) goOnFrom(h *hungry) {
	c := h.c
	if l.shared.log.Level() > 1 && !c.receiving() {
		l.logReply(c.fd, &h.request, h.key, l.out, l.lentLast())
	}
	l.depart(h)
	l.hear(c)
	l.write()
	l.proceed(c)
	l.answer()
	if l.forgetBegun(); c.receiving() && c.mayParse() {
		l.receive(c)
	}
}

// giveUpLate refuses the requests that have stood in line for too long.
func (l *loop) giveUpLate(now uint32) {
	for h := range l.hungry.each {
		if h.stands && now-h.since >= l.shared.shares.waitMost {
			l.guard(h.c, func() { l.giveUp(h) })
		}
	}
}

// shares are the figures by which memory is shared out. A simulation has smaller ones.
type shares struct {
	lendFrom       int
	shortStore     int
	takenUpTo      int
	copiesMost     int64
	waitMost       uint32 // seconds, as are these
	stalledReading int
	stalledSending int
	leastMoved     int // bytes in a second
}

var usualShares = shares{lendFrom, shortStore, takenUpTo, unsentMost / 2, waitMost, stalledReading, stalledSending, leastMoved}
