package server

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"gocached/protocol"
)

// maxParked is how many parked requests are worked on at the same time; further ones wait.
const maxParked = 8

// park takes request i off the event loop: work runs elsewhere, after a pause, and its reply is sent when it is there.
// Nothing more is read from the connection or parsed meanwhile, so answers keep their order, and the loop goes on with
// the others. work must not touch the loop, and must not use what the request points to. If it panics the connection is
// closed. When the connection is closed or the server stops, work that has not begun is given up.
func (m *admin) park(i int, after func() time.Duration, work func() protocol.Reply) {
	m.replies.to.set(stateParked)
	m.parked = append(m.parked, parked{m.round.keep(i, true), m.replies.to, after, work})
}

// parked is a request that is worked on elsewhere.
type parked struct {
	kept
	c     *conn
	after func() time.Duration // asked when its round has ended
	work  func() protocol.Reply
}

// aside runs work in a goroutine of its own, after a pause, unless the server stops first. The pause costs no goroutine.
func (s *shared) aside(after time.Duration, work func()) {
	if after <= 0 {
		s.parked.run(work)
		return
	}
	time.AfterFunc(after, func() { s.parked.run(work) })
}

// parking runs parked work until the server stops.
type parking struct {
	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

// run runs f in a goroutine of its own, or not at all once stop has been called.
func (p *parking) run(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped {
		p.running.Go(f)
	}
}

// stop waits for what is running.
func (p *parking) stop() {
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.running.Wait()
}

// beginWork waits until parked work may begin, which ends by receiving from s.working. It returns false if the server
// stops first.
func (s *shared) beginWork() bool {
	select {
	case <-s.stopping:
		return false
	default: // a server that stops may have a place too, and the choice below is by chance
	}
	select {
	case <-s.stopping:
		return false
	case s.working <- struct{}{}:
		return true
	}
}

// carryOut does parked work. If it panics fault says what happened and where.
func carryOut(work func() protocol.Reply) (reply protocol.Reply, fault string) {
	defer func() {
		if what := recover(); what != nil {
			fault = fmt.Sprintf("%v\n%s", what, debug.Stack())
		}
	}()
	return work(), ""
}
