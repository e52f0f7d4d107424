package server

import (
	"gocached/engine"
	"gocached/protocol"
	"gocached/server/settings"
)

// store answers set, add, replace, append, prepend and cas, in one of three forms: the whole value is in the request;
// only its beginning is, and the rest will be received into its chunk; or it has been received.
func (l *loop) store(i int) {
	r, c := &l.run.Requests[i], l.to
	if r.Flag&protocol.FlagFilled != 0 {
		l.storeFilled(i, c)
		return
	}
	key := l.run.Keys[i].Bytes
	if l.shared.prefixes.On.Load() && l.trying == nil {
		l.shared.prefixes.Set(key)
	}
	status := l.engineCall().CanStore(len(key), r.ValueLen, r.Flags)
	l.engineDone()
	switch {
	case status != engine.OK:
		l.refuse(i, status)
	case r.Flag&protocol.FlagStreaming != 0:
		l.storeStreaming(i, c)
	default:
		l.storeWhole(i)
	}
}

// storeWhole stores a value that is all in the request.
func (l *loop) storeWhole(i int) {
	r := &l.run.Requests[i]
	item, ok := l.allocate(i)
	if !ok {
		return
	}
	l.counts[cmdSet]++ // whatever comes of it, as in memcached
	if r.Flag&protocol.FlagBadData != 0 {
		l.engineCall().Release(item)
		l.engineDone()
		l.reply(i, protocol.Reply{Status: protocol.BadDataChunk})
		return
	}
	copy(item.Value, r.Value)
	l.link(i, item)
}

// storeStreaming makes room for a value that is still coming.
func (l *loop) storeStreaming(i int, c *conn) {
	r := &l.run.Requests[i]
	q := l.shared.lineFor(r)
	if l.mustQueue(q, c) || !l.shared.expectValue(r.ValueLen) {
		l.waitToStore(i, need{heldValues, r.ValueLen}, q)
		return
	}
	item, ok := l.allocate(i)
	if !ok {
		l.shared.filling.Add(-l.shared.placeOf(r.ValueLen))
		return
	}
	l.counts[cmdSet]++
	c.fill = &fill{item: item, tailLen: tailLen(r), request: *r}
	c.fill.request.Value = nil
	c.fill.take(r.Value)
	c.clear(stateLong)
	l.begun = append(l.begun, c)
}

// expectValue says whether a further value may be received into its chunk. All of them together may hold half of the
// memory, short ones an eighth more, or a single one all that it takes: a chunk that waits for its value cannot be
// evicted, and others must find some that can.
func (s *shared) expectValue(bytes int) bool {
	place, limit := s.placeOf(bytes), settings.MemoryLimit(s.settings.MemoryLimit)
	most := limit / 2
	if bytes < s.shares.shortStore {
		most += limit / 8
	}
	total := s.filling.Add(place)
	if total > place && total > most {
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
func (l *loop) unfill(c *conn) *fill {
	f := c.fill
	c.fill = nil
	l.shared.filling.Add(-l.shared.placeOf(len(f.item.Value)))
	return f
}

// cutFill ends it for a value that will never be whole.
func (l *loop) cutFill(c *conn) {
	l.engineCall().Release(l.unfill(c).item)
	l.engineDone()
	l.shared.askToFeed()
}

// storeFilled stores a value that has been received into its chunk.
func (l *loop) storeFilled(i int, c *conn) {
	if !c.fill.wellEnded() {
		l.cutFill(c)
		l.reply(i, protocol.Reply{Status: protocol.BadDataChunk})
		return
	}
	l.link(i, l.unfill(c).item)
	l.shared.askToFeed()
}

// allocate gets memory for the item that request i describes. If there is none the request waits, or is refused.
func (l *loop) allocate(i int) (item engine.Item, ok bool) {
	r, key := &l.run.Requests[i], l.run.Keys[i].Bytes
	item, status := l.engineCall().Allocate(key, r.ValueLen, r.Flags, l.shared.clock.Exptime(r.Exptime), r.Op)
	l.engineDone()
	switch {
	case status == engine.OK:
		return item, true
	case status == engine.NoMemory && l.shared.mayComeBack(r):
		l.waitToStore(i, need{heldChunks, r.ValueLen}, l.shared.lineFor(r))
	default:
		l.refuse(i, status)
	}
	return item, false
}

// mayComeBack says whether the engine may have a chunk for a store later: if connections hold some. Where nothing is evicted
// what they hold is no help.
func (s *shared) mayComeBack(r *protocol.Request) bool {
	filling := s.filling.Load()
	if r.Flag&protocol.FlagStreaming != 0 {
		filling -= s.placeOf(r.ValueLen) // its own
	}
	return !s.settings.NoEvict && (filling > 0 || s.lent.Load() > 0)
}

// refuse answers a store that cannot be carried out. If its value is still coming it is passed over. A set that fails takes
// the old value with it: the client meant it to be gone (as in memcached; add, replace and append leave it).
func (l *loop) refuse(i int, status engine.Status) {
	r := &l.run.Requests[i]
	if r.Flag&protocol.FlagStreaming != 0 {
		l.to.parser.Skip = uint64(r.ValueLen-len(r.Value)) + uint64(tailLen(r))
	}
	if status == engine.TooLarge {
		l.counts[storeTooLarge]++
	} else {
		l.counts[storeNoMemory]++
	}
	if r.IsSet() {
		l.engineCall().Remove(l.run.Keys[i].Bytes, engine.Silent)
		l.engineDone()
	}
	l.reply(i, protocol.Reply{Status: status})
}

// tailLen is how many bytes end a value: in text there are two, CR and LF.
func tailLen(r *protocol.Request) int {
	if r.Flag&protocol.FlagBinary != 0 {
		return 0
	}
	return 2
}

// link makes a filled item visible and answers.
func (l *loop) link(i int, item engine.Item) {
	r := &l.run.Requests[i]
	cas, status := l.engineCall().Store(item, r.Op, r.CAS)
	l.engineDone()
	if r.Op == engine.OpCAS {
		l.countCAS(status)
	}
	l.reply(i, protocol.Reply{Status: status, CAS: cas})
}

// countCAS counts the outcome of a store that compared a CAS.
func (l *loop) countCAS(status engine.Status) {
	switch status {
	case engine.OK:
		l.counts[casHits]++
	case engine.NotFound:
		l.counts[casMisses]++
	case engine.Exists:
		l.counts[casBadval]++
	}
}
