package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// gets answers gets. It is the reader to which the engine shows items.
type gets struct {
	answers
	looks  [protocol.MaxRun]engine.Look // of the meta commands among them
	base   int                          // index in the run of the first key of the Get under way
	broken bool                         // that key was not answered to its end: the rest of its connection's part of the run is left out
	loans  []engine.Item                // see returnLoans
}

// get answers request i and the gets that follow it, up to end. It calls the engine once for all of them, so that their cache
// misses overlap. It returns the next request to be answered.
func (g *gets) get(i, end int) int {
	j, touches := i, false
	for ; j < end && g.round.run.Requests[j].Command == protocol.Get; j++ {
		r, key := &g.round.run.Requests[j], &g.round.run.Keys[j]
		key.Touch, key.Look = false, nil
		switch {
		case r.Dialect == protocol.Meta:
			touches = touches || r.Flag&protocol.FlagTouch != 0
			g.look(j)
		case r.Flag&protocol.FlagTouch != 0:
			touches, key.Touch = true, true
			key.Exptime = g.shared.clock.Exptime(r.Exptime)
		}
	}
	g.base = i
	waited := len(g.waiting.waiters.all)
	g.broken = false
	answered := g.engineCall().Get(g.round.run.Keys[i:j], g)
	g.engineDone()
	g.counts[cmdGet] += uint64(answered)
	if touches {
		g.countTouches(i, i+answered)
	}
	if len(g.loans) > 0 {
		g.returnLoans()
	}
	if len(g.waiting.waiters.all) > waited {
		for _, h := range g.waiting.waiters.all[waited:] {
			g.pause(h.c)
		}
		g.waiting.askToRetry() // once they have their answers to what they asked before
	}
	if answered == j-i && !g.broken {
		return j
	}
	p := g.round.part(i + answered - 1)
	p.stop = i + answered
	return p.to
}

// Hit is called by the engine for each item that it has found, with its locks held. It copies the value to the replies. A long
// value is sent from its chunk instead (long_values.go).
func (g *gets) Hit(k int, hit engine.Hit) (more bool) {
	i := g.base + k
	g.begin(i)
	r, key := &g.round.run.Requests[i], &g.round.run.Keys[i]
	key.Touch = r.Flag&protocol.FlagTouch != 0 // even of an mg, which is a touch only if it hits (as in memcached)
	if hit.Lent == 0 && len(hit.Value) < g.shared.shares.lendFrom {
		g.replies.out = protocol.AppendHit(g.replies.out, r, key, &hit)
	} else if !g.long(i, &hit) {
		g.broken = g.replies.stream && i+1 < g.round.part(i).to
		return !g.broken
	}
	g.counts[countOf(key, getHits, touchHits)]++
	if g.countsPrefix(r) {
		g.shared.prefixes.Get(key.Bytes, true)
	}
	return g.more(i)
}

// Miss is called by the engine for each key that has no item.
func (g *gets) Miss(k int) {
	i := g.base + k
	g.begin(i)
	r, key := &g.round.run.Requests[i], &g.round.run.Keys[i]
	g.counts[countOf(key, getMisses, touchMisses)]++
	g.replies.out = protocol.AppendMiss(g.replies.out, r, key.Bytes)
	if g.countsPrefix(r) {
		g.shared.prefixes.Get(key.Bytes, false)
	}
}

// countTouches counts the answered gets that changed an expiry (gat, mg T) as touches.
func (g *gets) countTouches(i, end int) {
	for ; i < end; i++ {
		if g.round.run.Keys[i].Touch {
			g.counts[cmdGet]--
			g.counts[cmdTouch]++
		}
	}
}

// more says whether the engine may go on after request i. It may not if the connection of i has no more room for replies and
// has further requests in the run.
func (g *gets) more(i int) bool {
	p := g.round.part(i)
	return i+1 >= p.to || !g.replies.full(p.c)
}
