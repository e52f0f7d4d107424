package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// executor is the second stage. It hands each request to its handler.
type executor struct {
	answers
	gets    *gets
	stores  *stores
	changes *changes
	figures *figures
	admin   *admin

	handlers   [protocol.NumCommands]func(i int)
	prefetched []engine.Key // see expect
}

// table gives each command its handler. Get has none here: neighbouring gets go to the engine together (gets.get).
func (x *executor) table() [protocol.NumCommands]func(i int) {
	return [protocol.NumCommands]func(i int){
		protocol.Fail:       x.admin.fail,
		protocol.End:        x.admin.end,
		protocol.Store:      x.stores.store,
		protocol.Delete:     x.changes.remove,
		protocol.Arithmetic: x.changes.arithmetic,
		protocol.Touch:      x.changes.touchItem,
		protocol.FlushAll:   x.changes.flushAll,
		protocol.Stats:      x.figures.stats,
		protocol.Verbosity:  x.admin.verbosity,
		protocol.Version:    x.admin.version,
		protocol.Noop:       x.admin.noop,
		protocol.Quit:       x.admin.quit,
		protocol.Shutdown:   x.admin.shutdown,
		protocol.SASLList:   x.admin.saslList,
		protocol.SASLAuth:   x.admin.saslAuth,
		protocol.SASLStep:   x.admin.saslStep,
	}
}

// execute is the second stage: it answers the requests i to end-1 of the run, in order. Neighbouring gets go to the engine
// together, whoever sent them.
func (x *executor) execute(i, end int) {
	if x.shared.log.Level() > 1 {
		x.executeVerbosely(i, end)
		return
	}
	if x.shared.sasl != nil {
		x.executeWithAuth(i, end)
		return
	}
	if end > i+1 {
		x.prefetch(i, end)
	}
	for i < end {
		if x.round.run.Requests[i].Command == protocol.Get {
			i = x.gets.get(i, end)
		} else {
			i = x.executeOne(i)
		}
	}
}

// prefetch tells the engine the keys of the requests that change something, if the run has several. So the engine does not
// wait for the memory of each in turn.
func (x *executor) prefetch(i, end int) {
	x.prefetched = x.prefetched[:0]
	for ; i < end; i++ {
		if key := x.round.run.Keys[i].Bytes; len(key) > 0 && x.round.run.Requests[i].Command != protocol.Get {
			x.prefetched = append(x.prefetched, engine.Key{Bytes: key})
		}
	}
	if len(x.prefetched) > 1 {
		x.engineCall().Get(x.prefetched, engine.Prefetch{})
		x.engineDone()
	}
}

// executeOne answers request i, which is no get. It returns the next to be answered.
func (x *executor) executeOne(i int) int {
	r := &x.round.run.Requests[i]
	x.begin(i)
	x.handlers[r.Command](i)
	if r.Flag&protocol.FlagClose != 0 {
		x.replies.to.set(stateClosing)
	}
	return x.next(i)
}

// executeWithAuth is execute for a server with -S: a connection gets only what it may ask for.
func (x *executor) executeWithAuth(i, end int) {
	for i < end {
		i = x.executeIfAllowed(i, x.sameConn(i, end))
	}
}

// executeIfAllowed answers request i if the connection may ask for it. If i is a get it answers the gets behind it too, up to
// end. A request that is not allowed is refused, and its connection ends. It returns the next request to be answered.
func (x *executor) executeIfAllowed(i, end int) int {
	x.begin(i)
	c := x.replies.to
	switch r := &x.round.run.Requests[i]; {
	case x.shared.sasl != nil && !c.mayAsk(r):
	case r.Command == protocol.Get:
		return x.gets.get(i, end)
	default:
		return x.executeOne(i)
	}
	x.reply(i, protocol.Reply{Status: protocol.AuthError})
	c.set(stateClosing | stateSaidAll)
	return x.next(i)
}

// sameConn returns the end of the requests from i on that belong to the same connection. So the gets of one authenticated
// connection still go to the engine together.
func (x *executor) sameConn(i, end int) int {
	return min(end, x.round.parts[x.round.partOf[i]].to)
}

// executeVerbosely is execute, with -S or without, that writes each request and its reply to the log as memcached's -vv does.
// It goes request by request.
func (x *executor) executeVerbosely(i, end int) {
	states := x.shared.log.Level() > 2
	for i < end {
		x.begin(i)
		r, c := &x.round.run.Requests[i], x.replies.to
		x.logRequest(i, states)
		at, fd := len(x.replies.out), c.fd
		next := x.executeIfAllowed(i, i+1)
		if next == i+1 {
			next = x.next(i) // a single get does not look whether there is room for more
		}
		if !c.is(stateWaiting) { // else it has no reply yet
			x.logReply(fd, r, x.round.run.Keys[i].Bytes, x.replies.out[min(at, len(x.replies.out)):], next == i+1 && x.replies.lentLast())
		}
		if states {
			x.shared.log.Printf("%d: going from conn_parse_cmd to %s", fd, nextState(c, r))
		}
		i = next
	}
}
