package server

import (
	"bytes"
	"context"

	"github.com/panjf2000/gnet/v2"

	"gocached/engine"
	"gocached/protocol"
)

// A long value is not copied into the replies but lent: it is sent from where it lies, and stays there until the socket
// has taken it. What is lent cannot be evicted, so clients who do not read could keep others from storing. Therefore:
//
//  1. The engine lends only so much at a time (engine/memory/lend.go). Beyond that it only shows a value.
//  2. Then it is copied, if all copies and all else that waits for clients stay below half of unsentMost.
//  3. Beyond that the get waits until something of this comes back. Nothing more is parsed from its connection
//     meanwhile, so answers keep their order, and other connections go on.
//  4. While something waits, those who hold memory and are stalled are closed (relieve.go), so that it does not wait
//     for ever. If that does not help it is refused after waitMost seconds, in memcached 1.6's words.
//
// All of it concerns values from lendFrom on alone; shorter ones are copied as ever.

// waitMost is how many seconds a get waits for memory before it is refused, at most.
const waitMost = 10

// hungry is a get that waits for memory.
type hungry struct {
	c       *conn
	request protocol.Request
	key     []byte
	since   uint32 // see Server.awake
}

// long answers request i with a long value, if there is a way now. If there is none the get waits.
func (l *loop) long(i int, hit *engine.Hit) (answered bool) {
	r, key := &l.run.Requests[i], l.run.Keys[i].Bytes
	switch n := len(hit.Value); {
	case hit.Lent != 0:
		l.lend(r, key, hit)
	case n <= outputMost && l.server.unsent.Load() <= unsentMost/2: // as any reply of this length
		l.out = protocol.AppendHit(l.out, r, key, hit)
	case l.server.reserveCopy(n):
		hit.Value = bytes.Clone(hit.Value)
		l.lend(r, key, hit)
	default:
		l.counts[cmdGet]-- // get counts all that the engine has looked up
		l.wait(i)
		return false
	}
	return true
}

// lend puts a value into the replies that is sent from where it lies: in its chunk, or in a copy of its own.
func (l *loop) lend(r *protocol.Request, key []byte, hit *engine.Hit) {
	c := l.parts[l.cur].c
	l.out = protocol.AppendHitHead(l.out, r, key, hit)
	l.endPiece()
	l.addPiece(c, piece{lent: hit.Item()})
	c.size += lentCost(len(hit.Value))
	l.openPiece(c)
	l.out = protocol.AppendHitTail(l.out, r)
}

// lentCost is what a lent value counts against outputMost: it takes no memory, so it counts for less than its length.
func lentCost(n int) int { return n / (lentMost / outputMost) }

// reserveCopy makes room for the copy of a value among the bytes of our own that wait to be sent. release ends it.
func (s *Server) reserveCopy(n int) bool {
	if s.unsent.Add(int64(n)) > unsentMost/2 {
		s.unsent.Add(-int64(n))
		return false
	}
	return true
}

// release gives a lent value back to the engine, or forgets a copy. There may be room now for a get that waits.
func (l *loop) release(item engine.Item) {
	switch {
	case item.Value == nil:
		return
	case item.Ref == 0:
		l.server.unsent.Add(-int64(len(item.Value)))
	default:
		l.engineCall().Release(item)
		l.engineDone()
	}
	l.server.askToFeed()
}

// wait has request i, a get, wait for memory. It is called with the engine's locks held; get pauses the connection later.
// Who sent a datagram, or is gone, cannot wait.
func (l *loop) wait(i int) {
	c := l.parts[l.cur].c
	l.server.starve(starvedOut)
	switch {
	case l.udp != nil || c.gone.Load():
		l.refuseGet(i)
	case !c.is(stateHungry):
		l.counts[getWaits]++
		c.set(stateHungry | stateParked)
		h := hungry{c: c, request: l.run.Requests[i], key: bytes.Clone(l.run.Keys[i].Bytes), since: l.server.awake.Load()}
		l.hungry = append(l.hungry, h)
		l.server.hungry.Add(1)
	}
}

// refuseGet answers that there is no memory to answer. In text that ends the line: the keys behind this one are passed
// over. By UDP they are not, since a message is no stream that could get out of step.
func (l *loop) refuseGet(i int) {
	l.reply(i, protocol.Reply{Status: protocol.GetNoMemory})
	r, p := &l.run.Requests[i], &l.parts[l.cur]
	if l.udp != nil || r.Flag&(protocol.FlagBinary|protocol.FlagEnd) != 0 {
		return
	}
	r.After = protocol.State{SkipLine: true}
	if i+1 == p.to {
		p.c.parser.State = r.After
	}
}

// askToFeed has the loops try soon again to answer gets that wait, if any do: what came back may be what they lack.
func (s *Server) askToFeed() {
	if s.hungry.Load() == 0 {
		return
	}
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	for _, l := range s.loops {
		if l.ev == nil || !l.feeding.CompareAndSwap(false, true) { // a UDP worker's; or a task is on its way
			continue
		}
		err := l.ev.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
			l.feeding.Store(false)
			l.feed(feedTries)
			return nil
		}))
		if err != nil { // the server is stopping
			l.feeding.Store(false)
		}
	}
}

// feedTries is how many gets may fail when something has come back. The tick tries all of them.
const feedTries = 8

// feed tries to answer the gets that wait, in the order in which they came, until so many of them have failed.
func (l *loop) feed(tries int) {
	all := l.hungry
	l.hungry = nil
	var rest []hungry
	for i := range all {
		h := &all[i]
		done := !h.c.is(stateHungry) // it is closed
		if !done && tries > 0 && !h.c.is(stateBlocked) {
			l.guard(h.c, func() { done = l.feedOne(h) })
			if !done {
				tries--
			}
		}
		if done {
			l.server.hungry.Add(-1)
		} else {
			rest = append(rest, *h)
		}
	}
	l.hungry = append(rest, l.hungry...)
}

// feedOne tries to answer one get that waits, and goes on with what its connection has asked since. It reports false if
// the get has to wait further. Needs a connection that has taken what was answered before.
func (l *loop) feedOne(h *hungry) (done bool) {
	c := h.c
	l.alone(c, &h.request, h.key)
	before := l.counts[cmdGet]
	l.get(0, 1)
	if done = l.counts[cmdGet] != before; !done && l.server.awake.Load()-h.since >= waitMost {
		l.refuseGet(0)
		done = true
	}
	if !done {
		l.write() // nothing, and forgets the run
		return false
	}
	if l.server.log.Level() > 1 {
		l.logReply(c.fd, &h.request, h.key, l.out, l.lentLast())
	}
	c.clear(stateHungry | stateParked)
	l.hear(c)
	l.write()
	l.proceed(c)
	return true
}
