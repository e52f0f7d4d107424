package server

import (
	"bytes"

	"gocached/engine"
)

// storeDraft is Store for a value that is all there. It is asked at once what Allocate and Store are asked of others.
func (e *witness) storeDraft(it engine.Item, op engine.Op, cas uint64) (newCAS uint64, status engine.Status) {
	c, r := e.request(askStore, it.Draft.Key)
	if r == nil || e.broken {
		return 0, engine.NoMemory
	}
	c.asks = true
	defer func() { c.asks = false }()
	r.due = e.w.model.timeOf(r.wireExptime())
	switch {
	case int64(it.Draft.Exptime) != r.due || it.Draft.Flags != r.wireFlags():
		e.w.fail("client %d: Store with exptime %d and flags %d, want %d and %d", c.number, it.Draft.Exptime, it.Draft.Flags, r.due, r.wireFlags())
	case r.badData || r.allocated || r.end > c.conn.socket.taken || len(r.value) >= e.w.plan.shortStore:
		e.w.fail("client %d: Store of a draft of %d bytes", c.number, len(r.value))
	}
	e.inTurn(c, r, false)
	e.judge(c, r, it.Value, op, cas)
	if e.faulted() {
		status = engine.NoMemory
	} else {
		newCAS, status = e.askToStore(r, it, op, cas)
		if status == engine.NoMemory && !r.joins() && e.w.plan.roomy() {
			e.w.fail("client %d: no memory for %d bytes", c.number, len(r.value))
		}
	}
	switch status {
	case engine.NoMemory:
		e.w.saw(sawOutOfMemory)
		e.lacks(c, r, len(e.held)+len(e.lent))
	case engine.TooLarge, engine.NoClass:
		e.w.saw(sawTooLarge)
		e.refuse(c, r, status)
	default:
		c.got(r)
		c.answer(r, outcome{status: status, cas: newCAS})
	}
	return newCAS, status
}

// judge compares what is stored with what a client asked for.
func (e *witness) judge(c *simClient, r *request, value []byte, op engine.Op, cas uint64) {
	switch {
	case op != r.engineOp(&e.w.plan) || cas != r.cas:
		e.w.fail("client %d: Store with operation %d and CAS %d, want %d and %d", c.number, op, cas, r.engineOp(&e.w.plan), r.cas)
	case !bytes.Equal(value, r.value):
		e.w.fail("client %d: Store: %s", c.number, difference(value, r.value))
	}
}

// askToStore has the engine store an item, and tells the model.
func (e *witness) askToStore(r *request, it engine.Item, op engine.Op, cas uint64) (newCAS uint64, status engine.Status) {
	e.moved(sawMoveChanged, []byte(keyNamed(r.keys[0])))
	was := e.w.model.look(r.keys[0]) != nil
	newCAS, status = e.inner.Store(it, op, cas)
	if found := status != engine.TooLarge && status != engine.NoClass; found && (status != engine.NoMemory || r.joins() && was) {
		e.w.model.stored(op, r.keys[0], record{value: r.value, flags: r.wireFlags(), exptime: r.due}, cas, newCAS, status, was)
	}
	e.w.trace.add("  client %d: stores key %d: status %d", uint64(e.client().number), uint64(r.keys[0]), uint64(status))
	return newCAS, status
}
