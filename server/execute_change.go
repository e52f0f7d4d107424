package server

import (
	"math"

	"gocached/clock"
	"gocached/compat"
	"gocached/engine"
	"gocached/protocol"
)

// changes answers commands that change items without storing them whole.
type changes struct {
	answers
	stores *stores
	sum    engine.Arithmetic // the one under way
}

// remove answers delete and md.
func (ch *changes) remove(i int) {
	r, key := &ch.round.run.Requests[i], ch.round.run.Keys[i].Bytes
	removal := engine.Removal{CAS: r.CAS}
	if r.Dialect == protocol.Meta {
		removal = ch.removal(r)
	}
	status := ch.engineCall().Remove(key, removal)
	ch.engineDone()
	switch {
	case status == engine.NoMemory:
		ch.stores.waitForChunk(i)
		return
	case r.Dialect == protocol.Meta:
		ch.countRemoval(r, status)
	default:
		ch.count(status, deleteHits, deleteMisses)
	}
	if ch.countsPrefix(r) {
		ch.shared.prefixes.Del(key)
	}
	ch.reply(i, protocol.Reply{Status: status})
}

// arithmetic answers incr and decr.
func (ch *changes) arithmetic(i int) {
	r := &ch.round.run.Requests[i]
	ch.sum = engine.Arithmetic{
		Delta:    r.Delta,
		Decrease: r.Flag&protocol.FlagDecrease != 0,
		CAS:      r.CAS,
		Create:   r.Flag&protocol.FlagCreate != 0,
		Initial:  r.Initial,
		NoEmpty:  ch.shared.settings.Compat.Has(compat.NeedsDigit),
	}
	switch {
	case r.Dialect == protocol.Meta:
		ch.addMeta(i)
	case ch.sum.Create:
		ch.sum.Exptime = ch.shared.clock.Exptime(r.Exptime)
	}
	value, cas, status := ch.engineCall().Arithmetic(ch.round.run.Keys[i].Bytes, &ch.sum)
	ch.engineDone()
	if status == engine.NoMemory {
		ch.stores.waitForChunk(i)
		return
	}
	if ch.sum.Decrease {
		ch.count(status, decrHits, decrMisses)
	} else {
		ch.count(status, incrHits, incrMisses)
	}
	ch.reply(i, protocol.Reply{Status: status, Number: value, CAS: cas, Exptime: ch.sum.Shown})
}

// touchItem answers touch.
func (ch *changes) touchItem(i int) {
	r := &ch.round.run.Requests[i]
	flags, cas, status := ch.engineCall().Touch(ch.round.run.Keys[i].Bytes, ch.shared.clock.Exptime(r.Exptime))
	ch.engineDone()
	ch.counts[cmdTouch]++
	ch.count(status, touchHits, touchMisses)
	ch.reply(i, protocol.Reply{Status: status, CAS: cas, Flags: flags})
}

// flushAll answers flush_all. The flush happens at once, or when the given time comes. memcached flushes one second earlier,
// and takes with it what is stored in that second. Here a flush ends nothing that is stored after it. So a flush one second
// early could come before a set that follows its "flush_all 2", and the value would outlive the flush.
//
// A date before the server's start never comes (as in memcached, in 1.6 too): nothing is flushed, and a flush that an earlier
// command asked for is called off.
func (ch *changes) flushAll(i int) {
	if ch.shared.settings.NoFlush {
		ch.counts[cmdFlush]++ // as in memcached
		ch.reply(i, protocol.Reply{Status: protocol.FlushOff})
		return
	}
	due, now := ch.shared.clock.Exptime(ch.round.run.Requests[i].Exptime), ch.shared.clock.Now()
	switch n := ch.round.run.Requests[i].Exptime; {
	case n > clock.MaxRelative && n < ch.shared.clock.UnixOf(clock.First):
		due = math.MaxUint32
		ch.shared.flushed.Store(0)
	case due > now:
		ch.shared.flushed.Store(int64(due) - 1)
	default:
		due = clock.Never
		ch.shared.flushed.Store(int64(now) - 1)
	}
	status := ch.engineCall().Flush(due)
	ch.engineDone()
	ch.counts[cmdFlush]++
	ch.reply(i, protocol.Reply{Status: status})
}

// count counts a hit or a miss.
func (ch *changes) count(status engine.Status, hit, miss counter) {
	switch status {
	case engine.OK:
		ch.counts[hit]++
	case engine.NotFound:
		ch.counts[miss]++
	}
}
