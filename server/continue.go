package server

import "gocached/protocol"

// unblock goes on with a blocked connection. It runs on the loop, when the drainer found room.
func (l *loop) unblock(c *conn) {
	if !c.is(stateOpen) || !c.is(stateBlocked) {
		return
	}
	if l.writer.push(c) && !l.shared.drainer.watch(c) {
		l.close(c)
	}
	l.answer()
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
		l.writer.keepOwn(c, protocol.AppendReply(nil, &r, nil, &reply))
		return
	}
	l.round.alone(c, &r, nil)
	l.executor.enter(0)
	l.executor.reply(0, reply)
	if l.shared.log.Level() > 1 {
		l.executor.logReply(c.fd, &r, nil, l.replies.out, false)
	}
	l.replies.write()
	l.round.proceed(c)
	l.answer()
}
