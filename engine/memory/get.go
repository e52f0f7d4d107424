package memory

import (
	"gocached/assoc"
	"gocached/clock"
	"gocached/engine"
)

// Get answers a run of keys. It is the fast path: per key a hash, the bucket's lock, a chain, and the reader's copy. If there
// is more than one key, what the answers will need is fetched ahead, for many keys at once (assoc.Run). The answers are found
// under the locks, one after the other.
//
// Read next: slab/doc.go.
func (e *Engine) Get(keys []engine.Key, to engine.Reader) int {
	if _, ok := to.(engine.Prefetch); ok {
		e.prefetch(keys)
		return 0
	}
	g := getter{e: e, to: to, now: e.now()}
	n := g.answerAll(keys)
	if g.misses > 0 {
		e.misses.of(keys[0].Scratch[0]).Add(g.misses)
	}
	g.done() // a defer would cost a twentieth of a get whose item is in the processor's cache
	return n
}

// getter is one call of Get.
type getter struct {
	e   *Engine
	to  engine.Reader
	now clock.Time

	class  *class // of the last hits
	tally  *tally // where they will be counted
	hits   uint64 // that are not counted yet
	misses uint64 // the same
}

// answerAll answers keys, and returns how many the reader wanted.
func (g *getter) answerAll(keys []engine.Key) int {
	if len(keys) == 1 {
		keys[0].Scratch[0] = g.e.table.Hash(keys[0].Bytes)
		g.answer(0, &keys[0])
		return 1
	}
	run := g.e.table.Run(keys)
	for i := range keys {
		if i%assoc.Step == 0 {
			run.Ahead()
		}
		if !g.answer(i, &keys[i]) {
			return i + 1
		}
	}
	return len(keys)
}

// answer looks one key up and shows the item, if there is one. more is false if the reader wants no more.
func (g *getter) answer(i int, k *engine.Key) (more bool) {
	e, hash := g.e, k.Scratch[0]
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	link, ref, h := e.table.Find(hash, k.Bytes)
	if h != nil && e.expired(h, g.now) {
		e.unlink(hash, link, ref, h, expired)
		h = nil
	}
	isNew := false
	if h == nil && k.Look != nil && k.Look.Vivify {
		ref, h, isNew = g.vivify(stripe, hash, k)
	}
	if h == nil {
		stripe.Unlock()
		g.misses++
		if e.curve.Samples(hash) {
			e.curve.Miss(hash, g.now)
		}
		g.to.Miss(i)
		return true
	}
	c := e.classOf(ref)
	if k.Look != nil {
		g.look(k.Look, c, ref, h, isNew)
	} else {
		if k.Touch {
			h.SetExptime(k.Exptime)
			e.ends(c, ref, k.Exptime, g.now)
		}
		c.policy.Hit(h, g.now, &e.cas)
	}
	hit := engine.Hit{Value: h.Value(), CAS: h.CAS(), Flags: h.Flags()}
	if h.Large() {
		var ok bool
		if ok, hit.Shared = e.lending.take(e.pinOf(ref)); ok {
			h.Pin()
			hit.Lent = lent | uint64(ref)
		}
	}
	more = g.to.Hit(i, hit)
	if e.curve.Samples(hash) {
		e.sampledHit(hash, c, h, g.now)
	}
	stripe.Unlock()
	if isNew {
		e.table.Grow(hash)
	}
	g.count(c, hash)
	return more
}

// count counts a hit. Hits of one class in a row are added up first.
func (g *getter) count(c *class, hash uint64) {
	if c != g.class {
		g.done()
		g.class, g.tally = c, c.tallies.of(hash)
	}
	g.hits++
}

func (g *getter) done() {
	if g.hits > 0 {
		g.tally.getHits.Add(g.hits)
		g.hits = 0
	}
}
