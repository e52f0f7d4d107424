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
	brief bool    // setAside will be called at its end
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
	if t.shared.prefixes.On.Load() && t.waiting.trying == nil {
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
	r, q := &t.round.run.Requests[i], &t.shared.lines[lineValues]
	if t.waiting.mustQueue(q, c) || !t.shared.expectValue(r.ValueLen) {
		t.waitToStore(i, need{heldValues, r.ValueLen}, q)
		return
	}
	item, ok := t.allocate(i)
	if !ok {
		t.shared.filling.Add(-t.shared.placeOf(r.ValueLen))
		return
	}
	t.begin(c, &fill{kept: t.round.keep(i, r.KeyMatters()), item: item}, r)
}

// begin starts to receive the rest of a value.
func (t *stores) begin(c *conn, f *fill, r *protocol.Request) {
	f.tailLen, f.since = tailLen(r), t.shared.awake.Load()
	f.fillFrom(r.Value)
	c.fill = f
	c.clear(stateLong)
	t.begun = append(t.begun, c)
}

// expectValue says whether a further long value may be received into its chunk. All of them together may hold half of the
// memory, or a single one all that it takes: a chunk that waits for its value cannot be evicted, and others must find some
// that can. The engine sees to it that they do not lie in more than half of the pages.
func (s *shared) expectValue(bytes int) bool {
	place := s.placeOf(bytes)
	total := s.filling.Add(place)
	if total > place && total > settings.MemoryLimit(s.settings.MemoryLimit)/2 {
		s.filling.Add(-place)
		return false
	}
	return true
}

// placeOf returns how much of a page a value takes, of which it holds a whole number.
func (s *shared) placeOf(bytes int) int64 {
	page := s.settings.ItemMax
	return int64(page / max(1, page/max(1, bytes)))
}

// unfill ends the receiving of a value.
func (t *stores) unfill(c *conn) *fill {
	f := c.fill
	c.fill = nil
	if f.short > 0 {
		t.shared.unexpectShort(f)
	} else {
		t.shared.filling.Add(-t.shared.placeOf(len(f.item.Value)))
	}
	return f
}

// cutFill ends it for a value that will never be whole.
func (t *stores) cutFill(c *conn) {
	if f := t.unfill(c); f.item.Ref == 0 {
		t.round.inputs.recycle(f.item.Value)
	} else {
		t.engineCall().Release(f.item)
		t.engineDone()
	}
	t.shared.askToFeed()
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
	t.shared.askToFeed()
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
		t.lackChunk(i)
	case engine.Busy:
		t.waitToStore(i, need{heldValues, r.ValueLen}, &t.shared.lines[lineValues])
	default:
		t.refuse(i, status)
	}
	return item, false
}

// lackChunk has request i wait for a chunk, which the engine does not have, or refuses it. How much a change lacks only the
// engine knows; it is something in any case.
func (t *stores) lackChunk(i int) {
	r := &t.round.run.Requests[i]
	if t.shared.mayComeBack(r) {
		t.waitToStore(i, need{heldChunks, max(1, r.ValueLen)}, t.shared.lineFor(r))
	} else {
		t.refuseForMemory(i)
	}
}

// mayComeBack says whether the engine may have a chunk for a request later: if connections hold some. Where nothing is
// evicted what they hold is no help.
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

// refuse answers a store that cannot be carried out. If its value is still coming it is passed over. A set that fails takes
// the old value with it: the client meant it to be gone (as in memcached; add, replace and append leave it).
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

// tailLen is how many bytes end a value: in text there are two, CR and LF.
func tailLen(r *protocol.Request) int {
	if r.Dialect == protocol.Binary {
		return 0
	}
	return 2
}

// link makes a filled item visible and answers. It counts what is stored, whatever comes of it, as memcached does.
func (t *stores) link(i int, item engine.Item) {
	r := &t.round.run.Requests[i]
	cas, status := t.engineCall().Store(item, r.Op, r.CAS)
	t.engineDone()
	if status == engine.NoMemory {
		t.joinLater(i, item)
		return
	}
	t.counts[cmdSet]++
	if r.Op == engine.OpCAS {
		t.countCAS(status)
	}
	t.reply(i, protocol.Reply{Status: status, CAS: cas})
}

// joinLater has a join wait for which the engine has no memory, or refuses it. Its chunk goes back meanwhile: who waits holds
// nothing that others could lack.
func (t *stores) joinLater(i int, item engine.Item) {
	r := &t.round.run.Requests[i]
	r.Value, r.Flag = item.Value, r.Flag&^protocol.FlagFilled
	t.lackChunk(i) // copies the value if it waits
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

// waitToStore has request i wait, which lacks memory for what it would store, or refuses it.
func (t *stores) waitToStore(i int, n need, q *line) {
	r, c := &t.round.run.Requests[i], t.replies.to
	switch {
	case t.waiting.trying != nil:
		t.waiting.lacking = true
	case !t.waiting.mayWait(c) || !t.rim.CanPause() || t.shared.asideBytes.Load()+int64(len(r.Value)) > maxAside:
		t.shared.lack(n)
		t.refuseForMemory(i)
	default:
		t.counts[storeWaits]++
		t.waiting.wait(i, n, q)
		t.pause(c)
		t.waiting.askToFeed() // once it has its answers to what it asked before
	}
}

// forgetBegun ends the work on values that have begun.
func (t *stores) forgetBegun() {
	clear(t.begun)
	t.begun = t.begun[:0]
}
