package server

import "gocached/server/kernel"

// calls are made together for many connections, to read from them or to write to them.
type calls struct {
	*core
	batch   kernel.Batch
	callers []*conn // whose they are
}

// plan adds a call for a connection to those that are made together. bytes is how much it may move, and may be 0 if that
// is little.
func (b *calls) plan(c *conn, call kernel.Call, bytes int) {
	call.FD = c.fd
	b.batch.Add(call, bytes)
	b.callers = append(b.callers, c)
}

// make makes the planned calls.
func (b *calls) make() { b.counts[batchedCalls] += uint64(b.batch.Make(b.kernel)) }

// forget ends the work on planned calls.
func (b *calls) forget() {
	b.batch.Forget()
	clear(b.callers)
	b.callers = b.callers[:0]
}
