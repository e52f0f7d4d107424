package server

import (
	"sync"
	"sync/atomic"

	"gocached/protocol"
)

// The lines in which requests of all loops stand that wait for memory: one for each kind, so that nobody waits behind
// somebody who lacks something else.
const (
	lineCopies  = iota // for values to be sent that may be copied
	lineLoans          // for those that are too long for that
	lineValues         // for long values to be received
	lineBuffers        // for short ones
	lineShort          // for short ones that are whole
	lineChanges        // for what is made from the item there: the first may lack anything
	numLines
)

// line is where requests wait that lack the same, oldest first. Who comes when there is a line stands behind it, so
// that whatever comes back goes to who has waited for longest, whichever loop it belongs to. The others are only tried for
// what costs the first nothing.
//
// A request is put in and taken out by its own loop only. So a loop that finds its own request at the head knows that it stays there.
type line struct {
	length atomic.Int32 // for who only wants to know whether there is a line

	mu    sync.Mutex
	first *hungry
	last  *hungry
}

// lineFor returns the line for what needs a chunk to store something.
func (s *shared) lineFor(r *protocol.Request) *line {
	switch {
	case r.IsChange() && r.Flag&protocol.FlagStreaming == 0:
		return &s.lines[lineChanges]
	case r.ValueLen < s.shares.shortStore:
		return &s.lines[lineShort]
	}
	return &s.lines[lineValues]
}

// stands says whether anybody does in the line.
func (q *line) stands() bool { return q.length.Load() > 0 }

// anybodyStands says whether anybody does in any line.
func (s *shared) anybodyStands() bool {
	for i := range s.lines {
		if s.lines[i].stands() {
			return true
		}
	}
	return false
}

func (q *line) head() *hungry {
	if !q.stands() {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.first
}

// join puts a request at the end.
func (q *line) join(h *hungry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	h.stands, h.before = true, q.last
	if q.last == nil {
		q.first = h
	} else {
		q.last.behind = h
	}
	q.last = h
	q.length.Add(1)
}

// leave takes a request out. If it was the first it returns the one that is the first now.
func (q *line) leave(h *hungry) (next *hungry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if h.before == nil {
		q.first, next = h.behind, h.behind
	} else {
		h.before.behind = h.behind
	}
	if h.behind == nil {
		q.last = h.before
	} else {
		h.behind.before = h.before
	}
	h.stands, h.before, h.behind = false, nil, nil
	q.length.Add(-1)
	return next
}

// relieveAfter is how many seconds a request stands in line before others are closed for it.
const relieveAfter = 2

// addNeeds adds what the requests lack that have stood in the line for so many seconds. What the first one lacks is doubled for
// each time that connections were closed for it in vain.
func (q *line) addNeeds(short *shortage, now, seconds uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for h := q.first; h != nil; h = h.behind {
		if now-h.since >= seconds {
			short[h.need.kinds] += h.need.bytes << h.helped
		}
	}
}

// maxHelp bounds how often a need is doubled.
const maxHelp = 16

// relieved notes that connections are closed that held these kinds of memory. If the first in the line lacks one of them, and
// still stands there the next time, this was not enough.
func (q *line) relieved(kinds held, now uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if h := q.first; h != nil && h.need.kinds&kinds != 0 && now-h.since >= relieveAfter && h.helped < maxHelp {
		h.helped++
	}
}
