package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// A value that is being received into its chunk keeps a stretch of memory from larger values, for as long
// as its client likes. The engine bounds how many stretches may have such values (engine/memory/gradual.go). Short values would
// use this bound up though they hold little. So a short value has its chunk only for the round in which it begins. Mostly the
// rest of it comes in that round. If it does not, the value moves to a buffer beside the engine, and gets a chunk again when it
// is whole. The buffers are bounded too. Beyond that bound a store waits (wait_memory.go).

const (
	// shortStore is the length in bytes from which a value to be stored is long.
	shortStore = 16 << 10

	// maxShort bounds the bytes of all buffers for short values. By default each connection may have the longest one.
	maxShort = 16 << 20
)

// storeShort makes room for a short value that is still coming.
func (st *stores) storeShort(i int, c *conn) {
	r, q := &st.round.run.Requests[i], &st.shared.queues[queueBuffers]
	if st.waiting.mustQueue(q, c) || !st.shared.roomForShort(r.ValueLen) {
		st.waitToStore(i, need{heldBuffers, r.ValueLen}, q)
		return
	}
	item, status := st.allocateBriefly(i)
	f := &fill{kept: st.round.keep(i, true), item: item, short: r.ValueLen}
	switch status {
	case engine.OK:
		st.shared.shorts.Add(int64(f.short))
		st.shared.brief.Add(1)
	case engine.NoMemory: // there may be some when the value is whole
		f.item.Value = st.bufferFor(f)
	default:
		st.refuse(i, status)
		return
	}
	st.receiveRest(c, f, r)
}

// roomForShort says whether there is room for one more buffer. There is always room for the first.
func (s *shared) roomForShort(bytes int) bool {
	kept := s.shorts.Load()
	return kept == 0 || kept+int64(bytes) <= s.shares.maxShort
}

// unreserveShort gives back the room that a short value takes.
func (s *shared) unreserveShort(f *fill) {
	s.shorts.Add(-int64(f.short))
	if f.item.Ref != 0 {
		s.brief.Add(-1)
	}
}

// allocateBriefly allocates a chunk for a short value. It does so only in rounds at the end of which moveBegun is called.
func (st *stores) allocateBriefly(i int) (engine.Item, engine.Status) {
	if !st.brief {
		return engine.Item{}, engine.NoMemory
	}
	r := &st.round.run.Requests[i]
	item, status := st.engineCall().Allocate(st.round.run.Keys[i].Bytes, r.ValueLen, r.Flags, st.shared.clock.Exptime(r.Exptime), storeOp(r))
	st.engineDone()
	return item, status
}

// moveBegun moves the short values that have begun in this round and are not whole into buffers.
func (st *stores) moveBegun() {
	for _, c := range st.begun {
		if f := c.fill; f != nil && f.short > 0 && f.item.Ref != 0 {
			st.shared.unreserveShort(f)
			b := st.bufferFor(f)
			copy(b, f.item.Value[:f.got])
			st.engineCall().Release(f.item)
			st.engineDone()
			f.item = engine.Item{Value: b}
			st.shared.askToRetry()
		}
	}
}

// bufferFor returns a buffer for a short value, and counts it.
func (st *stores) bufferFor(f *fill) []byte {
	b := st.round.inputs.buffer(f.short, shortStore)
	f.short = cap(b)
	st.shared.shorts.Add(int64(f.short))
	return b
}

// storeFromBuffer stores a short value that has come into a buffer and is whole now.
func (st *stores) storeFromBuffer(i int, f *fill) {
	r := &st.round.run.Requests[i]
	r.Flag, r.Value = r.Flag&^protocol.FlagFilled, f.item.Value
	if !f.wellEnded() {
		r.Flag |= protocol.FlagBadData
	}
	st.storeWhole(i) // it keeps nothing of the buffer
	r.Value = nil
	st.round.inputs.recycle(f.item.Value)
}
