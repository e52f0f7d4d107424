package server

import (
	"fmt"
	"runtime/debug"
	"time"

	"gocached/protocol"
)

// maxParked is how many parked requests are worked on at the same time. Further ones wait.
const maxParked = 8

// parked is a request whose work runs in the background.
type parked struct {
	kept
	c     *conn
	after func() time.Duration // the pause before its work; asked when its round has ended
	work  func() protocol.Reply
}

// park takes request i off the event loop. Its work runs in the background, after a pause, and its reply is sent when it is
// there. Until then nothing is read from the connection or parsed. So its replies keep their order, and the loop serves the
// other connections.
//
// work must not use the loop, nor what the request points to. If it panics the connection is closed. Work that has not
// begun is given up when the connection is closed or the server stops.
func (ad *admin) park(i int, after func() time.Duration, work func() protocol.Reply) {
	ad.replies.to.set(stateParked)
	ad.parked = append(ad.parked, parked{ad.round.keep(i, true), ad.replies.to, after, work})
}

// reserveWork waits for one of the places that parked work needs. The place is given back by receiving from s.workPlaces.
// reserveWork returns false if the server stops first.
func (s *shared) reserveWork() bool {
	select {
	case <-s.stopping:
		return false
	default: // a server that stops may have a place too, and the choice below is by chance
	}
	select {
	case <-s.stopping:
		return false
	case s.workPlaces <- struct{}{}:
		return true
	}
}

// doWork does work in the background. If it panics fault says what happened and where.
func doWork(work func()) (fault string) {
	defer func() {
		if what := recover(); what != nil {
			fault = fmt.Sprintf("%v\n%s", what, debug.Stack())
		}
	}()
	work()
	return ""
}
