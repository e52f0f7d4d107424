package server

// Round reads from the connections that have input, and answers them. It reports whether nothing is left for gnet to do. After
// a panic it reports false, and gnet polls.
func (l *loop) Round(fds []int32) (mine bool) {
	l.guard(nil, func() { mine = l.serveRound(fds) })
	return mine
}

// Yielded says whether a connection waits for its turn.
func (l *loop) Yielded() bool { return len(l.round.yielded) > 0 }

func (l *loop) serveRound(fds []int32) (mine bool) {
	mine, l.stores.brief = true, true
	for _, fd := range fds {
		if !l.readFrom(int(fd)) {
			mine = false
		}
	}
	mine = l.reader.readPlanned() && mine
	if len(l.round.yielded) > 0 {
		l.round.addYielded()
	}
	l.answer()
	if len(l.stores.begun) > 0 {
		mine = l.reader.readBegun(l.stores.begun) && mine
		l.answer()
		l.stores.moveBegun()
		l.stores.forgetBegun()
	}
	l.stores.brief = false
	return mine
}

// readFrom reads what a connection has sent into the round, or plans a call that will. It reports false if gnet must look at
// the connection: we may not read from it now, or do not know it.
func (l *loop) readFrom(fd int) bool {
	if fd >= len(l.conns) {
		return false
	}
	c := l.conns[fd]
	if c == nil || !c.mayParse() || c.is(stateYielded) {
		return false
	}
	l.hear(c)
	room, mine := l.reader.read(c)
	if room {
		return mine
	}
	mine = l.reader.readPlanned()
	if l.answer(); !c.mayParse() {
		return mine
	}
	_, more := l.reader.read(c)
	return more && mine
}

// connTable holds the connections of a loop by their descriptors.
type connTable []*conn

// add adds a new connection. From now on polls find it.
func (t *connTable) add(c *conn) {
	for len(*t) <= c.fd {
		*t = append(*t, nil)
	}
	(*t)[c.fd] = c
}

// remove removes a connection that is being closed.
func (t connTable) remove(c *conn) { t[c.fd] = nil }
