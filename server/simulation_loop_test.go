package server

import (
	"context"
	"io"

	"gocached/server/rim"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// netLoop is a simulated event loop of gnet's, and the epoll instance of its poller. It rests before each poll, gnet's or
// the server's own, and between events and tasks, so that whatever else happens in the world can come between.
type netLoop struct {
	gnet.EventLoop // for the calls that the server does not make
	actor
	number  int
	looking bool   // for idle connections
	kicks   uint64 // connections closed since others lacked the memory that they held

	tasks  []gnet.Runnable // in order
	wanted int32           // gnet's flag: somebody has asked for a task since they were last run
	edge   bool            // and written to the eventfd, which has not been reported

	buffer  []byte // lent to OnTraffic
	yielded int    // connections that had yielded at the last look
	watched int    // how often it was looked at
}

func newNetLoop(w *world, number int) *netLoop {
	l := &netLoop{number: number, buffer: make([]byte, readBuffer)}
	p := rim.Played{EventLoop: l, Epoll: loopEpoll + number, Eventfd: loopEventfd + number, Tasks: &l.wanted, Queue: l}
	if w.plan.noPoller {
		p.Tasks = nil
	}
	l.begin(w, l.live)
	l.loop = w.server.rim.Play(p).Worker().(*loop)
	l.loop.kernel, l.loop.replies.max, l.loop.checker.on = w.net, w.plan.maxReply, true
	l.watchIdle()
	return l
}

// step lets the loop go on until it rests again, and reports whether it did anything.
func (l *netLoop) step() bool {
	did := l.actor.step()
	l.w.watchLoop(l)
	return did
}

// IsEmpty says whether no task waits.
func (l *netLoop) IsEmpty() bool { return len(l.tasks) == 0 }

// Execute is called from anywhere.
func (l *netLoop) Execute(_ context.Context, r gnet.Runnable) error {
	l.tasks = append(l.tasks, r)
	if l.wanted == 0 {
		l.wanted, l.edge = 1, true
	}
	return nil
}

// Close is called by the server for one of the loop's connections.
func (l *netLoop) Close(c gnet.Conn) error {
	l.close(c.(*netConn), nil)
	return nil
}

// live is gnet's loop: it polls, handles the events one by one, then runs tasks.
func (l *netLoop) live() {
	events := make([]unix.EpollEvent, rim.MaxEvents)
	for !l.over {
		chores := false
		n := l.poll(events)
		l.rest(n > 0)
		for _, e := range events[:n] {
			if int(e.Fd) == loopEventfd+l.number {
				chores = true
				continue
			}
			if !l.over {
				l.handle(int(e.Fd), e.Events)
				l.watchRest()
				l.rest(true)
			}
		}
		if chores {
			l.chores()
		}
	}
}

// chores runs tasks, but not always all of them, and those that they ask for.
func (l *netLoop) chores() {
	most := 256
	if l.w.chance(1000) {
		most = 1 + l.w.r.IntN(3)
	}
	for ; most > 0 && len(l.tasks) > 0 && !l.over; most-- {
		r := l.tasks[0]
		l.tasks = l.tasks[1:]
		l.w.trace.add("loop %d runs a task, %d connections have yielded", uint64(l.number), uint64(len(l.loop.round.yielded)), 0)
		_ = r.Run(context.Background()) // as gnet does
		l.watchRest()
		l.rest(true)
	}
	l.wanted = 0
	if len(l.tasks) > 0 {
		l.wanted, l.edge = 1, true
	}
}

// watchRest judges what the server leaves undone when it returns to gnet: nothing. The next event may be another
// connection's, and what is left would be done within it. gnet may hold the end of a connection that is paused then.
func (l *netLoop) watchRest() {
	s := l.loop
	round := len(s.round.ready) + len(s.round.unended) + len(s.replies.owners) + len(s.calls.callers)
	if talk, work := s.unwrapper.pending(), len(s.admin.parked); round+talk+work > 0 {
		l.w.fail("the server returns to gnet with %d connections in the round, %d that a transport has something for, %d with work to begin",
			round, talk, work)
	}
}

// poll finds what has happened on the epoll instance, in any order, and perhaps not all of it.
func (l *netLoop) poll(events []unix.EpollEvent) (n int) {
	if l.edge {
		l.edge = false
		events[0], n = unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(loopEventfd + l.number)}, 1
	}
	for fd, s := range l.w.net.sockets {
		if s != nil && s.conn.loop == l && s.happened() != 0 && n < len(events) && !l.w.chance(500) {
			events[n] = unix.EpollEvent{Events: s.happened(), Fd: int32(fd)}
			n++
		}
	}
	l.w.r.Shuffle(n, func(i, j int) { events[i], events[j] = events[j], events[i] })
	if n > 0 {
		l.w.trace.add("loop %d polls, the server %d: %d events", uint64(l.number), uint64(one(l.loop.rim.Polls())), uint64(n))
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// happened returns the events of a socket that a poll reports.
func (s *socket) happened() (events uint32) {
	if !s.conn.opened {
		return 0
	}
	if s.reset {
		events = unix.EPOLLERR | unix.EPOLLHUP
	}
	if s.interest&unix.EPOLLIN != 0 && (len(s.in) > 0 || s.ended || s.reset) {
		events |= unix.EPOLLIN
	}
	return events
}

// handle does what gnet does with an event: it reads once. The connection may have been read from, paused or closed since
// the poll, and the descriptor may have become another loop's.
func (l *netLoop) handle(fd int, events uint32) {
	s := l.w.net.sockets[fd]
	switch {
	case s == nil || s.conn.loop != l || !s.conn.opened:
	case events&unix.EPOLLIN == 0:
		l.close(s.conn, io.EOF)
	case len(s.in) > 0:
		l.traffic(s)
	case s.reset:
		l.close(s.conn, unix.ECONNRESET)
	case s.ended:
		if s.conn.context.is(statePaused) { // what waits behind the pause would be lost
			l.w.fail("client %d has ended and is paused, and gnet hears of it", s.conn.client.number)
		}
		l.close(s.conn, io.EOF)
	}
}

// traffic reads what has come, as gnet does, and hands it to the server.
func (l *netLoop) traffic(s *socket) {
	c := s.conn
	if c.context.is(statePaused) {
		l.w.fail("client %d is paused, and gnet reads from it", c.client.number)
	}
	n := min(len(s.in), len(l.buffer))
	if l.w.chance(l.w.plan.partial) {
		n = 1 + l.w.r.IntN(n)
	}
	l.w.trace.add("client %d: loop %d reads %d bytes", uint64(c.client.number), uint64(l.number), uint64(n))
	l.w.saw(sawAtOnce)
	c.client.heard()
	if c.client.frames == nil {
		c.client.readAt = l.w.elapsed
	}
	c.data = l.buffer[:s.read(l.buffer[:n])]
	l.w.gnet.OnTraffic(c)
	c.data = nil
}

// open is the task that makes a new connection known to the loop.
func (l *netLoop) open(c *netConn) {
	c.opened = true
	c.client.heard()
	l.w.trace.add("client %d: loop %d opens descriptor %d", uint64(c.client.number), uint64(l.number), uint64(c.socket.fd))
	l.w.gnet.OnOpen(c)
	c.context.parser.Limits.StreamFrom = int32(l.w.plan.stream)
}

// close is gnet's: the server is told first, and can still send.
func (l *netLoop) close(c *netConn, err error) {
	if c.closed {
		return
	}
	if l.w.running != &l.actor {
		l.w.fail("client %d is closed on another loop than its own", c.client.number)
	}
	l.w.trace.add("client %d: its connection is closed", uint64(c.client.number), 0, 0)
	c.closed = true
	if l.w.plan.noPoller && c.context.state&(stateBlocked|stateYielded|stateParked) != 0 { // it could not be paused
		c.client.harmed = true
	}
	l.relieved(c)
	s := c.socket
	if err == nil && c.context.is(stateClosing) && len(s.in) > 0 && !s.shut && !s.reset && !l.looking && !c.client.harmed {
		l.w.fail("client %d is hung up on with %d bytes in its socket: that is a reset", c.client.number, len(s.in))
	}
	c.client.leaves()
	l.w.gnet.OnClose(c, err)
	c.client.closed(err)
	l.w.net.sockets[c.socket.fd] = nil
	l.w.house.left()
}

// relieved judges whether a connection is closed since it is stalled and holds memory that others need. Its answers may
// be missing then.
func (l *netLoop) relieved(c *netConn) {
	kicks := l.loop.totals[stalledKicks].Load() + l.loop.counts[stalledKicks]
	if kicks == l.kicks {
		return
	}
	l.kicks = kicks
	l.w.saw(sawRelief)
	c.client.harmed = true
	if kinds, _ := c.context.holding(); kinds == 0 {
		l.w.fail("client %d is closed for the memory it holds, and holds none", c.client.number)
	}
	c.client.checkStalled()
}

// netConn is a connection as gnet hands it to the server.
type netConn struct {
	gnet.Conn // for the calls that the server does not make
	loop      *netLoop
	socket    *socket
	client    *simClient
	context   *conn
	data      []byte // just read
	opened    bool
	closed    bool
}

func (c *netConn) Context() any              { return c.context }
func (c *netConn) SafeContext() any          { return c.context }
func (c *netConn) EventLoop() gnet.EventLoop { return c.loop }
func (c *netConn) Fd() int                   { return c.socket.fd }
func (c *netConn) Peek(int) ([]byte, error)  { return c.data, nil }
func (c *netConn) Discard(n int) (int, error) {
	return n, nil
}
