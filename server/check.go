package server

import "fmt"

// What must hold between any two stages of a round:
//
//   - The parts of the run follow each other without gaps. No part is empty. Each request knows its part.
//   - No connection has two parts in a run, or two places in the round.
//   - Each piece of the replies belongs to one connection, once. The pieces of one connection are in order, and their
//     sizes add up to what the connection counts. Each connection with pieces is in owners, once.
//
// And when a round has ended:
//
//   - The state of a connection and the lists that it is in agree.
//   - A connection is paused if it has a reason to be, and only then.
//   - Each connection is at its descriptor, and at its place in the roster.
//
// Checks cost much. So only the simulation checks, and builds with the tag gocachedcheck or with the race detector.

// checkEvery is how many rounds lie between two checks of all connections.
const checkEvery = 16

// checker checks the invariants of a loop.
type checker struct {
	loop   *loop
	on     bool
	rounds uint // since the loop began
}

// checkRun panics if the round under way breaks an invariant.
func (ck *checker) checkRun() {
	verify(ck.checkParts, ck.checkReady, ck.checkPieces)
}

// checkAll is called when a round has ended. Now and then it checks everything, and panics if an invariant is broken.
func (ck *checker) checkAll() {
	if ck.rounds++; ck.rounds%checkEvery == 0 {
		verify(ck.checkParts, ck.checkReady, ck.checkPieces, ck.checkLists, ck.checkConns)
	}
}

// brokenInvariant is how the text of the panic begins. Tests look for it in the log.
const brokenInvariant = "an invariant of the event loop is broken"

func verify(checks ...func() error) {
	for _, check := range checks {
		if err := check(); err != nil {
			panic(fmt.Errorf("%s: %w", brokenInvariant, err))
		}
	}
}

func (ck *checker) checkParts() error {
	l := ck.loop
	next, seen := 0, make(map[*conn]bool, len(l.round.parts))
	for i := range l.round.parts {
		p := &l.round.parts[i]
		switch {
		case p.from != next || p.to <= p.from || p.to > l.round.run.N || p.stop < p.from || p.stop > p.to:
			return fmt.Errorf("part %d has requests %d to %d, stops at %d and begins at %d, of %d", i, p.from, p.to, p.stop, next, l.round.run.N)
		case seen[p.c]:
			return fmt.Errorf("part %d is the second one of descriptor %d", i, p.c.fd)
		}
		for k := p.from; k < p.to; k++ {
			if int(l.round.partOf[k]) != i {
				return fmt.Errorf("request %d of part %d says that it is part %d's", k, i, l.round.partOf[k])
			}
		}
		next, seen[p.c] = p.to, true
	}
	if l.replies.to != nil && !seen[l.replies.to] {
		return fmt.Errorf("descriptor %d is being answered, which has no part", l.replies.to.fd)
	}
	return nil
}

// checkReady checks the connections of the round that have not been parsed yet.
func (ck *checker) checkReady() error {
	l := ck.loop
	if l.round.head < 0 || l.round.head > len(l.round.ready) {
		return fmt.Errorf("the round is at %d of %d", l.round.head, len(l.round.ready))
	}
	seen := make(map[*conn]bool, len(l.round.ready)-l.round.head)
	for i, a := range l.round.ready[l.round.head:] {
		if seen[a.c] {
			return fmt.Errorf("descriptor %d waits in the round a second time, at %d", a.c.fd, l.round.head+i)
		}
		seen[a.c] = true
	}
	return nil
}

// checkPieces checks the chains of pieces.
func (ck *checker) checkPieces() error {
	l := ck.loop
	owned, end := 0, 0
	owners := make(map[*conn]bool, len(l.replies.owners))
	for _, c := range l.replies.owners {
		if owners[c] {
			return fmt.Errorf("descriptor %d owns pieces twice", c.fd)
		}
		owners[c] = true
		n, err := ck.checkChain(c)
		if err != nil {
			return fmt.Errorf("descriptor %d: %w", c.fd, err)
		}
		owned += n
	}
	if owned != len(l.replies.pieces) {
		return fmt.Errorf("%d pieces have an owner, of %d", owned, len(l.replies.pieces))
	}
	for i := range l.replies.pieces {
		p := &l.replies.pieces[i]
		if p.lent.Value != nil || p.end == 0 {
			continue
		}
		if p.start < end || p.end < p.start && (p.end >= 0 || l.replies.to == nil || i != len(l.replies.pieces)-1) || p.end > len(l.replies.out) {
			return fmt.Errorf("piece %d is bytes %d to %d behind %d, of %d", i, p.start, p.end, end, len(l.replies.out))
		}
		end = max(p.end, p.start)
	}
	return nil
}

