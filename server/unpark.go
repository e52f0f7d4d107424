package server

import "gocached/protocol"

// startWork begins the work of the requests that were parked in this round.
func (l *loop) startParked() {
	for _, p := range l.admin.parked {
		if p.c.is(stateOpen) { // it may have been closed since
			l.startWork(p)
		}
	}
	clear(l.admin.parked)
	l.admin.parked = l.admin.parked[:0]
}

// startWork begins the work of one request. Its reply comes back to the loop as a task.
func (l *loop) startWork(p parked) {
	s := l.shared
	l.pause(p.c)
	s.runWork(p.after(), func() {
		if p.c.gone.Load() || !s.reserveWork() {
			return
		}
		defer func() { <-s.workPlaces }()
		if p.c.gone.Load() { // nobody waits for the reply: the place is for those who do
			return
		}
		var reply protocol.Reply
		fault := doWork(func() { reply = p.work() })
		l.onLoop(p.c, func() { l.unpark(p.c, &p.kept, reply, fault) })
	})
}

// unpark sends the reply to a parked request, and serves what the connection has sent since. The reply stands behind
// everything that the socket has not taken yet.
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
	if c.is(stateBlocked) { // unblock will serve it
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
