// Package clock is the server's idea of time: whole seconds, counted by one ticker and read by everybody else with a
// single atomic load. Nothing on the path of a request asks the operating system for the time.
//
// Two times are kept. The first counts seconds since the start and follows the monotonic clock, so a jump of the wall
// clock neither expires nor revives anything. The second is the wall clock's second; it is needed only to understand an
// expiry given as a date and to print dates. A date is understood once, when it is given: what was stored before a jump
// lives as long as it was to live then.
//
// While the machine sleeps the first time stands still, as the monotonic clock does. While only the process is stopped it
// does not.
package clock

import (
	"sync"
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
// All methods are safe for concurrent use, and none but Run waits.
type Clock struct {
	now     atomic.Uint32 // Time
	wall    atomic.Int64  // Unix seconds
	started time.Time     // with its monotonic reading
	stop    chan struct{}

	mu   sync.Mutex
	told []func()
}

// New returns a clock that stands at First and moves only while Run is running. Its seconds begin with those of the wall
// clock, as memcached's do, so that a date comes when it is due and not up to a second later.
func New() *Clock {
	now := time.Now()
	c := &Clock{started: now.Add(-time.Duration(now.Nanosecond())), stop: make(chan struct{})}
	c.now.Store(uint32(First))
	c.wall.Store(now.Unix())
	return c
}

// Run moves the clock until Stop is called. It looks at the machine's clock when a new second has begun, and then calls
// tick, which must not wait. If the process was stopped meanwhile both happen once, however long that was.
func (c *Clock) Run(tick func()) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-timer.C:
			now := time.Now()
			c.advance(now.Sub(c.started), now.Unix())
			tick()
			timer.Reset(time.Second - time.Duration(now.Nanosecond()) + late)
		}
	}
}

// late is how long after the beginning of a second the clock looks, so that it never looks just before.
const late = time.Millisecond

// advance sets both times: the first from the time since the start by the monotonic clock, the second from the wall
// clock, which may have jumped.
func (c *Clock) advance(since time.Duration, unix int64) {
	c.wall.Store(unix)
	c.now.Store(uint32(clamp(int64(First) + int64(since/time.Second))))
	c.tell()
}

// Tell has f called whenever the clock was set, by whoever set it. f must not wait, and not call Tell.
func (c *Clock) Tell(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, f)
}

func (c *Clock) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.told {
		f()
	}
}

// Stop ends Run. It must be called at most once.
func (c *Clock) Stop() { close(c.stop) }

// Now returns the current second.
func (c *Clock) Now() Time { return Time(c.now.Load()) }

// Unix returns the wall clock's current second.
func (c *Clock) Unix() int64 { return c.wall.Load() }

// UnixOf returns the Unix time at which t falls, as the wall clock stands now.
func (c *Clock) UnixOf(t Time) int64 { return c.wall.Load() + int64(t) - int64(c.Now()) }
