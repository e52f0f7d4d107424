package server

import (
	"sync/atomic"

	"gocached/protocol"
)

// counter names one of the figures that the loops count.
type counter int

// The counters. What each is called and where it is shown stands in stats.go.
const (
	cmdGet counter = iota
	cmdSet
	cmdFlush
	cmdTouch
	getHits
	getMisses
	deleteHits
	deleteMisses
	incrHits
	incrMisses
	decrHits
	decrMisses
	casHits
	casMisses
	casBadval
	touchHits
	touchMisses
	storeTooLarge
	storeNoMemory
	authCmds
	authErrors
	bytesRead
	bytesWritten
	connYields
	connBlocks
	idleKicks
	batchedCalls
	stalledKicks
	getWaits
	storeWaits
	panics
	numCounters
)

// counts are the figures of one loop since its last round. Only the loop touches them, so they cost an addition each.
type counts [numCounters]uint64

// totals are the same figures, made visible to everybody at the end of each round.
type totals [numCounters]atomic.Uint64

// add adds what has been counted, and starts counting anew.
func (t *totals) add(c *counts) {
	for i, n := range c {
		if n != 0 {
			t[i].Add(n)
			c[i] = 0
		}
	}
}

// sum adds up a counter over all loops, since the last stats reset.
func (s *shared) sum(n counter) uint64 {
	return s.sumAll(n) - s.reset[n].Load()
}

func (s *shared) sumAll(n counter) (total uint64) {
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	for _, l := range s.loops {
		total += l.totals[n].Load()
	}
	return total
}

// resetCounters makes every counter start at zero again.
func (s *shared) resetCounters() {
	for n := range numCounters {
		s.reset[n].Store(s.sumAll(n))
	}
	s.gate.Reset()
	s.prefixes.Clear()
}

// countOf returns the counter for what came of a get: a gat counts as a touch, as in memcached 1.6.
func countOf(r *protocol.Request, get, touch counter) counter {
	if r.Flag&protocol.FlagTouch != 0 {
		return touch
	}
	return get
}
