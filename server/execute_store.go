package server

import (
	"gocached/engine"
	"gocached/protocol"
	"gocached/server/settings"
)

// stores answers set and its like.
type stores struct {
	answers
	begun []*conn      // that have begun to send a value in this round
	brief bool         // moveBegun will be called at its end
	draft engine.Draft // the one under way

	joined int // how long the value under way has become, or what was sent if it was not stored
}

// store answers set, add, replace, append, prepend and cas, in one of three forms: the whole value is in the request, and a short
// one may be stored in place of the old one; only its beginning is, and the rest will be received into its chunk, or for a short
// one into a buffer; or it has been received.
func (st *stores) store(i int) {
	r, c := &st.round.run.Requests[i], st.replies.to
	if r.Flag&protocol.FlagFilled != 0 {
		st.storeFilled(i, c)
		return
	}
	key := st.round.run.Keys[i].Bytes
	if st.countsPrefix(r) && st.waiting.retrying == nil {
		st.shared.prefixes.Set(key)
	}
	if r.Flag&(protocol.FlagStreaming|protocol.FlagBadData) == 0 && r.ValueLen < st.shared.shares.shortStore {
		st.storeDraft(i)
		return
	}
	status := st.engineCall().CanStore(len(key), r.ValueLen, r.Flags)
	st.engineDone()
	switch {
	case status != engine.OK:
		st.refuse(i, status)
	case r.Flag&protocol.FlagStreaming == 0:
		st.storeWhole(i)
	case r.ValueLen < st.shared.shares.shortStore:
		st.storeShort(i, c)
	default:
		st.storeStreaming(i, c)
	}
}

// storeDraft stores a short value that is all in the request.
func (st *stores) storeDraft(i int) {
	r := &st.round.run.Requests[i]
	st.draft = engine.Draft{Key: st.round.run.Keys[i].Bytes, Flags: r.Flags, Exptime: st.shared.clock.Exptime(r.Exptime)}
	cas, status := st.ask(i, engine.Item{Value: r.Value, Draft: &st.draft})
	switch status {
	case engine.NoMemory:
		st.waitForChunk(i)
	case engine.TooLarge, engine.NoClass:
		st.refuse(i, status)
	default:
		st.stored(i, cas, status)
	}
}

// storeWhole stores any value that is all in the request.
func (st *stores) storeWhole(i int) {
	r := &st.round.run.Requests[i]
	item, ok := st.allocate(i)
	if !ok {
		return
	}
	if r.Flag&protocol.FlagBadData != 0 {
		st.refuseBlock(i, item)
		return
	}
	copy(item.Value, r.Value)
	st.link(i, item)
}

// storeStreaming makes room for a long value that is still coming.
func (st *stores) storeStreaming(i int, c *conn) {
	r, q := &st.round.run.Requests[i], &st.shared.queues[queueValues]
	if st.waiting.mustQueue(q, c) || !st.shared.reserveValue(r.ValueLen) {
		st.waitToStore(i, need{heldValues, r.ValueLen}, q)
		return
	}
	item, ok := st.allocate(i)
	if !ok {
		st.shared.filling.Add(-st.shared.placeOf(r.ValueLen))
		return
	}
	st.receiveRest(c, &fill{kept: st.round.keep(i, r.KeyMatters()), item: item}, r)
}

// receiveRest starts to receive the rest of a value.
func (st *stores) receiveRest(c *conn, f *fill, r *protocol.Request) {
	f.tailLen, f.since = tailLen(r), st.shared.awake.Load()
	f.fillFrom(r.Value)
	c.fill = f
	c.clear(stateLong)
	st.begun = append(st.begun, c)
}

