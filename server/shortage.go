package server

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// held is a set of kinds of memory that connections hold.
type held uint8

const (
	heldLoans   held        = 1 << iota // values that are sent from their chunks
	heldCopies                          // bytes of our own that wait to be sent
	heldValues                          // chunks of values that are being received
	heldBuffers                         // buffers of short values that are being received
	heldNumber  = 1 << iota             // how many sets there are
	heldReplies = heldLoans | heldCopies
	heldChunks  = heldLoans | heldValues
)

// shortage is how many bytes are lacked, by set of kinds. Memory of any kind in the set will do.
type shortage [heldNumber]int

// meets says whether releasing what a connection holds would help. If so it counts it.
func (s *shortage) meets(kinds held, bytes int) bool {
	for lacked := range s {
		if s[lacked] > 0 && held(lacked)&kinds != 0 {
			s[lacked] -= bytes
			return true
		}
	}
	return false
}

// need is what a request lacks: so many bytes of one of these kinds.
type need struct {
	kinds held
	bytes int
}

// stalled is a connection that holds memory and is stalled or late.
type stalled struct {
	c      *conn
	silent int // for how many looks; if late, the seconds since its value began
	kinds  held
	bytes  int
	late   bool // it moves, but has been sending one value for too long
}

// relief collects what loops report: stalled and late connections, and what was lacked by requests that could not wait.
type relief struct {
	mu     sync.Mutex
	found  []stalled // since the last tick
	lacked [heldNumber]atomic.Int64
}

func (r *relief) report(found []stalled) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, found...)
}

// lack notes what a request lacked that could not wait.
func (s *shared) lack(n need) { s.relief.lacked[n.kinds].Add(int64(n.bytes)) }

// shortage adds up what is lacked. urgent is what those requests lack that will soon be refused.
func (s *shared) shortage(now uint32) (short, urgent shortage) {
	for kinds := range s.relief.lacked {
		short[kinds] = int(s.relief.lacked[kinds].Swap(0))
	}
	for i := range s.queues {
		s.queues[i].addNeeds(&short, now, relieveAfter)
		s.queues[i].addNeeds(&urgent, now, s.shares.lastResort())
	}
	return short, urgent
}

// choose returns the connections that must be closed, the worst first. It forgets all that was reported.
func (s *shared) choose(now uint32) (worst []stalled) {
	short, urgent := s.shortage(now)
	s.relief.mu.Lock()
	found := s.relief.found
	s.relief.found = nil
	s.relief.mu.Unlock()
	slices.SortStableFunc(found, worse)
	closed := held(0)
	for _, f := range found {
		helps := urgent.meets(f.kinds, f.bytes)
		if !f.late {
			helps = short.meets(f.kinds, f.bytes)
		}
		if helps {
			worst = append(worst, f)
			closed |= f.kinds
		}
	}
	for i := range s.queues {
		s.queues[i].relieved(closed, now)
	}
	return worst
}

// worse orders connections: those that must be closed first come first. Late ones come last.
func worse(a, b stalled) int {
	if a.late != b.late {
		if b.late {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.silent, a.silent), cmp.Compare(b.bytes, a.bytes))
}

// holdsAnything says whether any connection may hold memory that others could lack.
func (s *shared) holdsAnything() bool {
	return s.filling.Load() > 0 || s.shorts.Load() > 0 || s.lent.Load() > 0 || s.unsent.Load() > 0
}
