package server

import (
	"time"

	"gocached/engine"
)

// watchLoop looks at a loop after each thing it has done.
func (w *world) watchLoop(l *netLoop) {
	w.tally[sawYield] += l.yields()
	w.watchPanics(l.loop)
	if l.watched++; w.plan.watchedSeldom() && l.watched%crowdWatch != 0 {
		return
	}
	for _, c := range w.clients {
		blocked := c.conn.context.is(stateBlocked)
		if c.blocked && !blocked && !c.gone {
			w.saw(sawUnblock)
		}
		if blocked && c.conn.context.is(stateYielded) {
			w.saw(sawBlockedYielded)
		}
		c.resolve()
		c.idle.watch(c)
		c.watchMoves()
		c.blocked = blocked
		if c.frames != nil {
			c.watchFrames()
		}
		w.checkBounds(c.conn.context)
		if f := c.conn.context.fill; f != nil && f.short > 0 && f.item.Ref != 0 && !c.conn.loop.loop.stores.brief {
			w.fail("client %d: a short value keeps a chunk beyond its round", c.number)
		}
	}
}

// watchedSeldom says that not all that a loop does is looked at, since to look at a crowd takes long.
func (p *plan) watchedSeldom() bool { return p.surge > 0 && p.idle == 0 }

func (w *world) watchPanics(l *loop) {
	if n := l.totals[panics].Load() + l.counts[panics]; n > 0 {
		w.fail("the server has recovered from a panic")
	}
}

// checkBounds: a client that does not read, or that sends without end, costs a bounded amount of memory.
func (w *world) checkBounds(c *conn) {
	const figures = 20_000 // of a Stats
	most := max(w.plan.maxReply, writeFrom) + 2*w.plan.pageSize + figures
	if c.carrier != nil {
		most += 2 * maxOutput // what is wrapped at once, in frames
	}
	if c.kept > most {
		w.fail("%d bytes are kept for a client that does not read, more than %d", c.kept, most)
	}
	if most := max(2*readBuffer+roundInput, maxKept*one(w.plan.noPoller)); len(c.in) > most && c.is(stateOpen) {
		w.fail("%d bytes are kept of a client that waits, more than %d", len(c.in), most)
	}
}

// yields returns how many connections have yielded since it was last asked.
func (l *netLoop) yields() (n uint64) {
	now := len(l.loop.round.yielded)
	if now > l.yielded {
		n = uint64(now - l.yielded)
	}
	l.yielded = now
	return n
}

// settle lets everything come to rest: the clients ask for nothing more and read everything, and nothing is made to go
// wrong. All that was asked must then have been answered.
func (w *world) settle() {
	w.trace.add("settle", 0, 0, 0)
	w.calm = true
	for _, c := range w.clients {
		c.last = true
		c.conn.socket.room += calmRoom
	}
	w.stirAll()
	for _, c := range w.clients {
		if !c.gone && !c.harmed && !c.satisfied() {
			w.fail("client %d waits for ever for %d requests and %d bytes; state %b", c.number, len(c.requests),
				len(c.expected)-c.sent, c.conn.context.state)
		}
	}
}

// calmRoom is how many bytes more each socket takes in the end, so that this does not take long.
const calmRoom = 100_000

// stirAll stirs until nothing happens any more.
func (w *world) stirAll() {
	for n := 0; w.stir() && !w.failed; n++ {
		if n > maxSettling {
			w.fail("the world does not come to rest")
		}
	}
}

// maxSettling is far more than any world needs to come to rest.
const maxSettling = 50_000

// stir lets everything happen once that can, and reports whether anything did.
func (w *world) stir() (stirred bool) {
	for _, c := range w.clients {
		s := c.conn.socket
		before := c.pending() + s.unread
		c.send(maxArrived)
		c.read(s.unread)
		stirred = stirred || before > 0 && c.pending()+s.unread < before
	}
	for i, a := range append(w.actors, w.upkeep) {
		for n := 0; a.step() && !w.failed; n++ {
			stirred = true
			if n > maxSettling {
				w.fail("actor %d is busy for ever", i)
			}
		}
	}
	for w.net.notice(); len(w.net.notices) > 0; w.net.notice() {
		w.net.act()
		stirred = true
	}
	for w.unpark() || w.undelay() {
		stirred = true
	}
	if len(w.parked)+len(w.delayed) > 0 {
		w.elapsed += time.Second
		stirred = true
	}
	w.sweepClients()
	stirred = w.house.stir() || stirred
	if !stirred && w.server.waiters.Load() > 0 { // nothing comes back that they wait for
		w.tick(1)
		stirred = true
	}
	return stirred
}

