package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// executor is the second stage. It hands each request to its handler.
type executor struct {
	answers
	gets      *gets
	stores    *stores
	changes   *changes
	figures   *figures
	admin     *admin
	describer *describer
	crawler   *crawler

	handlers   [protocol.NumCommands]func(i int)
	prefetched []engine.Key // see expect
}

// table gives each command its handler. Get has none here: neighbouring gets go to the engine together (gets.get).
func (ex *executor) table() [protocol.NumCommands]func(i int) {
	return [protocol.NumCommands]func(i int){
		protocol.Fail:       ex.admin.fail,
		protocol.End:        ex.admin.end,
		protocol.Store:      ex.stores.store,
		protocol.Delete:     ex.changes.remove,
		protocol.Arithmetic: ex.changes.arithmetic,
		protocol.Touch:      ex.changes.touchItem,
		protocol.Describe:   ex.describer.describe,
		protocol.FlushAll:   ex.changes.flushAll,
		protocol.Stats:      ex.figures.stats,
		protocol.Verbosity:  ex.admin.verbosity,
		protocol.Version:    ex.admin.version,
		protocol.Noop:       ex.admin.noop,
		protocol.Quit:       ex.admin.quit,
		protocol.Shutdown:   ex.admin.shutdown,
		protocol.Memlimit:   ex.admin.cacheMemlimit,
		protocol.Slabs:      ex.admin.slabs,
		protocol.Extstore:   ex.admin.extstore,
		protocol.LRU:        ex.admin.lru,
		protocol.Crawler:    ex.crawler.crawl,
		protocol.Token:      ex.admin.token,
		protocol.SASLList:   ex.admin.saslList,
		protocol.SASLAuth:   ex.admin.saslAuth,
		protocol.SASLStep:   ex.admin.saslStep,
	}
}

// execute is the second stage: it answers the requests i to end-1 of the run, in order. Neighbouring gets go to the engine
// together, whoever sent them.
func (ex *executor) execute(i, end int) {
	if ex.shared.log.Level() > 1 {
		ex.executeVerbosely(i, end)
		return
	}
	if ex.shared.sasl != nil {
		ex.executeWithAuth(i, end)
		return
	}
	if end > i+1 {
		ex.prefetch(i, end)
	}
	for i < end {
		if ex.round.run.Requests[i].Command == protocol.Get {
			i = ex.gets.get(i, end)
		} else {
			i = ex.executeOne(i)
		}
	}
}

// prefetch tells the engine the keys of the requests that change something, if the run has several. So the engine does not
// wait for the memory of each in turn.
func (ex *executor) prefetch(i, end int) {
	ex.prefetched = ex.prefetched[:0]
	for ; i < end; i++ {
		if key := ex.round.run.Keys[i].Bytes; len(key) > 0 && ex.round.run.Requests[i].Command != protocol.Get {
			ex.prefetched = append(ex.prefetched, engine.Key{Bytes: key})
		}
	}
	if len(ex.prefetched) > 1 {
		ex.engineCall().Get(ex.prefetched, engine.Prefetch{})
		ex.engineDone()
	}
}

// executeOne answers request i, which is no get. It returns the next to be answered.
func (ex *executor) executeOne(i int) int {
	r := &ex.round.run.Requests[i]
	ex.begin(i)
	ex.handlers[r.Command](i)
	if r.Flag&protocol.FlagClose != 0 {
		ex.replies.to.set(stateClosing)
	}
	return ex.next(i)
}

// executeWithAuth is execute for a server with -S: a connection gets only what it may ask for.
func (ex *executor) executeWithAuth(i, end int) {
	for i < end {
		i = ex.executeIfAllowed(i, ex.sameConn(i, end))
	}
}

// executeIfAllowed answers request i if the connection may ask for it. If i is a get it answers the gets behind it too, up to
// end. A request that is not allowed is refused, and its connection ends. It returns the next request to be answered.
func (ex *executor) executeIfAllowed(i, end int) int {
	ex.begin(i)
	c := ex.replies.to
	switch r := &ex.round.run.Requests[i]; {
	case ex.shared.sasl != nil && !c.mayAsk(r):
	case r.Command == protocol.Get:
		return ex.gets.get(i, end)
	default:
		return ex.executeOne(i)
	}
	ex.reply(i, protocol.Reply{Status: protocol.AuthError})
	c.set(stateClosing | stateSaidAll)
	return ex.next(i)
}

// sameConn returns the end of the requests from i on that belong to the same connection. So the gets of one authenticated
// connection still go to the engine together.
func (ex *executor) sameConn(i, end int) int {
	return min(end, ex.round.parts[ex.round.partOf[i]].to)
}

// executeVerbosely is execute, with -S or without, that writes each request and its reply to the log as memcached's -vv does.
// It goes request by request.
func (ex *executor) executeVerbosely(i, end int) {
	states := ex.shared.log.Level() > 2
	for i < end {
		ex.begin(i)
		r, c := &ex.round.run.Requests[i], ex.replies.to
		ex.logRequest(i, states)
		at, fd := len(ex.replies.out), c.fd
		next := ex.executeIfAllowed(i, i+1)
		if next == i+1 {
			next = ex.next(i) // a single get does not look whether there is room for more
		}
		if !c.is(stateWaiting) { // else it has no reply yet
			ex.logReply(fd, r, ex.round.run.Keys[i].Bytes, ex.replies.out[min(at, len(ex.replies.out)):], next == i+1 && ex.replies.lentLast())
		}
		if states {
			ex.shared.log.Printf("%d: going from conn_parse_cmd to %s", fd, nextState(c, r))
		}
		i = next
	}
}
