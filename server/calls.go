package server

import "gocached/server/kernel"

// calls are made together for many connections, to read from them or to write to them.
type calls struct {
	*core
	batch   kernel.Batch
	callers []*conn // whose they are
}

// collect adds a call for a connection to those that are made together. It may move so many bytes, which need not be told
// if they are few.
func (b *calls) collect(c *conn, call kernel.Call, bytes int) {
	call.FD = c.fd
	b.batch.Add(call, bytes)
	b.callers = append(b.callers, c)
}

// makeCalls makes the collected calls.
func (b *calls) makeCalls() { b.counts[batchedCalls] += uint64(b.batch.Make(b.kernel)) }

// forgetCalls ends the work on collected calls.
func (b *calls) forgetCalls() {
	b.batch.Forget()
	clear(b.callers)
	b.callers = b.callers[:0]
}