// checkChain follows one connection's pieces and returns how many there are.
func (ck *checker) checkChain(c *conn) (n int, err error) {
	l := ck.loop
	if c.first < 0 {
		if c.last >= 0 || c.size != 0 {
			return 0, fmt.Errorf("it has no pieces, the last of them is %d, and %d bytes in them", c.last, c.size)
		}
		return 0, nil
	}
	size, last := 0, int32(-1)
	for i := c.first; i >= 0; i = l.replies.pieces[i].next {
		if i <= last || int(i) >= len(l.replies.pieces) {
			return 0, fmt.Errorf("piece %d follows piece %d, of %d", i, last, len(l.replies.pieces))
		}
		p := &l.replies.pieces[i]
		switch {
		case p.lent.Value != nil:
			size += lentCost(len(p.lent.Value))
		case p.end >= 0:
			size += p.end - p.start
		}
		n, last = n+1, i
	}
	if last != c.last || size != c.size {
		return 0, fmt.Errorf("its last piece is %d, it says %d; they have %d bytes, it says %d", last, c.last, size, c.size)
	}
	return n, nil
}

// checkLists compares the list of connections that have yielded with their states.
func (ck *checker) checkLists() error {
	l := ck.loop
	on := make(map[*conn]bool, len(l.round.yielded))
	for _, c := range l.round.yielded {
		if on[c] || c.loop != l || c.is(stateOpen) && !c.is(stateYielded) {
			return fmt.Errorf("descriptor %d in state %b is on the list of those who yielded, a second time: %v", c.fd, c.state, on[c])
		}
		on[c] = true
	}
	for _, c := range l.conns {
		if c != nil && c.is(stateYielded) && !on[c] {
			return fmt.Errorf("descriptor %d is not on the list of those who yielded", c.fd)
		}
	}
	return nil
}

// checkConns checks each connection by itself.
func (ck *checker) checkConns() error {
	l := ck.loop
	for fd, c := range l.conns {
		if c == nil {
			continue
		}
		if err := ck.checkConn(fd, c); err != nil {
			return fmt.Errorf("descriptor %d in state %b: %w", fd, c.state, err)
		}
	}
	return nil
}

func (ck *checker) checkConn(fd int, c *conn) error {
	l := ck.loop
	own := 0
	for i := range c.queue {
		if c.queue[i].item.Value == nil {
			own += len(c.queue[i].bytes)
		}
	}
	if c.carrier != nil {
		own += len(c.carrier.wire)
	}
	waits := c.state & (stateBlocked | stateYielded | stateParked)
	switch {
	case c.fd != fd || c.loop != l || !c.is(stateOpen):
		return fmt.Errorf("it says that its descriptor is %d, or is another loop's", c.fd)
	case c.is(stateWaiting) && !c.is(stateParked):
		return fmt.Errorf("it waits for memory and is not parked")
	case c.is(stateBlocked) != c.hasUnsent():
		return fmt.Errorf("%d pieces wait for its socket", len(c.queue))
	case own > c.kept:
		return fmt.Errorf("%d bytes of our own wait for its socket, it counts %d", own, c.kept)
	case c.is(stateReady):
		return fmt.Errorf("it should wait in a round")
	case c.is(statePaused) && waits == 0:
		return fmt.Errorf("it is paused for no reason")
	case waits != 0 && !c.is(statePaused) && l.rim.CanPause():
		return fmt.Errorf("it is not paused")
	case c.is(stateUnended) && !c.is(stateTimed):
		return fmt.Errorf("nobody will look at its line again")
	case c.is(stateEnding) && (!c.is(stateClosing) || c.hasUnsent() || c.in != nil):
		return fmt.Errorf("it goes on after its end")
	case c.fill != nil && (c.fill.got > len(c.fill.item.Value) || c.fill.tailGot > c.fill.tailLen):
		return fmt.Errorf("%d bytes of a value of %d have come", c.fill.got, len(c.fill.item.Value))
	case l.roster.after > 0 && (int(c.heard.place) >= len(l.roster.conns) || l.roster.conns[c.heard.place] != c):
		return fmt.Errorf("it is not at its place in the roster")
	}
	return nil
}
