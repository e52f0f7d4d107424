package server

import (
	"math"

	"gocached/clock"
	"gocached/engine"
	"gocached/protocol"
)

// changes answers commands that change items without storing them whole.
type changes struct {
	answers
	stores *stores
	sum    engine.Arithmetic // the one under way
}

// remove answers delete.
func (h *changes) remove(i int) {
	key, cas := h.round.run.Keys[i].Bytes, h.round.run.Requests[i].CAS
	status := h.engineCall().Remove(key, engine.Removal{CAS: cas})
	h.engineDone()
	h.count(status, deleteHits, deleteMisses)
	if h.shared.prefixes.On.Load() {
		h.shared.prefixes.Del(key)
	}
	h.reply(i, protocol.Reply{Status: status})
}

// arithmetic answers incr and decr.
func (h *changes) arithmetic(i int) {
	r := &h.round.run.Requests[i]
	h.sum = engine.Arithmetic{
		Delta:    r.Delta,
		Decrease: r.Flag&protocol.FlagDecrease != 0,
		CAS:      r.CAS,
		Create:   r.Flag&protocol.FlagCreate != 0,
		Initial:  r.Initial,
	}
	if h.sum.Create {
		h.sum.Exptime = h.shared.clock.Exptime(r.Exptime)
	}
	value, cas, status := h.engineCall().Arithmetic(h.round.run.Keys[i].Bytes, &h.sum)
	h.engineDone()
	if status == engine.NoMemory {
		h.stores.waitForChunk(i)
		return
	}
	if h.sum.Decrease {
		h.count(status, decrHits, decrMisses)
	} else {
		h.count(status, incrHits, incrMisses)
	}
	h.reply(i, protocol.Reply{Status: status, Number: value, CAS: cas})
}

// touchItem answers touch.
func (h *changes) touchItem(i int) {
	r := &h.round.run.Requests[i]
	flags, cas, status := h.engineCall().Touch(h.round.run.Keys[i].Bytes, h.shared.clock.Exptime(r.Exptime))
	h.engineDone()
	h.counts[cmdTouch]++
	h.count(status, touchHits, touchMisses)
	h.reply(i, protocol.Reply{Status: status, CAS: cas, Flags: flags})
}

// flushAll answers flush_all. The flush happens at once, or when the given time comes. memcached flushes one second earlier,
// and takes with it what is stored in that second. Here a flush ends nothing that is stored after it. So a flush one second
// early could come before a set that follows its "flush_all 2", and the value would outlive the flush.
//
// A date before the server's start never comes (as in memcached, in 1.6 too): nothing is flushed, and a flush that an earlier
// command asked for is called off.
func (h *changes) flushAll(i int) {
	due, now := h.shared.clock.Exptime(h.round.run.Requests[i].Exptime), h.shared.clock.Now()
	switch n := h.round.run.Requests[i].Exptime; {
	case n > clock.MaxRelative && n < h.shared.clock.UnixOf(clock.First):
		due = math.MaxUint32
		h.shared.flushed.Store(0)
	case due > now:
		h.shared.flushed.Store(int64(due) - 1)
	default:
		due = clock.Never
		h.shared.flushed.Store(int64(now) - 1)
	}
	status := h.engineCall().Flush(due)
	h.engineDone()
	h.counts[cmdFlush]++
	h.reply(i, protocol.Reply{Status: status})
}

// count counts a hit or a miss.
func (h *changes) count(status engine.Status, hit, miss counter) {
	switch status {
	case engine.OK:
		h.counts[hit]++
	case engine.NotFound:
		h.counts[miss]++
	}
}
