package rim

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"gocached/server/kernel"
)

// While clients are sending a loop polls by itself. serve, a task of gnet's, asks gnet's own epoll instance which
// connections have input, lets the Worker read and answer them all, and asks again. It returns when there is something for
// gnet to do: another task, a new connection, the end of one, an error. Then gnet polls, and its first event asks for the
// task again.
//
// gnet alone would read one connection, call us, and only then read the next. To answer a round of them it would have to be
// woken once more by a task. And before each wait it asks once without waiting. Our way a round costs one call to epoll, and
// the calls that read and write are made together (package kernel). Polling alone took 4 % off the processor time of a get
// with 50 connections one at a time, 15 % with 4 and 20 % with one.
//
// What makes it safe:
//   - gnet's epoll is level-triggered: what we leave unread is reported to gnet as well.
//   - gnet runs tasks when it has handled all events of a poll, so it holds none while we read. Else it could hold the event of
//     a connection that we pause meanwhile, find its end, and close it before the client has its answers.
//   - While gnet runs tasks a flag says that gnet need not be woken for another task. We clear the flag, so that the next task
//     sets it again. Tasks that came before that are in gnet's queues. We look at both before every poll.
//
// A test fails when an upgrade of gnet changes any of this (TestPollerIsFound, and package server's
// TestTasksRunBesideTraffic), and the simulation plays it.

// Worker is what a loop calls to read, answer and write. Its methods are called on the loop, once or twice a round, and must
// not let a panic pass.
type Worker interface {
	// Round reads from the connections with these descriptors, which have input, and answers them. Connections that had
	// yielded get their turn. mine says that gnet is not needed. gnet is needed if a connection could not be read from, has
	// ended or has failed.
	Round(fds []int32) (mine bool)

	// Yielded says whether connections wait for their turn, though they send nothing. Then the next poll does not wait.
	Yielded() bool
}

// MaxEvents is how many connections a round can hold.
const MaxEvents = 256

// Loop is an event loop. Only Execute may be called from elsewhere; everything else is for its own goroutine.
//
// The zero Loop stands for no event loop. UDP workers and the workers of an engine that waits have it. It runs no tasks and pauses
// no connection.
type Loop struct {
	ev      gnet.EventLoop
	worker  Worker
	kernel  kernel.Kernel
	drainer *drainer
	poller  *poller // nil if it was not found
	awake   *atomic.Uint32

	task   gnet.Runnable // serve
	asked  bool          // it is on its way
	on     bool          // it is running
	pace   pace          // when to let go of the processor
	quiet  bool          // the last poll found few connections: the next may wait at once
	events []unix.EpollEvent
	fds    []int32 // of connections that have input
}

func newLoop(r *Loops, ev gnet.EventLoop, p *poller) *Loop {
	l := &Loop{ev: ev, kernel: r.kernel, drainer: r.drainer, poller: p, awake: r.config.Awake,
		events: make([]unix.EpollEvent, MaxEvents), fds: make([]int32, 0, MaxEvents)}
	l.task, l.pace.every = task(l.serve), maxYield
	return l
}

// Worker returns what NewWorker made for the loop.
func (l *Loop) Worker() Worker { return l.worker }

// task makes a function a task of gnet's, without allocating anything.
type task func()

// Run is called by gnet.
func (t task) Run(context.Context) error {
	t()
	return nil
}

var errNoLoop = errors.New("no event loop")

// Execute makes the loop run f as a task, when it has done its present work. It may be called from anywhere. An error means
// that the server is stopping: then f never runs.
func (l *Loop) Execute(f func()) error {
	if l.ev == nil {
		return errNoLoop
	}
	return l.ev.Execute(context.Background(), task(f))
}

// Ask makes the loop hold a round when it has done its present work.
func (l *Loop) Ask() {
	if l.asked || l.on || l.poller == nil {
		return
	}
	l.asked = l.ev.Execute(context.Background(), l.task) == nil // an error means that the server is stopping
}

// serve holds round after round until there is something for gnet to do.
func (l *Loop) serve() {
	l.asked, l.on = false, true
	l.poller.begin()
	mine := true
	for mine && !l.poller.wanted() {
		fds, all := l.readable(l.poll())
		mine = l.worker.Round(fds) && all
	}
	l.on = false
	if mine || l.worker.Yielded() { // it goes on behind the other tasks
		l.Ask()
	} // else gnet must poll first: what it finds brings us back, and no connection waits for us
}

// quietBelow is how many connections a poll must find for the next one to ask without waiting first.
const quietBelow = 4

// poll waits for events and returns how many there are. It does not wait while a connection has yet to have its turn.
func (l *Loop) poll() int {
	turns := l.worker.Yielded()
	if turns || !l.quiet {
		if n := l.kernel.Poll(l.poller.epoll, l.events); n > 0 || turns {
			return n
		}
	}
	if l.pace.due(l.awake) {
		runtime.Gosched()
	}
	n := l.kernel.Wait(l.poller.epoll, l.events)
	l.quiet = n < quietBelow
	return n
}

// readable returns the descriptors of connections that have input, and whether the poll has found nothing else.
func (l *Loop) readable(n int) (fds []int32, all bool) {
	fds, all = l.fds[:0], true
	for i := range l.events[:n] {
		switch e := &l.events[i]; {
		case int(e.Fd) == l.poller.eventfd: // wanted says so, or will
		case e.Events&^ReadInterest != 0 || e.Events&unix.EPOLLIN == 0:
			all = false
		default:
			fds = append(fds, e.Fd)
		}
	}
	return fds, all
}
