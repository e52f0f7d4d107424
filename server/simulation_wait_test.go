package server

import "gocached/engine"

// What a client knows of its request that finds no memory. Whether it waits or is refused shows in what the server does
// next with the connection, so that is found out when it is asked about (resolve).

// lack notes that there was no memory for a request.
func (c *simClient) lack(r *request) {
	if c.datagram != nil && r.kind == askGet { // it cannot wait, and the keys behind are answered
		c.expected = append(c.expected, refusedGet(c, r)...)
		if r.answered++; r.answered == len(r.keys) {
			c.done(r)
		}
		return
	}
	if !r.lacks && !r.waits {
		r.lacked = c.w.awake
	}
	r.lacks = true
}

// lacking returns the first request if there was no memory for it when it was last tried.
func (c *simClient) lacking() *request {
	if len(c.requests) == 0 || !c.requests[0].lacks {
		return nil
	}
	return c.requests[0]
}

// resolve finds out what has become of a request for which there was no memory.
func (c *simClient) resolve() {
	r := c.lacking()
	if r == nil || c.gone || c.asks || c.isFaulty() {
		return
	}
	switch h, f := c.conn.context.waiter, c.conn.context.fill; {
	case f != nil && f.item.Ref == 0:
		c.w.saw(sawShort)
		c.got(r) // it looks for memory when it is whole
	case h == nil && r.kind == askStore && r.op == engine.OpSet:
		c.w.fail("client %d: the old value of a refused set is not removed", c.number)
	case h == nil:
		c.gaveUp(r)
		c.refuse(r)
	case !r.waits:
		r.waits = true
		c.w.saw(pickSaw(r, sawGetWaits, sawStoreWaits, sawChangeWaits))
	}
}

// pickSaw chooses what was seen by what a request is.
func pickSaw(r *request, get, store, change happening) happening {
	switch {
	case r.kind == askGet:
		return get
	case r.kind == askArithmetic || r.joins():
		return change
	}
	return store
}

// joins says whether a request joins a value with the one that is there.
func (r *request) joins() bool {
	return r.kind == askStore && (r.op == engine.OpAppend || r.op == engine.OpPrepend)
}

// allocated notes that a store has its chunk. A join that is all there has yet to find another.
func (c *simClient) allocated(r *request) {
	if r.joins() && r.end <= c.conn.socket.taken {
		r.lacks = false
		return
	}
	c.got(r)
}

// got notes that there was memory for a request.
func (c *simClient) got(r *request) {
	if r.waits {
		c.w.saw(pickSaw(r, sawGetWaited, sawStoreWaited, sawChangeWaited))
	}
	r.lacks, r.waits = false, false
}

// gaveUp judges the end of a request that is refused: none that waits is refused before its time.
func (c *simClient) gaveUp(r *request) {
	if r.waits {
		c.w.saw(pickSaw(r, sawGetGivenUp, sawStoreGivenUp, sawChangeGivenUp))
		if since := c.w.awake - r.lacked; since < c.w.plan.maxWait && !r.vain {
			c.w.fail("client %d: a request is given up after %d seconds", c.number, since)
		}
	}
	mayWait := c.datagram == nil && !c.w.plan.blocks && !c.conn.context.gone.Load() && (r.kind == askGet || !c.w.plan.noPoller)
	if seen := !c.w.plan.watchedSeldom(); seen && mayWait && !r.waits && !r.vain { // else it may have waited
		c.w.fail("client %d: a request is refused that could wait", c.number)
	}
	r.lacks, r.waits, r.vain = false, false, false
}

// refuse notes the answer to a request for which there is no memory. It ends the line of a get.
func (c *simClient) refuse(r *request) {
	if r.kind != askGet {
		c.answer(r, outcome{status: engine.NoMemory})
		return
	}
	c.expected = append(c.expected, refusedGet(c, r)...)
	c.done(r)
}

func refusedGet(c *simClient, r *request) []byte {
	if c.text {
		return []byte("SERVER_ERROR out of memory writing get response\r\n")
	}
	return appendBinaryError(nil, r, 0x0082)
}

// inTurn judges whether a store that looks for memory has to let others go first, or to be whole. gradually says that its
// value is still to come.
func (e *witness) inTurn(c *simClient, r *request, gradually bool) {
	q, l := &e.w.server.queues[queueValues], e.w.running.loop
	streams, short := r.end > c.conn.socket.taken && c.datagram == nil, len(r.value) < e.w.plan.shortStore
	switch {
	case gradually != (streams && !short):
		e.w.fail("client %d: a value of %d bytes comes gradually: %v, not %v", c.number, len(r.value), streams, gradually)
	case streams && short && !l.stores.brief:
		e.w.fail("client %d: a short value of %d bytes has a chunk before it is whole", c.number, len(r.value))
	case streams && !short && q.occupied() && !l.waiting.first && !c.conn.context.gone.Load():
		e.w.fail("client %d: a value of %d bytes goes before others", c.number, len(r.value))
	}
}

// leaves notes the end of a connection whose request waits.
func (c *simClient) leaves() {
	r := c.lacking()
	switch {
	case r == nil:
	case c.conn.context.waiter != nil:
		c.w.saw(sawWaiterLeft)
		r.lacks = false
	default:
		c.resolve() // for then what there is of its value is forgotten
	}
}
