package server

import "gocached/protocol"

// unblock goes on with a blocked connection. It runs on the loop, when the rim has found room.
func (l *loop) unblock(c *conn) {
	if !c.is(stateOpen) || !c.is(stateBlocked) {
		return
	}
	if l.writer.push(c) && !l.rim.Watch(c) {
		l.close(c)
	}
	l.answer()
}

// unpark sends the reply to a parked request, and goes on with what the connection has asked since. The reply stands
// behind everything that the socket has not taken yet.
func (l *loop) unpark(c *conn, k *kept, reply protocol.Reply, fault string) {
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
		l.writer.keepOwn(c, protocol.AppendReply(nil, &k.request, k.key, &reply))
		return
	}
	l.round.alone(c, k)
	l.executor.begin(0)
	l.executor.reply(0, reply)
	if l.shared.log.Level() > 1 {
		l.executor.logReply(c.fd, &k.request, k.key, l.replies.out, false)
	}
	l.replies.write()
	l.round.proceed(c)
	l.answer()
}

// beginParked has the work begin that was asked for in this round.
func (l *loop) beginParked() {
	for _, p := range l.admin.parked {
		if p.c.is(stateOpen) { // it may have been closed since
			l.startParked(p)
		}
	}
	clear(l.admin.parked)
	l.admin.parked = l.admin.parked[:0]
}

// startParked has somebody do the work, who brings the reply back to the loop.
func (l *loop) startParked(p parked) {
	s := l.shared
	l.pause(p.c)
	s.elsewhere(p.after(), func() {
		if p.c.gone.Load() || !s.beginWork() {
			return
		}
		defer func() { <-s.working }()
		if p.c.gone.Load() { // nobody waits for the answer: the place is for those who do
			return
		}
		reply, fault := carryOut(p.work)
		l.soon(p.c, func() { l.unpark(p.c, &p.kept, reply, fault) })
	})
}
