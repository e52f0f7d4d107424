package bench

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gocached/uring"
)

// thread serves some of a generator's connections.
type thread struct {
	shape   *shape
	poll    *poller
	calls   *batcher
	links   []*link
	sockets []socket
	lossy   bool // requests may get lost
	stop    *atomic.Bool
	random  uint64 // for the moments of a Poisson process

	// Of the turn under way. Times count from its beginning.
	start    time.Time
	pace     pace
	idle     queue // connections without a batch under way
	busy     int   // connections with one
	heard    time.Duration
	swept    time.Duration // when lost requests were last looked for
	counts   Counts
	latency  *latencies
	answered atomic.Int64
}

// nap is the longest sleep, so that a thread notices when another has given up.
const nap = 100 * time.Millisecond

// run is one turn.
func (t *thread) run(start time.Time, p pace) error {
	t.begin(start, p)
	if !p.closed() {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1000, 0, 0, 0) // the default lets sleeps end 50 µs late
		defer unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0)
	}
	now := t.now()
	err := errors.Join(t.dispatch(now), t.calls.make())
	for err == nil && (t.busy > 0 || t.pace.waiting(now)) && !t.stop.Load() {
		now, err = t.round(now)
	}
	t.pace.abandon(now, func(waited time.Duration) {
		t.counts.Unsent += int64(t.shape.Depth)
		t.latency.note(waited)
	})
	return err
}

func (t *thread) begin(start time.Time, p pace) {
	t.start, t.pace, t.busy, t.heard, t.swept, t.counts = start, p, 0, 0, 0, Counts{}
	t.latency.clear()
	t.answered.Store(0)
	t.idle = newQueue(len(t.links))
	for i := range t.links {
		t.idle.push(int32(i))
	}
}

func (t *thread) now() time.Duration { return time.Since(t.start) }

// round waits for answers or for the moment of the next batch, takes the answers, and sends what is due. It returns the
// moment at which it stopped waiting, which is what latencies are counted to.
func (t *thread) round(now time.Duration) (time.Duration, error) {
	events, err := t.poll.wait(t.sleep(now))
	if err != nil {
		return now, err
	}
	now = t.now()
	for some := range slices.Chunk(events, uring.MaxCalls) {
		if err := t.hear(some, now); err != nil {
			return now, err
		}
	}
	if len(events) > 0 {
		t.heard = now
		t.answered.Store(t.counts.Requests)
	} else if t.busy > 0 && now-t.heard > t.shape.timeout() {
		return now, fmt.Errorf("no answer within %v", t.shape.timeout())
	}
	if t.lossy && now-t.swept > t.shape.lostAfter()/8 {
		if err := t.sweep(now); err != nil {
			return now, err
		}
	}
	return now, errors.Join(t.dispatch(now), t.calls.make())
}

// hear takes what has arrived on some connections, and sends what is due then.
func (t *thread) hear(some []syscall.EpollEvent, now time.Duration) error {
	for _, e := range some {
		t.links[e.Fd].wire.listen()
	}
	if err := t.calls.make(); err != nil {
		return err
	}
	for _, e := range some {
		l := t.links[e.Fd]
		done, err := l.wire.ready(&l.batch, e.Events)
		if err != nil {
			return err
		}
		if done {
			if err := t.finish(e.Fd, now); err != nil {
				return err
			}
		}
	}
	return t.calls.make()
}

// sleep is how long to wait at most.
func (t *thread) sleep(now time.Duration) time.Duration {
	most := nap
	if t.lossy {
		most = min(most, t.shape.lostAfter()/8)
	}
	if t.idle.size > 0 && t.pace.waiting(now) {
		most = min(most, t.pace.next-t.now())
	}
	return most
}

// dispatch sends what is due, as far as connections are idle.
func (t *thread) dispatch(now time.Duration) error {
	for t.idle.size > 0 {
		due, ok := t.pace.take(now)
		if !ok {
			return nil
		}
		if t.busy == 0 {
			t.heard = now
		}
		l := t.links[t.idle.pop()]
		t.busy++
		l.draw(due, now)
		if err := l.wire.send(&l.batch); err != nil {
			return err
		}
	}
	return nil
}

// finish counts a batch that is answered, or lost, and lets its connection go on at once if something is due.
func (t *thread) finish(number int32, now time.Duration) error {
	l := t.links[number]
	t.counts.add(&l.counts)
	t.latency.note(now - l.due)
	t.busy--
	t.idle.push(number)
	return t.dispatch(now)
}

// sweep gives up what got no answer for too long.
func (t *thread) sweep(now time.Duration) error {
	t.swept = now
	var faults []error
	for i, l := range t.links {
		if l.open > 0 && now-l.sent > t.shape.lostAfter() {
			l.wire.lose(&l.batch)
			faults = append(faults, t.finish(int32(i), now))
		}
	}
	return errors.Join(faults...)
}
