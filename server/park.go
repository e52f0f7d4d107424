package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/panjf2000/gnet/v2"

	"gocached/protocol"
)

// parkedMost is how many parked requests are worked on at the same time; further ones wait.
const parkedMost = 8

// park takes request i off the event loop: work runs elsewhere, after a pause, and its reply is sent when it is there.
// Nothing more is read from the connection or parsed meanwhile, so answers keep their order, and the loop goes on with
// the others. work must not touch the loop, and must not use what the request points to. If it panics the connection is
// closed. When the connection is closed or the server stops, work that has not begun is given up.
func (l *loop) park(i int, after time.Duration, work func() protocol.Reply) {
	c, r := l.to, l.run.Requests[i]
	r.Value = nil
	c.set(stateParked)
	l.pause(c)
	s := l.shared
	s.elsewhere(after, func() {
		if c.gone.Load() || !s.beginWork() {
			return
		}
		defer func() { <-s.working }()
		if c.gone.Load() { // nobody waits for the answer: the place is for those who do
			return
		}
		reply, fault := carryOut(work)
		_ = l.ev.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
			l.guard(c, func() { l.finished(c, r, reply, fault) })
			return nil
		})) // an error means that the server is stopping
	})
}

// aside runs work in a goroutine of its own, after a pause, unless the server stops first. The pause costs no goroutine.
func (s *shared) aside(after time.Duration, work func()) {
	if after <= 0 {
		s.parked.run(work)
		return
	}
	time.AfterFunc(after, func() { s.parked.run(work) })
}

// onLoop runs what concerns a connection on its loop, after a pause. It must see for itself whether it is still wanted.
func (l *loop) onLoop(c *conn, after time.Duration, what func()) {
	l.shared.later(after, func() { l.soon(c, what) })
}

// soon does the same without a pause. It may be called from anywhere.
func (l *loop) soon(c *conn, what func()) {
	_ = l.ev.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
		l.guard(c, what)
		return nil
	})) // an error means that the server is stopping
}

// parking runs parked work until the server stops.
type parking struct {
	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

// run runs f in a goroutine of its own, or not at all once stop has been called.
func (p *parking) run(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.running.Go(f)
	}
}

// stop waits for what is running.
func (p *parking) stop() {
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.running.Wait()
}

// beginWork waits until parked work may begin, which ends by receiving from s.working. It returns false if the server
// stops first.
func (s *shared) beginWork() bool {
	select {
	case <-s.stopping:
		return false
	default: // a server that stops may have a place too, and the choice below is by chance
	}
	select {
	case <-s.stopping:
		return false
	case s.working <- struct{}{}:
		return true
	}
}

// carryOut does parked work. If it panics fault says what happened and where.
func carryOut(work func() protocol.Reply) (reply protocol.Reply, fault string) {
	defer func() {
		if what := recover(); what != nil {
			fault = fmt.Sprintf("%v\n%s", what, debug.Stack())
		}
	}()
	return work(), ""
}

// unpark sends the reply to a parked request, and goes on with what the connection has asked since. The reply stands
// behind everything that the socket has not taken yet.
func (l *loop) unpark(c *conn, r protocol.Request, reply protocol.Reply, fault string) {
	if !c.is(stateOpen) {
		return
	}
	if fault != "" {
		l.counts[panics]++
		l.shared.log.Printf("panic on a request: %s", fault)
		l.close(c)
		return
	}
	c.clear(stateParked)
	l.hear(c)
	c.authenticated()
	if c.is(stateBlocked) { // unblock will go on
		l.keepOwn(c, protocol.AppendReply(nil, &r, nil, &reply))
		return
	}
	l.alone(c, &r, nil)
	l.enter(0)
	l.reply(0, reply)
	if l.shared.log.Level() > 1 {
		l.logReply(c.fd, &r, nil, l.out, false)
	}
	l.write()
	l.proceed(c)
	l.answer()
}

// alone makes a run of one request, beside the rounds.
func (l *loop) alone(c *conn, r *protocol.Request, key []byte) {
	l.run.N, l.parts = 1, l.parts[:0]
	l.run.Requests[0], l.run.Keys[0].Bytes = *r, key
	l.addPart(part{c: c, to: 1, stop: 1})
	l.bound()
}

// proceed puts what a connection has asked while it could not be answered into the round, if that is over.
func (l *loop) proceed(c *conn) {
	if c.mayParse() && !c.is(stateReady) {
		l.ready = append(l.ready, arrival{c, c.in})
		c.set(stateReady)
	}
}