// reserveValue makes room for a long value that will be received into its chunk. It returns false if there is none. All of
// them together may hold half of the memory, and a single one may always come. A chunk that waits for its value cannot be
// evicted, and others must find chunks that can. The engine sees to it that they lie in half of its blocks at most.
func (s *shared) reserveValue(bytes int) bool {
	place := s.placeOf(bytes)
	total := s.filling.Add(place)
	if total > place && total > settings.MemoryLimit(s.limit.Load())/2 {
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
func (st *stores) unfill(c *conn) *fill {
	f := c.fill
	c.fill = nil
	if f.short > 0 {
		st.shared.unreserveShort(f)
	} else {
		st.shared.filling.Add(-st.shared.placeOf(len(f.item.Value)))
	}
	return f
}

// cutFill ends the receiving of a value that will never be whole.
func (st *stores) cutFill(c *conn) {
	if f := st.unfill(c); f.item.Ref == 0 {
		st.round.inputs.recycle(f.item.Value)
	} else {
		st.engineCall().Release(f.item)
		st.engineDone()
	}
	st.shared.askToRetry()
}

// storeFilled stores a value that has been received.
func (st *stores) storeFilled(i int, c *conn) {
	switch f := st.unfill(c); {
	case f.item.Ref == 0:
		st.storeFromBuffer(i, f)
	case f.wellEnded():
		st.link(i, f.item)
	default:
		st.refuseBlock(i, f.item)
	}
	st.shared.askToRetry()
}

// refuseBlock answers a store whose data block does not end as one does.
func (st *stores) refuseBlock(i int, item engine.Item) {
	st.counts[cmdSet]++ // as in memcached
	st.engineCall().Release(item)
	st.engineDone()
	st.reply(i, protocol.Reply{Status: protocol.BadDataChunk})
}

// allocate gets memory for the item that request i describes. If there is none the request waits, or is refused.
func (st *stores) allocate(i int) (item engine.Item, ok bool) {
	r, key := &st.round.run.Requests[i], st.round.run.Keys[i].Bytes
	op := storeOp(r)
	if r.Flag&protocol.FlagStreaming != 0 {
		op |= engine.Gradually
	}
	item, status := st.engineCall().Allocate(key, r.ValueLen, r.Flags, st.shared.clock.Exptime(r.Exptime), op)
	st.engineDone()
	switch status {
	case engine.OK:
		return item, true
	case engine.NoMemory:
		st.waitForChunk(i)
	case engine.Busy:
		st.waitToStore(i, need{heldValues, r.ValueLen}, &st.shared.queues[queueValues])
	default:
		st.refuse(i, status)
	}
	return item, false
}

// waitForChunk makes request i wait for a chunk, since the engine has none, or refuses it. Only the engine knows how many
// bytes an append, incr or the like lacks: they count as one at least.
//
// What connections held may have come back after the engine found no chunk. So a request that has waited is tried once more
// when nothing is held.
func (st *stores) waitForChunk(i int) {
	r, h := &st.round.run.Requests[i], st.waiting.retrying
	switch {
	case st.shared.mayComeBack(r):
		st.waitToStore(i, need{heldChunks, max(1, r.ValueLen)}, st.shared.queueFor(r))
	case h != nil && !h.lastTry:
		h.lastTry, st.waiting.lacking = true, true
		st.waiting.askToRetry()
	default:
		st.refuseForMemory(i)
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
func (st *stores) refuseForMemory(i int) {
	if st.round.run.Requests[i].Command == protocol.Store {
		st.refuse(i, engine.NoMemory)
	} else {
		st.reply(i, protocol.Reply{Status: engine.NoMemory})
	}
}

// refuse answers a store that is not carried out. If its value is still coming it will be skipped. A set that fails also
// removes the old value, since the client meant it to be gone (as in memcached), and so does any ms. add, replace and append
// leave it.
func (st *stores) refuse(i int, status engine.Status) {
	r := &st.round.run.Requests[i]
	if r.Flag&protocol.FlagStreaming != 0 {
		st.replies.to.parser.Skip = uint64(r.ValueLen-len(r.Value)) + uint64(tailLen(r))
	}
	if status == engine.TooLarge {
		st.counts[storeTooLarge]++
	} else {
		st.counts[storeNoMemory]++
	}
	if r.TakesOldAway() {
		st.engineCall().Remove(st.round.run.Keys[i].Bytes, engine.Removal{Silent: true})
		st.engineDone()
	}
	st.reply(i, protocol.Reply{Status: status})
}

// tailLen is how many bytes follow a value: two in text, CR and LF; none in binary.
func tailLen(r *protocol.Request) int {
	if r.Dialect == protocol.Binary {
		return 0
	}
	return 2
}

// link makes a filled item visible and answers.
func (st *stores) link(i int, item engine.Item) {
	cas, status := st.ask(i, item)
	if status == engine.NoMemory {
		st.waitToJoin(i, item)
		return
	}
	st.stored(i, cas, status)
}

// ask asks the engine to store an item as request i says.
func (st *stores) ask(i int, item engine.Item) (cas uint64, status engine.Status) {
	r := &st.round.run.Requests[i]
	st.joined = r.ValueLen
	item.CAS, item.Joined = r.NewCAS, &st.joined
	cas, status = st.engineCall().Store(item, storeOp(r), r.CAS)
	st.engineDone()
	if status != engine.OK {
		st.joined = r.ValueLen
	}
	return cas, status
}

// stored answers request i, for which the engine has stored something or not. It counts a set whatever the outcome, as memcached
// does.
func (st *stores) stored(i int, cas uint64, status engine.Status) {
	r := &st.round.run.Requests[i]
	st.counts[cmdSet]++
	if r.Op.Way() == engine.OpCAS {
		st.countCAS(status)
	}
	st.reply(i, protocol.Reply{Status: status, CAS: cas, Length: st.joined})
}

// storeOp is what the engine is asked to do for a store.
func storeOp(r *protocol.Request) engine.Op {
	op := r.Op
	if r.Dialect != protocol.Meta || r.Flag&metaOpFlags == 0 {
		return op
	}
	for _, add := range metaOps {
		if r.Flag&add.flag != 0 {
			op |= add.op
		}
	}
	if r.NewCAS == 0 { // a chosen zero is none (as in memcached)
		op &^= engine.WithCAS
	}
	return op
}

// metaOpFlags are those that metaOps has.
const metaOpFlags = protocol.FlagEncoded | protocol.FlagNewCAS | protocol.FlagVivify | protocol.FlagStale | protocol.FlagCompare

// metaOps is what the flags of ms ask of the engine.
var metaOps = [...]struct {
	flag protocol.Flag
	op   engine.Op
}{
	{protocol.FlagEncoded, engine.Base64},
	{protocol.FlagNewCAS, engine.WithCAS},
	{protocol.FlagVivify, engine.Vivify},
	{protocol.FlagStale, engine.Invalidate},
	{protocol.FlagCompare, engine.Exact},
}

// waitToJoin makes an append or prepend wait for which the engine has no memory, or refuses it. Its chunk goes back to the
// engine: a request that waits holds nothing that others could lack.
func (st *stores) waitToJoin(i int, item engine.Item) {
	r := &st.round.run.Requests[i]
	r.Value, r.Flag = item.Value, r.Flag&^protocol.FlagFilled
	st.waitForChunk(i) // copies the value if it waits
	r.Value = nil
	st.engineCall().Release(item)
	st.engineDone()
}

// countCAS counts the outcome of a store that compared a CAS.
func (st *stores) countCAS(status engine.Status) {
	switch status {
	case engine.OK:
		st.counts[casHits]++
	case engine.NotFound:
		st.counts[casMisses]++
	case engine.Exists:
		st.counts[casBadval]++
	}
}

// waitToStore makes request i wait for memory, or refuses it.
func (st *stores) waitToStore(i int, n need, q *waitQueue) {
	r, c := &st.round.run.Requests[i], st.replies.to
	switch {
	case st.waiting.retrying != nil:
		st.waiting.lacking = true
	case !st.waiting.mayWait(c) || !st.rim.CanPause() || st.shared.waitingBytes.Load()+int64(len(r.Value)) > maxWaitingBytes:
		st.shared.lack(n)
		st.refuseForMemory(i)
	default:
		st.counts[storeWaits]++
		st.waiting.wait(i, n, q)
		st.pause(c)
		st.waiting.askToRetry() // once it has its answers to what it asked before
	}
}

// forgetBegun empties the list of connections that have begun a value in this round.
func (st *stores) forgetBegun() {
	clear(st.begun)
	st.begun = st.begun[:0]
}
