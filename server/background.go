package server

import (
	"sync"
	"time"
)

// What would hold a loop up is run in a goroutine of its own: the work for parked requests (park.go), rounds of an engine that
// waits (worker.go), steps of handshakes (handshake.go). What concerns a connection comes back to its loop as a task (core.onLoop).

// background runs functions in goroutines of their own until it is stopped.
type background struct {
	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

// run runs f in a goroutine of its own, or not at all once stop has been called. It reports whether it does.
func (b *background) run(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped {
		b.running.Go(f)
	}
	return !b.stopped
}

// runAfter does the same after a pause. The pause costs no goroutine.
func (b *background) runAfter(pause time.Duration, f func()) {
	if pause <= 0 {
		b.run(f)
		return
	}
	time.AfterFunc(pause, func() { b.run(f) })
}

// stop waits for what is running.
func (b *background) stop() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	b.running.Wait()
}
