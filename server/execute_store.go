package server

import (
	"gocached/engine"
	"gocached/protocol"
	"gocached/server/settings"
)

// store answers set, add, replace, append, prepend and cas, in one of three forms: the whole value is in the request;
// only its beginning is, and the rest will be received into its chunk; or it has been received.
func (l *loop) store(i int) {
	r, c := &l.run.Requests[i], l.parts[l.cur].c
	switch {
	case r.Flag&protocol.FlagFilled != 0:
		l.storeFilled(i, c)
	case r.Flag&protocol.FlagStreaming != 0:
		l.storeStreaming(i, c)
	default:
		l.storeWhole(i)
	}
}

// storeWhole stores a value that is all in the request.
func (l *loop) storeWhole(i int) {
	r := &l.run.Requests[i]
	item, status := l.allocate(i)
	if status != engine.OK {
		l.refuse(i, status)
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

// storeStreaming makes room for a value that is still coming. If there is none, what comes is passed over.
func (l *loop) storeStreaming(i int, c *conn) {
	r := &l.run.Requests[i]
	tail := 2
	if r.Flag&protocol.FlagBinary != 0 {
		tail = 0
	}
	if !l.server.expectValue(r.ValueLen) {
		c.parser.Skip = uint64(r.ValueLen-len(r.Value)) + uint64(tail)
		l.refuse(i, engine.NoMemory)
		return
	}
	item, status := l.allocate(i)
	if status != engine.OK {
		l.server.filling.Add(-l.server.placeOf(r.ValueLen))
		c.parser.Skip = uint64(r.ValueLen-len(r.Value)) + uint64(tail)
		l.refuse(i, status)
		return
	}
	l.counts[cmdSet]++
	c.fill = &fill{item: item, tailLen: tail, request: *r}
	c.fill.request.Value = nil
	c.fill.take(r.Value)
	c.clear(stateLong)
	l.begun = append(l.begun, c)
}

// expectValue says whether a further value may be received into its chunk. All of them together may hold half of the
// memory, or a single one more: a chunk that waits for its value cannot be evicted, and others must find some that can.
func (s *Server) expectValue(bytes int) bool {
	place := s.placeOf(bytes)
	total := s.filling.Add(place)
	if total > place && total > settings.MemoryLimit(s.settings.MemoryLimit)/2 {
		s.filling.Add(-place)
		s.starve(starvedIn)
		return false
	}
	return true
}

// placeOf returns how much of a page a value takes, of which it holds a whole number.
func (s *Server) placeOf(bytes int) int64 {
	page := s.settings.ItemMax
	return int64(page / max(1, page/max(1, bytes)))
}

// unfill ends the receiving of a value.
func (l *loop) unfill(c *conn) *fill {
	f := c.fill
	c.fill = nil
	l.server.filling.Add(-l.server.placeOf(len(f.item.Value)))
	return f
}

// storeFilled stores a value that has been received into its chunk.
func (l *loop) storeFilled(i int, c *conn) {
	f := l.unfill(c)
	if !f.wellEnded() {
		l.engineCall().Release(f.item)
		l.engineDone()
		l.reply(i, protocol.Reply{Status: protocol.BadDataChunk})
		return
	}
	l.link(i, f.item)
}

// allocate gets memory for the item that request i describes.
func (l *loop) allocate(i int) (engine.Item, engine.Status) {
	r, key := &l.run.Requests[i], l.run.Keys[i].Bytes
	if l.server.prefixes.On.Load() {
		l.server.prefixes.Set(key)
	}
	e := l.engineCall()
	status := e.CanStore(len(key), r.ValueLen, r.Flags)
	var item engine.Item
	if status == engine.OK {
		item, status = e.Allocate(key, r.ValueLen, r.Flags, l.server.clock.Exptime(r.Exptime), r.Op)
	}
	l.engineDone()
	return item, status
}

// refuse answers a store for which there is no memory. A set that fails takes the old value with it: the client meant
// it to be gone (as in memcached; add, replace and append leave it).
func (l *loop) refuse(i int, status engine.Status) {
	if status == engine.NoMemory && !l.server.settings.NoEvict {
		l.server.starve(starvedOut | starvedIn)
	}
	if status == engine.TooLarge {
		l.counts[storeTooLarge]++
	} else {
		l.counts[storeNoMemory]++
	}
	if l.run.Requests[i].IsSet() {
		l.engineCall().Remove(l.run.Keys[i].Bytes, engine.Silent)
		l.engineDone()
	}
	l.reply(i, protocol.Reply{Status: status})
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
