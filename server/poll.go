package server

import (
	"reflect"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// While clients are speaking a loop polls by itself: serve, called from the first event gnet hands over, asks gnet's own
// epoll instance which connections have something to say, reads them all, answers them all, and asks again. gnet gets
// its turn whenever there is something that is not ours: a task, a new connection, one that ends, an error.
//
// gnet alone reads one connection, calls us, and only then reads the next; to answer a round of them it must be woken
// once more by a task; and before each wait it asks once without waiting. This way a round costs one call to epoll, and
// each connection one to recv and one to send, which is what the kernel demands at least. Against gnet's way it takes
// 4 % off the processor time of a get with 50 connections one at a time, 15 % with 4 and 20 % with one.
//
// What makes it safe:
//   - gnet's epoll is level-triggered: what we leave unread is reported to gnet as well.
//   - gnet may still hold events that it got before it called us. If we have read what they announced it finds nothing;
//     if we have closed the connection it does not know the descriptor any more. New connections get theirs by a task,
//     so no number is used again meanwhile.
//   - gnet is woken for tasks by an edge-triggered eventfd. If we take that event we set it again. Tasks may wait that
//     gnet was told of before it called us: its flag says so, and we ask for it before every poll.
//
// A test fails when an upgrade of gnet changes any of this (TestPollerIsFound, TestTasksRunBesideTraffic).

// poller is what we know of gnet's poller.
type poller struct {
	epoll   int    // its epoll descriptor
	eventfd int    // by which it is woken for tasks
	tasks   *int32 // its flag: not zero while tasks wait for it
}

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
	// Changing the interest of a descriptor that is there succeeds only in the right epoll instance.
	if err := interest(system{}, p.epoll, gc.Fd(), readInterest); err != nil {
		return poller{epoll: -1}, errNoEpoll
	}
	return p, nil
}

// wanted says whether tasks wait for gnet.
func (p *poller) wanted() bool { return atomic.LoadInt32(p.tasks) != 0 }

// eventsMost is how many connections a round can hold.
const eventsMost = 256

// polling is what a loop needs for its own polls.
type polling struct {
	conns  []*conn // by descriptor
	on     bool    // serve is running
	waits  uint32  // counts them, see yieldEvery
	quiet  bool    // the last poll found so few that the next may as well wait
	events [eventsMost]unix.EpollEvent
}

// quietBelow is how many connections a poll must find for the next one to ask without waiting first.
const quietBelow = 4

// yieldEvery is how many waits a loop makes before it lets go of its processor once. A goroutine that never does is taken
// for one that runs for too long: Go's monitor takes its place from it in every wait, and never sleeps for longer than
// 20 µs itself, which costs a server with one client 3 %. Letting go wakes another thread, which is why it is rare.
const yieldEvery = 64

// serve answers clients round by round until there is something for gnet to do.
func (l *loop) serve() {
	if l.poller.tasks == nil { // not found
		return
	}
	l.polling.on = true
	for mine := true; mine && !l.poller.wanted(); {
		n := l.poll()
		mine = false // if it panics gnet gets its turn
		l.guard(nil, func() { mine = l.round(n) })
	}
	l.polling.on = false
	l.callTurns()
}

// poll waits for events and returns how many there are. It does not wait while a connection has yet to have its turn.
func (l *loop) poll() int {
	p := &l.polling
	turns := len(l.yielded) > 0
	if turns || !p.quiet {
		if n := l.kernel.poll(l.poller.epoll, p.events[:]); n > 0 || turns {
			return n
		}
	}
	if p.waits++; p.waits%yieldEvery == 0 {
		runtime.Gosched()
	}
	n := l.kernel.wait(l.poller.epoll, p.events[:])
	p.quiet = n < quietBelow
	return n
}

// round reads from everybody who speaks, and answers. It reports whether all events were ours.
func (l *loop) round(n int) (mine bool) {
	mine = true
	for i := range l.polling.events[:n] {
		if !l.take(&l.polling.events[i]) {
			mine = false
		}
	}
	l.takeTurns()
	l.answer()
	return mine
}

// take reads what an event announces into the round. It reports whether the event was ours.
func (l *loop) take(e *unix.EpollEvent) (mine bool) {
	fd := int(e.Fd)
	if fd == l.poller.eventfd {
		again := unix.EpollEvent{Events: readInterest | unix.EPOLLET | unix.EPOLLRDHUP, Fd: e.Fd}
		_ = l.kernel.control(l.poller.epoll, unix.EPOLL_CTL_MOD, fd, again)
		return false
	}
	if fd >= len(l.polling.conns) || e.Events&^readInterest != 0 || e.Events&unix.EPOLLIN == 0 {
		return false
	}
	c := l.polling.conns[fd]
	if c == nil || !c.mayParse() || c.is(stateYielded) {
		return false
	}
	l.hear(c)
	if c.receiving() {
		return l.receive(c)
	}
	return l.read(c)
}

// inputLeast is the least room, in bytes, that a read into the round's input needs.
const inputLeast = 8 << 10

// read adds what a connection has sent to the round. It reports false if the connection has ended or failed, which gnet
// will find as well.
func (l *loop) read(c *conn) bool {
	if cap(l.input)-len(l.input) < inputLeast {
		l.answer()
		if !c.mayParse() {
			return true
		}
	}
	start := len(l.input)
	n, err := l.kernel.receive(c.fd, l.input[start:min(cap(l.input), start+readBuffer)])
	if err != nil || n == 0 {
		return err == unix.EAGAIN
	}
	l.input = l.input[:start+n]
	l.counts[bytesRead] += uint64(n)
	l.admit(c, l.input[start:])
	return true
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
