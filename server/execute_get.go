package server

import (
	"gocached/engine"
	"gocached/protocol"
)

// get answers request i and the gets that follow it, up to end, with one call to the engine, so that the cache misses
// of all of them overlap. It returns the next request to be answered.
func (l *loop) get(i, end int) int {
	j, touches := i, false
	for ; j < end && l.run.Requests[j].Command == protocol.Get; j++ {
		l.run.Keys[j].Touch = false
		if l.run.Requests[j].Flag&protocol.FlagTouch != 0 {
			touches, l.run.Keys[j].Touch = true, true
			l.run.Keys[j].Exptime = l.shared.clock.Exptime(l.run.Requests[j].Exptime)
		}
	}
	l.base = i
	waited := len(l.hungry.all)
	l.broken = false
	answered := l.engineCall().Get(l.run.Keys[i:j], l)
	l.engineDone()
	l.counts[cmdGet] += uint64(answered)
	if touches {
		l.countTouches(i, i+answered)
	}
	if len(l.loans) > 0 {
		l.returnLoans()
	}
	if len(l.hungry.all) > waited {
		for _, h := range l.hungry.all[waited:] {
			l.pause(h.c)
		}
		l.askToFeed() // once they have their answers to what they asked before
	}
	if answered == j-i && !l.broken {
		return j
	}
	p := l.part(i + answered - 1)
	p.stop = i + answered
	return p.to
}

// Hit is called by the engine for each item found, with its locks held: it copies the value to the replies, or, if it is
// long, notes that it is to be sent from where it lies (lend.go).
func (l *loop) Hit(k int, hit engine.Hit) (more bool) {
	i := l.base + k
	l.enter(i)
	r, key := &l.run.Requests[i], l.run.Keys[i].Bytes
	if hit.Lent == 0 && len(hit.Value) < l.shared.shares.lendFrom {
		l.out = protocol.AppendHit(l.out, r, key, &hit)
	} else if !l.long(i, &hit) {
		l.broken = l.stream && i+1 < l.part(i).to
		return !l.broken
	}
	l.counts[countOf(r, getHits, touchHits)]++
	if l.shared.prefixes.On.Load() {
		l.shared.prefixes.Get(key, true)
	}
	return l.more(i)
}

// Miss is called by the engine for each key that has no item.
func (l *loop) Miss(k int) {
	i := l.base + k
	l.enter(i)
	r, key := &l.run.Requests[i], l.run.Keys[i].Bytes
	l.counts[countOf(r, getMisses, touchMisses)]++
	l.out = protocol.AppendMiss(l.out, r, key)
	if l.shared.prefixes.On.Load() {
		l.shared.prefixes.Get(key, false)
	}
}

// countOf returns the counter for what came of a get: a gat counts as a touch, as in memcached 1.6.
func countOf(r *protocol.Request, get, touch counter) counter {
	if r.Flag&protocol.FlagTouch != 0 {
		return touch
	}
	return get
}

// countTouches counts as touches those of answered gets that were.
func (l *loop) countTouches(i, end int) {
	for ; i < end; i++ {
		if l.run.Keys[i].Touch {
			l.counts[cmdGet]--
			l.counts[cmdTouch]++
		}
	}
}

// more says whether the engine may go on after request i: not if it belongs to a connection that has no more room and
// has further requests in the run.
func (l *loop) more(i int) bool {
	p := l.part(i)
	return i+1 >= p.to || !l.full(p.c)
}
