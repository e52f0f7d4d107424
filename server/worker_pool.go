package server

// maxWorkers is how many workers a loop has at most. If all are busy further connections wait.
const maxWorkers = 32

// workerPool is the workers of a loop. It makes them as it needs them.
type workerPool struct {
	home    *loop
	on      bool // the engine waits
	idle    []*worker
	made    int
	waiting []*conn // parked, and their input waits for a worker
}

// handOver gives the connections of the round to workers.
func (wp *workerPool) handOver() {
	l := wp.home
	if l.checker.on {
		verify(l.checker.checkReady)
	}
	for ro := &l.round; ro.head < len(ro.ready); ro.head++ {
		a := &ro.ready[ro.head]
		if c := a.c; c.mayParse() && wp.worthwhile(a) {
			c.clear(stateReady | stateUnended) // a worker will see
			l.inputs.save(c, a.data)
			c.set(stateParked)
			l.pause(c)
			wp.waiting = append(wp.waiting, c)
			continue
		}
		ro.keepForLater(a)
		if l.resume(a.c); a.c.is(stateOver) && a.c.mayParse() {
			ro.finish(a.c)
		}
	}
	wp.dispatch()
}

// worthwhile says whether a connection's input may have something to answer. It has not if it is the beginning of a request
// and no more of it has come.
func (wp *workerPool) worthwhile(a *arrival) bool {
	filled := a.c.fill != nil && a.c.fill.done()
	return filled || len(a.data) > 0 && !a.c.is(stateHalf)
}

// dispatch starts workers, as long as there are any. Each gets an equal share of the connections that wait.
func (wp *workerPool) dispatch() {
	l := wp.home
	for len(wp.waiting) > 0 {
		free := len(wp.idle) + maxWorkers - wp.made
		if free == 0 {
			return
		}
		share := min((len(wp.waiting)+free-1)/free, maxTrips)
		w := wp.idleWorker()
		for _, c := range wp.waiting[:share] {
			if c.is(stateOpen) {
				w.load(c)
			}
		}
		rest := copy(wp.waiting, wp.waiting[share:])
		clear(wp.waiting[rest:])
		wp.waiting = wp.waiting[:rest]
		l.shared.runWorker(w)
	}
}

// idleWorker returns an idle worker. It makes one if there is none.
func (wp *workerPool) idleWorker() *worker {
	if n := len(wp.idle); n > 0 {
		w := wp.idle[n-1]
		wp.idle = wp.idle[:n-1]
		return w
	}
	wp.made++
	w := newWorker(wp.home)
	wp.home.shared.addLoop(w.loop)
	return w
}

// bringBack serves the connections again that a worker has answered.
func (wp *workerPool) bringBack(w *worker) {
	l := wp.home
	for i := range w.trips {
		t := &w.trips[i]
		whole := false
		if l.guard(t.c, func() { wp.bringBackConn(w, t); whole = true }); !whole {
			*t = trip{} // the copy may be in doubt
		}
	}
	w.trips = w.trips[:0]
	clear(w.loop.admin.parked)
	w.loop.admin.parked = w.loop.admin.parked[:0]
	w.loop.stores.forgetBegun()
	wp.idle = append(wp.idle, w)
	for _, c := range l.stores.begun {
		if c.mayParse() && c.straight() {
			l.reader.readValue(c)
		}
	}
	l.stores.forgetBegun()
	l.answer()
}

// bringBackConn gives a connection what has become of its copy. It does not if the connection has been closed meanwhile, or
// must be closed now.
func (wp *workerPool) bringBackConn(w *worker, t *trip) {
	l := wp.home
	c, x, newer := t.c, t.copy, t.c.in
	c.in = t.input
	l.inputs.drop(c)
	c.in = newer
	if !c.is(stateOpen) || !w.whole {
		wp.dropCopy(w, x)
		l.close(c)
	} else {
		wp.merge(w, t)
		wp.deliver(c)
	}
	*t = trip{copy: x}
	x.rare = nil
}

// dropCopy gives up what a copy holds.
func (wp *workerPool) dropCopy(w *worker, x *conn) {
	l := wp.home
	x.resetOutput()
	w.loop.inputs.drop(x)
	if x.fill != nil {
		l.stores.cutFill(x)
	}
	for _, u := range x.queue {
		l.replies.release(u.item)
	}
	l.writer.emptyQueue(x)
}

// merge gives a connection the state of its copy.
func (wp *workerPool) merge(w *worker, t *trip) {
	l := wp.home
	c, x := t.c, t.copy
	c.clear(stateParked | stateSaidAll | stateHalf | stateUnended)
	c.set(x.state & (stateClosing | stateSaidAll | stateParked))
	c.parser, c.fill, c.rare, c.event = x.parser, x.fill, x.rare, x.event
	c.queue, c.kept = x.queue, c.kept+x.kept
	if len(c.in) == 0 && !x.is(stateBlocked|stateYielded) {
		c.set(stateHalf)
	}
	newer := c.in
	if len(x.in) > 0 {
		c.in = l.inputs.append(l.inputs.append(nil, x.in), newer)
		l.inputs.recycle(newer)
	}
	w.loop.inputs.drop(x)
	x.fill, x.queue, x.kept = nil, nil, 0
	if x.is(stateUnended) {
		l.round.notEnded(c)
	}
	if c.receiving() && len(c.in) == 0 { // else what has come meanwhile is next
		l.stores.begun = append(l.stores.begun, c)
	}
	for _, p := range w.loop.admin.parked {
		if p.c == x {
			p.c = c
			l.admin.parked = append(l.admin.parked, p)
		}
	}
}

// deliver sends a connection the replies that a worker has made, and adds its new input to the round.
func (wp *workerPool) deliver(c *conn) {
	l := wp.home
	l.hear(c)
	switch {
	case c.is(stateBlocked): // by what its transport had to say: unblock will go on
	case len(c.queue) > 0:
		c.set(stateBlocked)
		if l.writer.push(c) {
			l.writer.block(c)
		}
	case c.is(stateClosing):
		l.writer.hangUp(c)
	default:
		l.round.proceed(c)
	}
}
