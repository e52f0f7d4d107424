package server

import (
	"context"
	"reflect"
	"runtime"
	"sync/atomic"
	"unsafe"

	"gocached/server/kernel"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/queue"
	"golang.org/x/sys/unix"
)

// While clients are speaking a loop polls by itself: serve, a task of gnet's, asks gnet's own epoll instance which
// connections have something to say, reads them all, answers them all, and asks again. It returns when there is something
// that is not ours: another task, a new connection, one that ends, an error. Then gnet polls, and its first event asks
// for the task again.
//
// gnet alone reads one connection, calls us, and only then reads the next; to answer a round of them it must be woken
// once more by a task; and before each wait it asks once without waiting. This way a round costs one call to epoll, and
// the calls that read and write are made together (reader.go). Polling alone took 4 % off the processor time of a get
// with 50 connections one at a time, 15 % with 4 and 20 % with one.
//
// What makes it safe:
//   - gnet's epoll is level-triggered: what we leave unread is reported to gnet as well.
//   - gnet runs tasks when it is through with the events of a poll, so it holds none while we read. With one in its hands
//     it would find the end of a client whom we have paused since, and close the connection before he has his answers.
//   - While gnet runs tasks a flag tells whoever brings another that gnet need not be woken. We clear the flag, so that
//     it is set again; what was brought before that is in gnet's queues. We look at both before every poll.
//
// A test fails when an upgrade of gnet changes any of this (TestPollerIsFound, TestTasksRunBesideTraffic), and the
// simulation plays it.

// poller is what we know of gnet's poller.
type poller struct {
	epoll   int          // its epoll descriptor
	eventfd int          // by which it is woken for tasks
	tasks   *int32       // its flag: not zero while it has been woken for tasks; nil if it was not found
	queues  [2]taskQueue // where they wait
}

// taskQueue is a queue of gnet's.
type taskQueue interface{ IsEmpty() bool }

// pollerOf finds the poller of the event loop that a connection belongs to. It only reads.
func pollerOf(gc gnet.Conn) (p poller, err error) {
	defer func() {
		if recover() != nil {
			p, err = poller{epoll: -1}, errNoEpoll
		}
	}()
	found := reflect.ValueOf(gc).Elem().FieldByName("loop").Elem().FieldByName("poller").Elem()
	p.epoll = int(found.FieldByName("fd").Int())
	p.eventfd = int(found.FieldByName("efd").Int())
	p.tasks = (*int32)(unsafe.Pointer(found.FieldByName("wakeupCall").UnsafeAddr()))
	p.queues = [2]taskQueue{queueOf(found, "urgentAsyncTaskQueue"), queueOf(found, "asyncTaskQueue")}
	// Changing the interest of a descriptor that is there succeeds only in the right epoll instance.
	if err := interest(kernel.System{}, p.epoll, gc.Fd(), readInterest); err != nil {
		return poller{epoll: -1}, errNoEpoll
	}
	return p, nil
}

// queueOf returns a queue of gnet's poller, whose field must have gnet's type of a queue.
func queueOf(poller reflect.Value, field string) taskQueue {
	f := poller.FieldByName(field)
	if f.Type() != reflect.TypeFor[queue.AsyncTaskQueue]() {
		panic(errNoEpoll)
	}
	return *(*queue.AsyncTaskQueue)(unsafe.Pointer(f.UnsafeAddr()))
}

// begin is called inside a task: from now on the flag tells of further ones.
func (p *poller) begin() { atomic.StoreInt32(p.tasks, 0) }

// wanted says whether tasks wait for gnet.
func (p *poller) wanted() bool {
	return atomic.LoadInt32(p.tasks) != 0 || !p.queues[0].IsEmpty() || !p.queues[1].IsEmpty()
}

// eventsMost is how many connections a round can hold.
const eventsMost = 256

// polling is what a loop needs for its own polls.
type polling struct {
	conns  []*conn       // by descriptor
	task   gnet.Runnable // serve
	asked  bool          // it is on its way
	on     bool          // it is running
	pace   pace          // when to let go of the processor
	quiet  bool          // the last poll found so few that the next may as well wait
	events [eventsMost]unix.EpollEvent
}

// quietBelow is how many connections a poll must find for the next one to ask without waiting first.
const quietBelow = 4

