package server

import (
	"gocached/engine"
	"gocached/protocol"
	"gocached/server/settings"
)

// stores answers set and its like.
type stores struct {
	answers
	begun []*conn // that have begun to send a value in this round
	brief bool    // moveBegun will be called at its end
}

// store answers set, add, replace, append, prepend and cas, in one of three forms: the whole value is in the request;
// only its beginning is, and the rest will be received into its chunk, or for a short one into a buffer; or it has been
// received.
func (t *stores) store(i int) {
	r, c := &t.round.run.Requests[i], t.replies.to
	if r.Flag&protocol.FlagFilled != 0 {
		t.storeFilled(i, c)
		return
	}
	key := t.round.run.Keys[i].Bytes
	if t.shared.prefixes.On.Load() && t.waiting.retrying == nil {
		t.shared.prefixes.Set(key)
	}
	status := t.engineCall().CanStore(len(key), r.ValueLen, r.Flags)
	t.engineDone()
	switch {
	case status != engine.OK:
		t.refuse(i, status)
	case r.Flag&protocol.FlagStreaming == 0:
		t.storeWhole(i)
	case r.ValueLen < t.shared.shares.shortStore:
		t.storeShort(i, c)
	default:
		t.storeStreaming(i, c)
	}
}

// storeWhole stores a value that is all in the request.
func (t *stores) storeWhole(i int) {
	r := &t.round.run.Requests[i]
	item, ok := t.allocate(i)
	if !ok {
		return
	}
	if r.Flag&protocol.FlagBadData != 0 {
		t.refuseBlock(i, item)
		return
	}
	copy(item.Value, r.Value)
	t.link(i, item)
}

// storeStreaming makes room for a long value that is still coming.
func (t *stores) storeStreaming(i int, c *conn) {
	r, q := &t.round.run.Requests[i], &t.shared.queues[queueValues]
	if t.waiting.mustQueue(q, c) || !t.shared.reserveValue(r.ValueLen) {
		t.waitToStore(i, need{heldValues, r.ValueLen}, q)
		return
	}
	item, ok := t.allocate(i)
	if !ok {
		t.shared.filling.Add(-t.shared.placeOf(r.ValueLen))
		return
	}
	t.receiveRest(c, &fill{kept: t.round.keep(i, r.KeyMatters()), item: item}, r)
}

// receiveRest starts to receive the rest of a value.
func (t *stores) receiveRest(c *conn, f *fill, r *protocol.Request) {
	f.tailLen, f.since = tailLen(r), t.shared.awake.Load()
	f.fillFrom(r.Value)
	c.fill = f
	c.clear(stateLong)
	t.begun = append(t.begun, c)
}

// reserveValue makes room for a long value that will be received into its chunk. It returns false if there is none. All of
// them together may hold half of the memory, and a single one may always come. A chunk that waits for its value cannot be
// evicted, and others must find chunks that can. The engine sees to it that they lie in half of the pages at most.
func (s *shared) reserveValue(bytes int) bool {
	place := s.placeOf(bytes)
	total := s.filling.Add(place)
	if total > place && total > settings.MemoryLimit(s.settings.MemoryLimit)/2 {
		s.filling.Add(-place)
		return false
	}
	return true
}

// placeOf returns how many bytes of a page a value takes: a page divided by the number of such values that it holds.
func (s *shared) placeOf(bytes int) int64 {
	page := s.settings.ItemMax
	return int64(page / max(1, page/max(1, bytes)))
}

// unfill ends the receiving of a value.
func (t *stores) unfill(c *conn) *fill {
	f := c.fill
	c.fill = nil
	if f.short > 0 {
		t.shared.unreserveShort(f)
	} else {
		t.shared.filling.Add(-t.shared.placeOf(len(f.item.Value)))
	}
	return f
}

// cutFill ends the receiving of a value that will never be whole.
func (t *stores) cutFill(c *conn) {
	if f := t.unfill(c); f.item.Ref == 0 {
		t.round.inputs.recycle(f.item.Value)
	} else {
		t.engineCall().Release(f.item)
		t.engineDone()
	}
	t.shared.askToRetry()
}

// storeFilled stores a value that has been received.
func (t *stores) storeFilled(i int, c *conn) {
	switch f := t.unfill(c); {
	case f.item.Ref == 0:
		t.storeFromBuffer(i, f)
	case f.wellEnded():
		t.link(i, f.item)
	default:
		t.refuseBlock(i, f.item)
	}
	t.shared.askToRetry()
}

// refuseBlock answers a store whose data block does not end as one does.
func (t *stores) refuseBlock(i int, item engine.Item) {
	t.counts[cmdSet]++ // as in memcached
	t.engineCall().Release(item)
	t.engineDone()
	t.reply(i, protocol.Reply{Status: protocol.BadDataChunk})
}

// allocate gets memory for the item that request i describes. If there is none the request waits, or is refused.
func (t *stores) allocate(i int) (item engine.Item, ok bool) {
	r, key := &t.round.run.Requests[i], t.round.run.Keys[i].Bytes
	op := r.Op
	if r.Flag&protocol.FlagStreaming != 0 {
		op |= engine.Gradually
	}
	item, status := t.engineCall().Allocate(key, r.ValueLen, r.Flags, t.shared.clock.Exptime(r.Exptime), op)
	t.engineDone()
	switch status {
	case engine.OK:
		return item, true
	case engine.NoMemory:
		t.waitForChunk(i)
	case engine.Busy:
		t.waitToStore(i, need{heldValues, r.ValueLen}, &t.shared.queues[queueValues])
	default:
		t.refuse(i, status)
	}
	return item, false
}

