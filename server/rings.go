package server

import (
	"errors"
	"sync/atomic"

	"gocached/uring"
)

// Whether a loop can make calls together is found out before there are clients, so that the operator reads it among the
// lines of the start, and found out again if it changes: a filter of system calls may be put on a process that runs. Then a
// ring is given up for good, and the operator hears of it, once.

// ringUse is whether calls are made together.
type ringUse struct {
	refused atomic.Bool  // the kernel will not have it, at least in one loop
	rings   atomic.Int32 // loops that do
}

// ioUring says in a word how calls are made.
func (s *shared) ioUring() string {
	switch {
	case s.settings.NoIOUring:
		return "off"
	case !s.ringUse.refused.Load():
		return "on"
	case s.ringUse.rings.Load() > 0:
		return "partly"
	}
	return "refused"
}

// tryRing finds out whether rings can be had.
func (s *Server) tryRing() {
	if s.settings.NoIOUring {
		return
	}
	ring, err := uring.New()
	if err != nil {
		s.refuseRing(err)
		return
	}
	_ = ring.Close()
}

// openSystem returns the kernel for a loop, with a ring if one can be had. Needs loopsMu.
func (s *Server) openSystem() system {
	if s.settings.NoIOUring || s.ringUse.refused.Load() {
		return system{}
	}
	ring, err := uring.New()
	if err != nil {
		s.refuseRing(err)
		return system{}
	}
	s.ringUse.rings.Add(1)
	ring.Lost = func(err error) {
		s.ringUse.rings.Add(-1)
		s.refuseRing(err)
	}
	s.rings = append(s.rings, ring)
	return system{ring}
}

// refuseRing notes that a ring is refused, and tells the operator if it is the first.
func (s *Server) refuseRing(err error) {
	if !s.ringUse.refused.Swap(true) {
		s.log.Printf("io_uring cannot be used (%v): system calls are made one by one. -o no_io_uring does not try, and leaves "+
			"this line out", err)
	}
}

// closeRings is called when the loops have ended.
func (s *Server) closeRings() error {
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	var faults []error
	for _, r := range s.rings {
		faults = append(faults, r.Close())
	}
	s.rings = nil
	return errors.Join(faults...)
}
