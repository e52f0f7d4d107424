package server

import (
	"math"

	"gocached/clock"
	"gocached/engine"
	"gocached/protocol"
)

// remove answers delete.
func (l *loop) remove(i int) {
	key, cas := l.run.Keys[i].Bytes, l.run.Requests[i].CAS
	if cas == engine.Silent { // means something else; no item has either CAS
		cas--
	}
	status := l.engineCall().Remove(key, cas)
	l.engineDone()
	l.count(status, deleteHits, deleteMisses)
	if l.shared.prefixes.On.Load() {
		l.shared.prefixes.Del(key)
	}
	l.reply(i, protocol.Reply{Status: status})
}

// arithmetic answers incr and decr.
func (l *loop) arithmetic(i int) {
	r := &l.run.Requests[i]
	l.sum = engine.Arithmetic{
		Delta:    r.Delta,
		Decrease: r.Flag&protocol.FlagDecrease != 0,
		CAS:      r.CAS,
		Create:   r.Flag&protocol.FlagCreate != 0,
		Initial:  r.Initial,
	}
	if l.sum.Create {
		l.sum.Exptime = l.shared.clock.Exptime(r.Exptime)
	}
	value, cas, status := l.engineCall().Arithmetic(l.run.Keys[i].Bytes, &l.sum)
	l.engineDone()
	if l.sum.Decrease {
		l.count(status, decrHits, decrMisses)
	} else {
		l.count(status, incrHits, incrMisses)
	}
	l.reply(i, protocol.Reply{Status: status, Number: value, CAS: cas})
}

// touchItem answers touch.
func (l *loop) touchItem(i int) {
	r := &l.run.Requests[i]
	flags, cas, status := l.engineCall().Touch(l.run.Keys[i].Bytes, l.shared.clock.Exptime(r.Exptime))
	l.engineDone()
	l.counts[cmdTouch]++
	l.count(status, touchHits, touchMisses)
	l.reply(i, protocol.Reply{Status: status, CAS: cas, Flags: flags})
}

// flushAll answers flush_all: at once, or when the given time comes. memcached flushes in the second before it, together with
// what is stored in that second; here nothing is lost that comes after the flush, so a second too early would leave a
// client whose set follows its "flush_all 2" with a value that outlives it.
//
// A date before the server's start never comes (as in memcached, in 1.6 too): nothing is flushed, and nothing will be that
// an earlier command was to.
func (l *loop) flushAll(i int) {
	due, now := l.shared.clock.Exptime(l.run.Requests[i].Exptime), l.shared.clock.Now()
	switch n := l.run.Requests[i].Exptime; {
	case n > clock.MaxRelative && n < l.shared.clock.UnixOf(clock.First):
		due = math.MaxUint32
		l.shared.flushed.Store(0)
	case due > now:
		l.shared.flushed.Store(int64(due) - 1)
	default:
		due = clock.Never
		l.shared.flushed.Store(int64(now) - 1)
	}
	status := l.engineCall().Flush(due)
	l.engineDone()
	l.counts[cmdFlush]++
	l.reply(i, protocol.Reply{Status: status})
}

// count counts a hit or a miss. An incr that finds its item but no memory for the longer number is a hit.
func (l *loop) count(status engine.Status, hit, miss counter) {
	switch status {
	case engine.OK, engine.NoMemory:
		l.counts[hit]++
	case engine.NotFound:
		l.counts[miss]++
	}
}

// verbosity answers verbosity.
func (l *loop) verbosity(i int) {
	l.shared.log.SetLevel(int(min(l.run.Requests[i].Delta, maxVerbosity)))
	l.reply(i, protocol.Reply{})
}

// maxVerbosity is the highest level that a client can choose (as in memcached).
const maxVerbosity = 2

// shutdown answers shutdown, which works only if the command line allows it. Every stop is a graceful one.
func (l *loop) shutdown(i int) {
	var words [2][]byte
	n := protocol.Words(l.run.Requests[i].Value, words[:])
	switch {
	case !l.shared.settings.AllowShutdown:
		l.reply(i, protocol.Reply{Status: protocol.ShutdownOff})
		return
	case n > 1 || n == 1 && string(words[0]) != "graceful":
		l.reply(i, protocol.Reply{Status: protocol.BadShutdown})
		return
	}
	l.to.set(stateClosing)
	l.shared.stop()
}