// waitForChunk makes request i wait for a chunk, since the engine has none, or refuses it. Only the engine knows how many
// bytes an append, incr or the like lacks: they count as one at least.
//
// What connections held may have come back after the engine found no chunk. So a request that has waited is tried once more
// when nothing is held.
func (t *stores) waitForChunk(i int) {
	r, h := &t.round.run.Requests[i], t.waiting.retrying
	switch {
	case t.shared.mayComeBack(r):
		t.waitToStore(i, need{heldChunks, max(1, r.ValueLen)}, t.shared.queueFor(r))
	case h != nil && !h.lastTry:
		h.lastTry, t.waiting.lacking = true, true
		t.waiting.askToRetry()
	default:
		t.refuseForMemory(i)
	}
}

// mayComeBack says whether the engine may have a chunk for a request later: if connections hold chunks. With -M they are no
// help, since nothing is evicted.
func (s *shared) mayComeBack(r *protocol.Request) bool {
	filling := s.filling.Load()
	if r.Flag&protocol.FlagStreaming != 0 {
		filling -= s.placeOf(r.ValueLen) // its own
	}
	return !s.settings.NoEvict && (filling > 0 || s.brief.Load() > 0 || s.lent.Load() > 0)
}

// refuseForMemory answers that there is no memory for request i.
func (t *stores) refuseForMemory(i int) {
	if t.round.run.Requests[i].Command == protocol.Store {
		t.refuse(i, engine.NoMemory)
	} else {
		t.reply(i, protocol.Reply{Status: engine.NoMemory})
	}
}

// refuse answers a store that is not carried out. If its value is still coming it will be skipped. A set that fails also
// removes the old value, since the client meant it to be gone (as in memcached). add, replace and append leave it.
func (t *stores) refuse(i int, status engine.Status) {
	r := &t.round.run.Requests[i]
	if r.Flag&protocol.FlagStreaming != 0 {
		t.replies.to.parser.Skip = uint64(r.ValueLen-len(r.Value)) + uint64(tailLen(r))
	}
	if status == engine.TooLarge {
		t.counts[storeTooLarge]++
	} else {
		t.counts[storeNoMemory]++
	}
	if r.IsSet() {
		t.engineCall().Remove(t.round.run.Keys[i].Bytes, engine.Removal{Silent: true})
		t.engineDone()
	}
	t.reply(i, protocol.Reply{Status: status})
}

// tailLen is how many bytes follow a value: two in text, CR and LF; none in binary.
func tailLen(r *protocol.Request) int {
	if r.Dialect == protocol.Binary {
		return 0
	}
	return 2
}

// link makes a filled item visible and answers. It counts a set whatever the outcome, as memcached does.
func (t *stores) link(i int, item engine.Item) {
	r := &t.round.run.Requests[i]
	cas, status := t.engineCall().Store(item, r.Op, r.CAS)
	t.engineDone()
	if status == engine.NoMemory {
		t.waitToJoin(i, item)
		return
	}
	t.counts[cmdSet]++
	if r.Op == engine.OpCAS {
		t.countCAS(status)
	}
	t.reply(i, protocol.Reply{Status: status, CAS: cas})
}

// waitToJoin makes an append or prepend wait for which the engine has no memory, or refuses it. Its chunk goes back to the
// engine: a request that waits holds nothing that others could lack.
func (t *stores) waitToJoin(i int, item engine.Item) {
	r := &t.round.run.Requests[i]
	r.Value, r.Flag = item.Value, r.Flag&^protocol.FlagFilled
	t.waitForChunk(i) // copies the value if it waits
	r.Value = nil
	t.engineCall().Release(item)
	t.engineDone()
}

// countCAS counts the outcome of a store that compared a CAS.
func (t *stores) countCAS(status engine.Status) {
	switch status {
	case engine.OK:
		t.counts[casHits]++
	case engine.NotFound:
		t.counts[casMisses]++
	case engine.Exists:
		t.counts[casBadval]++
	}
}

// waitToStore makes request i wait for memory, or refuses it.
func (t *stores) waitToStore(i int, n need, q *waitQueue) {
	r, c := &t.round.run.Requests[i], t.replies.to
	switch {
	case t.waiting.retrying != nil:
		t.waiting.lacking = true
	case !t.waiting.mayWait(c) || !t.rim.CanPause() || t.shared.waitingBytes.Load()+int64(len(r.Value)) > maxWaitingBytes:
		t.shared.lack(n)
		t.refuseForMemory(i)
	default:
		t.counts[storeWaits]++
		t.waiting.wait(i, n, q)
		t.pause(c)
		t.waiting.askToRetry() // once it has its answers to what it asked before
	}
}

// forgetBegun empties the list of connections that have begun a value in this round.
func (t *stores) forgetBegun() {
	clear(t.begun)
	t.begun = t.begun[:0]
}
