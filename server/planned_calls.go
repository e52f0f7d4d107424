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
func (cl *calls) plan(c *conn, call kernel.Call, bytes int) {
	call.FD = c.fd
	cl.batch.Add(call, bytes)
	cl.callers = append(cl.callers, c)
}

// make makes the planned calls.
func (cl *calls) make() { cl.counts[batchedCalls] += uint64(cl.batch.Make(cl.kernel)) }

// forget ends the work on planned calls.
func (cl *calls) forget() {
	cl.batch.Forget()
	clear(cl.callers)
	cl.callers = cl.callers[:0]
}