// pace tells a loop when to let go of its processor. A goroutine that never does is taken for one that runs for too long,
// from 10 ms on: Go's monitor takes its place from it in every wait, and never sleeps for longer than 20 µs itself. With
// one client at 2,000 requests a second that costs a quarter of the processor time. Letting go wakes another thread, which
// is why it is rare: so often that less than 10 ms pass, and at most every yieldMost waits.
//
// It asks no clock: the seconds that the server counts anyway tell how many waits there are in one. That is known late by
// a second, so that the bounds are such that a wrong number costs little.
type pace struct {
	waits  uint32 // since it last let go
	every  uint32 // so many there shall be; yieldMost at first
	total  uint32 // in this second
	second uint32 // see shared.awake
}

const (
	yieldLeast   = 8   // waits between two times
	yieldMost    = 64  // the same, at most
	yieldASecond = 128 // times, if that is within the two
)

// due counts a wait, and says whether to let go before it.
func (p *pace) due(awake *atomic.Uint32) bool {
	if p.waits++; p.waits < p.every {
		return false
	}
	p.total += p.waits
	p.waits = 0
	if now := awake.Load(); now != p.second {
		if p.every = yieldMost; now == p.second+1 { // else it was quiet in between, which says nothing of what comes now
			p.every = min(max(p.total/yieldASecond, yieldLeast), yieldMost)
		}
		p.total, p.second = 0, now
	}
	return true
}

// askToServe has gnet run serve once it is through with what it has in hand.
func (l *loop) askToServe() {
	if l.polling.asked || l.polling.on || l.poller.tasks == nil {
		return
	}
	l.polling.asked = l.ev.Execute(context.Background(), l.polling.task) == nil // an error means that the server is stopping
}

// serve answers clients round by round until there is something for gnet to do.
func (l *loop) serve(context.Context) error {
	p := &l.polling
	p.asked, p.on = false, true
	l.poller.begin()
	mine := true
	for mine && !l.poller.wanted() {
		n := l.poll()
		mine = false // if it panics gnet gets its turn
		l.guard(nil, func() { mine = l.serveRound(n) })
	}
	p.on = false
	if mine || len(l.round.yielded) > 0 { // it goes on behind the other tasks
		l.askToServe()
	} // else gnet must poll first: what it finds there brings us back, if it is still there, and nobody waits for us
	return nil
}

// poll waits for events and returns how many there are. It does not wait while a connection has yet to have its turn.
func (l *loop) poll() int {
	p := &l.polling
	turns := len(l.round.yielded) > 0
	if turns || !p.quiet {
		if n := l.kernel.Poll(l.poller.epoll, p.events[:]); n > 0 || turns {
			return n
		}
	}
	if p.pace.due(&l.shared.awake) {
		runtime.Gosched()
	}
	n := l.kernel.Wait(l.poller.epoll, p.events[:])
	p.quiet = n < quietBelow
	return n
}

// serveRound reads from everybody who speaks, and answers. It reports whether all events were ours.
func (l *loop) serveRound(n int) (mine bool) {
	mine = true
	for i := range l.polling.events[:n] {
		if !l.take(&l.polling.events[i]) {
			mine = false
		}
	}
	mine = l.reader.gather() && mine
	l.round.takeTurns()
	l.answer()
	if len(l.stores.begun) > 0 {
		mine = l.reader.readBegun(l.stores.begun) && mine
		l.stores.forgetBegun()
		l.answer()
	}
	return mine
}

// take reads what an event announces into the round, or plans to. It reports whether the event was ours.
func (l *loop) take(e *unix.EpollEvent) bool {
	fd := int(e.Fd)
	if fd == l.poller.eventfd { // the flag has said so, or will
		return true
	}
	if fd >= len(l.polling.conns) || e.Events&^readInterest != 0 || e.Events&unix.EPOLLIN == 0 {
		return false
	}
	c := l.polling.conns[fd]
	if c == nil || !c.mayParse() || c.is(stateYielded) {
		return false
	}
	l.hear(c)
	mine := true
	if !l.reader.hasRoom(c) {
		mine = l.reader.gather()
		if l.answer(); !c.mayParse() {
			return mine
		}
	}
	return l.reader.read(c) && mine
}

// add makes a new connection known to the polls.
func (p *polling) add(c *conn) {
	for len(p.conns) <= c.fd {
		p.conns = append(p.conns, nil)
	}
	p.conns[c.fd] = c
}

// remove forgets a connection that is being closed.
func (p *polling) remove(c *conn) { p.conns[c.fd] = nil }