// end closes all connections and looks at what is left.
func (w *world) end() {
	for n := 0; len(w.clients) > 0 && n < maxSettling; n++ { // those who leave make room for others
		for _, c := range w.clients {
			c.conn.socket.ended = true
		}
		w.stirAll()
	}
	if n := w.house.outsiders(); n != 0 {
		w.fail("%d clients cannot come in", n)
	}
	if tries, failures, kicks := w.tries(), w.counted(authErrors), w.counted(idleKicks); tries != w.authTries ||
		failures != w.authFailures || kicks != w.kicks {
		w.fail("%d attempts, %d failures and %d idle are counted; want %d, %d, %d", tries, failures, kicks, w.authTries, w.authFailures, w.kicks)
	}
	if n := w.server.gate.Current(); n != 0 || len(w.clients) != 0 {
		w.fail("%d connections are left, %d clients", n, len(w.clients))
	}
	if n := w.server.unsent.Load(); n != 0 {
		w.fail("%d bytes are counted as not sent", n)
	}
	if w.transports != 0 {
		w.fail("%d transports have not ended", w.transports)
	}
	if n := w.server.rim.Watched(); n != 0 {
		w.fail("the drainer waits for %d connections", n)
	}
	w.checkNobodyWaits()
	if len(w.eng.held) != 0 || len(w.eng.lent) != 0 {
		w.fail("%d items are held, %d lent", len(w.eng.held), len(w.eng.lent))
	}
	for _, l := range w.server.loops {
		w.checkLoop(l)
	}
	if !w.failed {
		w.checkEngine()
	}
}

func (w *world) checkLoop(l *loop) {
	if len(l.round.ready) != 0 || len(l.replies.owners) != 0 || len(l.round.yielded) != 0 || len(l.replies.pieces) != 0 {
		w.fail("a loop keeps %d ready, %d owners, %d yielded, %d pieces", len(l.round.ready), len(l.replies.owners), len(l.round.yielded), len(l.replies.pieces))
	}
	w.tally[sawBlock] += l.totals[connBlocks].Load() + l.counts[connBlocks]
}

// checkEngine looks every key up, and compares what is there with the model, and the figures with what was seen.
func (w *world) checkEngine() {
	if err := w.eng.inner.Check(); err != nil {
		w.fail("the engine is damaged: %v", err)
		return
	}
	reader := finalReader{w: w}
	keys := make([]engine.Key, 1)
	for i := range keyPool.names {
		if i >= bulkKeys && !w.bulked {
			break
		}
		reader.key, keys[0].Bytes = i, []byte(keyNamed(i))
		w.eng.inner.Get(keys, &reader)
		w.giveBack(reader.lent)
		reader.lent = engine.Item{}
	}
	if n := w.figure("", "curr_items"); n != uint64(w.model.count) {
		w.fail("the engine has %d items, want %d", n, w.model.count)
	}
	evictions := w.figure("", "evictions")
	if w.model.lost > evictions {
		w.fail("%d items were lost, and %d evicted", w.model.lost, evictions)
	}
	w.tally[sawEviction] += evictions
	w.tally[sawExpansion] += w.figure("gocached", "hash_expansions")
	w.tally[sawPageDonated] += w.figure("gocached", "pages_donated")
}

// finalReader compares what is left in the engine with the model.
type finalReader struct {
	w    *world
	key  int
	lent engine.Item
}

func (f *finalReader) Hit(_ int, h engine.Hit) bool {
	f.w.model.hit(f.key, &h, false, 0)
	if h.Lent != 0 {
		f.lent = h.Item()
	}
	return true
}

func (f *finalReader) Miss(int) { f.w.model.miss(f.key) }
