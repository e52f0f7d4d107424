package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// handlers gives each command its meaning. A handler answers request i of the run by appending to l.out.
var handlers [protocol.NumCommands]func(l *loop, i int)

// init fills the table; its declaration cannot, since some handlers come back to the code that looks them up.
func init() {
	handlers = [protocol.NumCommands]func(l *loop, i int){
		protocol.Fail:       (*loop).fail,
		protocol.End:        (*loop).end,
		protocol.Store:      (*loop).store,
		protocol.Delete:     (*loop).remove,
		protocol.Arithmetic: (*loop).arithmetic,
		protocol.Touch:      (*loop).touchItem,
		protocol.FlushAll:   (*loop).flushAll,
		protocol.Stats:      (*loop).stats,
		protocol.Verbosity:  (*loop).verbosity,
		protocol.Version:    (*loop).version,
		protocol.Noop:       (*loop).noop,
		protocol.Quit:       (*loop).quit,
		protocol.Shutdown:   (*loop).shutdown,
		protocol.SASLList:   (*loop).saslList,
		protocol.SASLAuth:   (*loop).saslAuth,
		protocol.SASLStep:   (*loop).saslStep,
	}
}

// execute is the second stage: it answers the requests of the run from i up to, but not including, end, in order.
// Neighbouring gets, whoever sent them, go to the engine together.
func (l *loop) execute(i, end int) {
	if l.shared.log.Level() > 1 {
		l.executeVerbosely(i, end)
		return
	}
	if l.shared.sasl != nil {
		l.executeGuarded(i, end)
		return
	}
	l.expect(i, end)
	for i < end {
		i = l.executeFrom(i, end)
	}
}

// expect tells the engine of the keys of requests that change something, if there are several in the run, so that it does
// not have to wait for the memory of each in turn.
func (l *loop) expect(i, end int) {
	l.expected = l.expected[:0]
	for ; i < end; i++ {
		if key := l.run.Keys[i].Bytes; len(key) > 0 && l.run.Requests[i].Command != protocol.Get {
			l.expected = append(l.expected, engine.Key{Bytes: key})
		}
	}
	if len(l.expected) > 1 {
		l.engineCall().Get(l.expected, nil)
		l.engineDone()
	}
}

// executeFrom answers request i, and if it is a get the gets behind it, up to end. It returns the next to be answered.
func (l *loop) executeFrom(i, end int) int {
	r := &l.run.Requests[i]
	if r.Command == protocol.Get {
		return l.get(i, end)
	}
	l.enter(i)
	handlers[r.Command](l, i)
	if r.Flag&protocol.FlagClose != 0 {
		l.to.set(stateClosing)
	}
	return l.leave(i)
}

// enter makes the connection of request i the one whose replies are appended.
func (l *loop) enter(i int) {
	if c := l.part(i).c; c != l.to {
		l.closePiece()
		l.openPiece(c)
	}
}

// leave returns the request to go on with after i. If the connection of i has no more room for replies, is parked or is
// to be closed, the rest of its requests are left out.
func (l *loop) leave(i int) int {
	p := l.part(i)
	if i+1 < p.to && (p.c.state&(stateClosing|stateParked) != 0 || l.full(p.c)) {
		p.stop = i + 1
		return p.to
	}
	return i + 1
}

// full says whether a connection has made as many replies as it may before they are written.
func (l *loop) full(c *conn) bool {
	return c.size+len(l.out)-l.pieces[c.last].start >= l.room
}

// reply appends the answer to request i.
func (l *loop) reply(i int, reply protocol.Reply) {
	l.out = protocol.AppendReply(l.out, &l.run.Requests[i], l.run.Keys[i].Bytes, &reply)
}

func (l *loop) fail(i int) {
	r := &l.run.Requests[i]
	l.reply(i, protocol.Reply{Status: r.Status})
}

func (l *loop) end(i int) { l.reply(i, protocol.Reply{}) }

func (l *loop) noop(i int) { l.reply(i, protocol.Reply{}) }

func (l *loop) quit(i int) {
	l.reply(i, protocol.Reply{})
	l.to.set(stateClosing | stateSaidAll)
}

func (l *loop) unknown(i int) { l.reply(i, protocol.Reply{Status: protocol.UnknownCommand}) }

// compatibleVersion is the version that the protocol reports: clients that look at it behave as with this memcached.
const compatibleVersion = "1.4.5"

func (l *loop) version(i int) { l.reply(i, protocol.Reply{Text: compatibleVersion}) }

// engineCall marks that engine code is running, so that a panic in it is known to leave its structures in doubt.
func (l *loop) engineCall() engine.Engine {
	l.inEngine = true
	return l.shared.engine
}

func (l *loop) engineDone() { l.inEngine = false }
