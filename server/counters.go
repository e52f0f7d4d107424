package server

import (
	"sync/atomic"

	"gocached/engine"
	"gocached/figure"
)

// counter names one of the figures that the loops count.
type counter int

// The counters. Each has a row below, and its place in a group in stats.go.
const (
	cmdGet counter = iota
	cmdSet
	cmdFlush
	cmdTouch
	cmdMeta
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

// counterRows describes the counters.
var counterRows = [numCounters]figure.Row{
	cmdGet: counted("cmd_get", figure.Keys, "Keys that were asked for, by get and gets."),
	cmdSet: counted("cmd_set", figure.Requests, "Requests to store: set, add, replace, "+
		"append, prepend and cas, whatever came of them."),
	cmdFlush: counted("cmd_flush", figure.Requests, "Requests of flush_all."),
	cmdTouch: counted("cmd_touch", figure.Keys, "Keys that were to get a new time to live, by touch, gat and gats "+
		"in either protocol. A gat counts here and not among the gets, as in 1.6, and so does an mg with T that finds its key."),
	cmdMeta:       counted("cmd_meta", figure.Requests, "Requests of me: of the meta commands only this one counts here, as in 1.6."),
	getHits:       counted("get_hits", figure.Keys, "Keys that were asked for and found."),
	getMisses:     counted("get_misses", figure.Keys, "Keys that were asked for and not found."),
	deleteHits:    counted("delete_hits", figure.Requests, "Deletions of an item."),
	deleteMisses:  counted("delete_misses", figure.Requests, "Deletions that found no item."),
	incrHits:      counted("incr_hits", figure.Requests, "Increments of an item."),
	incrMisses:    counted("incr_misses", figure.Requests, "Increments that found no item."),
	decrHits:      counted("decr_hits", figure.Requests, "Decrements of an item."),
	decrMisses:    counted("decr_misses", figure.Requests, "Decrements that found no item."),
	casHits:       counted("cas_hits", figure.Requests, "Stores by cas that took the place of an item."),
	casMisses:     counted("cas_misses", figure.Requests, "Stores by cas that found no item."),
	casBadval:     counted("cas_badval", figure.Requests, "Stores by cas that failed since the item had been changed."),
	touchHits:     counted("touch_hits", figure.Keys, "Keys that got a new time to live."),
	touchMisses:   counted("touch_misses", figure.Keys, "Keys that were to get one and not found."),
	storeTooLarge: counted("store_too_large", figure.Requests, "Stores refused since the item would be too large."),
	storeNoMemory: counted("store_no_memory", figure.Requests, "Stores refused since there was no memory."),
	authCmds:      counted("auth_cmds", figure.Requests, "Attempts to authenticate."),
	authErrors:    counted("auth_errors", figure.Requests, "Attempts to authenticate that failed."),
	bytesRead:     counted("bytes_read", figure.Bytes, "Bytes that came from clients."),
	bytesWritten:  counted("bytes_written", figure.Bytes, "Bytes that clients' sockets took."),
	connYields:    counted("conn_yields", figure.None, "Times a connection had sent -R requests at once and went on."),
	connBlocks: counted("conn_blocks", figure.None, "Times a client did not read its replies and was not "+
		"listened to until it did."),
	idleKicks:    counted("idle_kicks", figure.Connections, "Connections closed by -o idle_timeout."),
	batchedCalls: counted("batched_calls", figure.Calls, "Sends and receives made together with others, through io_uring."),
	stalledKicks: counted("stalled_kicks", figure.Connections, "Connections closed because they held memory that others "+
		"waited for, and neither read nor sent, or sent one value for 50 seconds."),
	getWaits:   counted("get_waits", figure.Requests, "Gets of long values that had to wait for memory."),
	storeWaits: counted("store_waits", figure.Requests, "Stores that had to wait for memory, among them append, prepend, incr and decr."),
	panics: counted("panics", figure.None, "Faults of gocached's own that were survived: each "+
		"has a line on standard error, and closed a connection."),
}

func counted(name string, unit figure.Unit, text string) figure.Row {
	return figure.New(name, figure.Counter, unit, text)
}

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
func countOf(key *engine.Key, get, touch counter) counter {
	if key.Touch {
		return touch
	}
	return get
}
