package kernel

import (
	"errors"
	"sync"
	"sync/atomic"

	"gocached/uring"
)

// Rings hands out kernels that make calls together, if that is wanted and can be had. It is safe for concurrent use.
//
// Try finds out whether rings can be had before there are clients, so that the operator reads it among the first lines of
// the log. This may change later, since a filter of system calls can be put on a running process. Then a ring is given up
// for good, and the operator is told once.
type Rings struct {
	// Off is set before first use if no ring is wanted.
	Off bool

	// Refused, if not nil, is called once when the system will not have it, in whatever goroutine has found out.
	Refused func(error)

	refused atomic.Bool  // at least in one loop
	inUse   atomic.Int32 // loops that make calls together

	mu   sync.Mutex
	open []*uring.Ring
}

// State says in a word how calls are made: "off", "on", "refused", or "partly" if only some loops have lost their ring.
func (r *Rings) State() string {
	switch {
	case r.Off:
		return "off"
	case !r.refused.Load():
		return "on"
	case r.inUse.Load() > 0:
		return "partly"
	}
	return "refused"
}

// Try finds out whether rings can be had.
func (r *Rings) Try() {
	if r.Off {
		return
	}
	ring, err := uring.New()
	if err != nil {
		r.refuse(err)
		return
	}
	_ = ring.Close()
}

// Open returns the kernel for a loop, with a ring if one can be had. Close ends it.
func (r *Rings) Open() System {
	if r.Off || r.refused.Load() {
		return System{}
	}
	ring, err := uring.New()
	if err != nil {
		r.refuse(err)
		return System{}
	}
	r.inUse.Add(1)
	ring.Lost = func(err error) {
		r.inUse.Add(-1)
		r.refuse(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, ring)
	return System{ring}
}

// refuse notes that a ring is refused, and tells if it is the first.
func (r *Rings) refuse(err error) {
	if !r.refused.Swap(true) && r.Refused != nil {
		r.Refused(err)
	}
}

// Close ends all that was opened. It is called when the loops have ended.
func (r *Rings) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var faults []error
	for _, ring := range r.open {
		faults = append(faults, ring.Close())
	}
	r.open = nil
	return errors.Join(faults...)
}
