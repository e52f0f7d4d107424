package server

import (
	"context"
	"time"

	"github.com/panjf2000/gnet/v2"

	"gocached/protocol"
)

// parkedMost is how many parked requests are worked on at the same time; further ones wait.
const parkedMost = 8

// park takes request i off the event loop: work runs elsewhere, after a pause, and its reply is sent when it is there.
// Nothing more is read from the connection or parsed meanwhile, so answers keep their order, and the loop goes on with
// the others. work must not touch the loop, and must not use what the request points to.
func (l *loop) park(i int, after time.Duration, work func() protocol.Reply) {
	c, r := l.parts[l.cur].c, l.run.Requests[i]
	r.Value = nil
	c.set(stateParked)
	l.pause(c)
	s := l.server
	s.parked.Go(func() {
		if !s.rest(after) {
			return
		}
		s.working <- struct{}{}
		reply := work()
		<-s.working
		_ = l.ev.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
			l.guard(c, func() { l.unpark(c, r, reply) })
			return nil
		})) // an error means that the server is stopping
	})
}

// unpark sends the reply to a parked request, and goes on with what the connection has asked since.
func (l *loop) unpark(c *conn, r protocol.Request, reply protocol.Reply) {
	if !c.is(stateOpen) {
		return
	}
	c.clear(stateParked)
	c.authenticated()
	l.run.N, l.cur, l.partOf[0] = 1, -1, 0
	l.run.Requests[0], l.run.Keys[0].Bytes = r, nil
	l.parts = append(l.parts[:0], part{c: c, to: 1, stop: 1})
	l.enter(0)
	l.reply(0, reply)
	l.write()
	if c.mayParse() {
		l.ready = append(l.ready, arrival{c, c.in})
		l.answer()
	}
}
