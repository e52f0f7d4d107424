// Package clock is the server's idea of time: whole seconds, counted by one ticker and read by everybody else with a
// single atomic load. Nothing on the path of a request asks the operating system for the time.
//
// Two times are kept. The first counts seconds since the start and follows the monotonic clock, so a jump of the wall
// clock neither expires nor revives anything. The second is the wall clock's second; it is needed only to understand an
// expiry given as a date and to print dates.
package clock

import (
	"sync/atomic"
	"time"
)

// Time is a moment in seconds on the server's own clock. It is no Unix time: it starts at First when the process
// starts. Zero is Never.
type Time uint32

const (
	// Never is the expiry of an item that has none.
	Never Time = 0

	// Past is a moment before the server's first second: an item with this expiry is over at once.
	Past Time = 1

	// First is the time at which a clock starts, so that Never and Past lie before every moment (as in memcached).
	First Time = 2
)

// Clock holds the current second. Use New for a clock that follows the machine, NewFake for one that a test turns.
// All methods are safe for concurrent use, and none blocks or allocates.
type Clock struct {
	now     atomic.Uint32 // Time
	wall    atomic.Int64  // Unix seconds
	started time.Time     // with its monotonic reading
	stop    chan struct{}
}

// New returns a clock that stands at First and moves only while Run is running.
func New() *Clock {
	c := &Clock{started: time.Now(), stop: make(chan struct{})}
	c.now.Store(uint32(First))
	c.wall.Store(c.started.Unix())
	return c
}

// Run moves the clock until Stop is called, calling each second, if it is not nil, after every step. It looks at the
// machine's clock several times a second, so that a second is never missed by much.
func (c *Clock) Run(each func(Time)) {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-ticker.C:
			if c.advance(time.Now()) && each != nil {
				each(c.Now())
			}
		}
	}
}

// advance sets both times from t and reports whether the second changed.
func (c *Clock) advance(t time.Time) bool {
	c.wall.Store(t.Unix())
	now := uint32(First) + uint32(t.Sub(c.started)/time.Second)
	return c.now.Swap(now) != now
}

// Stop ends Run. It must be called at most once.
func (c *Clock) Stop() { close(c.stop) }

// Now returns the current second.
func (c *Clock) Now() Time { return Time(c.now.Load()) }

// Unix returns the wall clock's current second.
func (c *Clock) Unix() int64 { return c.wall.Load() }

// UnixOf returns the Unix time at which t falls, as the wall clock stands now.
func (c *Clock) UnixOf(t Time) int64 { return c.wall.Load() + int64(t) - int64(c.Now()) }
