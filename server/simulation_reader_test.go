package server

import "gocached/engine"

// Get passes the keys on; the reader sees each answer on its way to the server. With a prefetch nothing must happen.
func (e *witness) Get(keys []engine.Key, to engine.Reader) (answered int) {
	defer e.guard()
	_, ahead := to.(engine.Prefetch)
	switch {
	case e.broken:
		return len(keys)
	case ahead:
		e.w.saw(sawExpected)
		if n := e.inner.Get(keys, to); n != 0 {
			e.w.fail("%d keys are answered to nobody", n)
		}
		return 0
	}
	for i := range keys {
		e.moved(sawMoveRead, keys[i].Bytes)
	}
	e.reader = witnessReader{e: e, l: e.w.running.loop, keys: keys}
	answered = e.inner.Get(keys, &e.reader)
	if answered != e.reader.answered {
		e.w.fail("Get says that it has answered %d keys, and has answered %d", answered, e.reader.answered)
	}
	return answered
}

// witnessReader is the witness of the answers to one Get.
type witnessReader struct {
	e        *witness
	l        *loop
	keys     []engine.Key
	answered int
}

func (g *witnessReader) Hit(k int, h engine.Hit) (more bool) {
	c, r := g.request(k)
	if r == nil {
		return g.l.gets.Hit(k, h)
	}
	w := g.e.w
	it := w.model.hit(r.keys[r.answered], &h, r.touch, int64(g.keys[k].Exptime))
	if h.Lent != 0 {
		w.saw(sawLent)
		g.lend(r.keys[r.answered], h.Lent, it.value)
	}
	before, others := g.l.counts[getHits]+g.l.counts[touchHits], g.others(c, &h)
	more = g.l.gets.Hit(k, h)
	switch {
	case g.l.counts[getHits]+g.l.counts[touchHits] == before:
		c.lack(r)
	case others:
		w.fail("client %d: a get of %d bytes goes before others", c.number, len(h.Value))
	default:
		c.got(r)
		g.answer(c, r, it)
	}
	return more
}

// others says whether a hit must let others go first.
func (g *witnessReader) others(c *simClient, h *engine.Hit) bool {
	short := len(h.Value) <= min(g.l.replies.max, maxOutput)
	return !short && !h.Shared && c.datagram == nil && !c.conn.context.gone.Load() && !g.l.waiting.first &&
		len(h.Value) >= g.e.w.plan.lendFrom && g.l.shared.queues[queueCopies].occupied() && int64(len(h.Value)) <= g.e.w.plan.maxCopies
}

func (g *witnessReader) lend(key int, handle uint64, value []byte) {
	l := g.e.lent[handle]
	if l == nil {
		l = &loan{key: key, value: value}
		g.e.lent[handle] = l
	}
	l.times++
	if g.e.held[handle] != nil {
		g.e.w.fail("an item is lent that is being filled")
	}
}

func (g *witnessReader) Miss(k int) {
	if c, r := g.request(k); r != nil {
		g.e.w.model.miss(r.keys[r.answered])
		c.got(r)
		g.answer(c, r, nil)
	}
	g.l.gets.Miss(k)
}

// request returns whose turn it is, and checks the key.
func (g *witnessReader) request(k int) (*simClient, *request) {
	c := g.e.clientOf(g.l, int(g.l.round.partOf[g.l.gets.base+k]))
	if k != g.answered {
		g.e.w.fail("Get answers key %d after %d others", k, g.answered)
	}
	g.answered++
	key := &g.keys[k]
	r := c.expects(askGet, key.Bytes)
	if r != nil && (key.Touch != r.touch || r.touch && int64(key.Exptime) != g.e.w.model.timeOf(r.exptime)) {
		g.e.w.fail("client %d: a get with touch %v and exptime %d", c.number, key.Touch, key.Exptime)
	}
	return c, r
}

func (g *witnessReader) answer(c *simClient, r *request, it *record) {
	hit := uint64(0)
	if it != nil {
		hit = uint64(len(it.value)) + 1
	}
	g.e.w.trace.add("  client %d: gets key %d: %d", uint64(c.number), uint64(r.keys[r.answered]), hit)
	isLast := r.answered+1 == len(r.keys)
	c.expected = appendFound(c.expected, r, r.keys[r.answered], it, c.text, isLast)
	r.answered++
	if isLast {
		c.done(r)
	}
}
