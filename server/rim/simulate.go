package rim

import (
	"github.com/panjf2000/gnet/v2"

	"gocached/server/kernel"
)

// Played is an event loop that somebody plays, and what the rim would have found of its poller.
type Played struct {
	gnet.EventLoop
	Epoll   int    // its epoll descriptor, for the kernel that was given to Simulate
	Eventfd int    // by which it is woken for tasks
	Tasks   *int32 // not zero while it has been woken for tasks and not run them; nil if its poller is not to be found
	Queue   interface{ IsEmpty() bool }
}

// Simulate returns loops without gnet, for a simulation that plays it: it makes loops with Play, and sends what happens to
// them to Events. The drainer has an epoll instance of the kernel's, and acts when Drain is called. Of the other methods of
// Loops none may be called.
func Simulate(c Config, k kernel.Kernel, drainer int) *Loops {
	return &Loops{config: c, kernel: k, drainer: newDrainerOf(k, drainer)}
}

// Events receives what happens to connections. Their context is the Client.
func (r *Loops) Events() gnet.EventHandler { return &handler{loops: r} }

// Play makes a loop.
func (r *Loops) Play(p Played) *Loop {
	var found *poller
	if p.Tasks != nil {
		found = &poller{epoll: p.Epoll, eventfd: p.Eventfd, tasks: p.Tasks, queues: [2]taskQueue{p.Queue, p.Queue}}
	}
	return r.add(p.EventLoop, found)
}

// Drain lets the drainer act upon the number under which its epoll knows a socket that has room. It reports whether
// anybody waited for that.
func (r *Loops) Drain(number uint64) (waited bool) {
	waited = r.drainer.waiting[number] != nil
	r.drainer.drained(number)
	return waited
}

// Watched returns how many connections are watched for room in their sockets.
func (r *Loops) Watched() int {
	r.drainer.mu.Lock()
	defer r.drainer.mu.Unlock()
	return len(r.drainer.waiting)
}

// Polls says whether the loop polls by itself now.
func (l *Loop) Polls() bool { return l.on }

// Epoll returns the epoll instance that the loop's connections are in, or -1 if it was not found.
func (l *Loop) Epoll() int {
	if l.poller == nil {
		return -1
	}
	return l.poller.epoll
}
