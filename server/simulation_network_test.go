package server

import (
	"unsafe"

	"gocached/server/kernel"
	"gocached/server/rim"

	"golang.org/x/sys/unix"
)

// The epoll descriptors of a world: the drainer's, and from loopEpoll on those of its loops.
const (
	drainEpoll  = 1000
	loopEpoll   = 1001
	loopEventfd = 2000
)

// socket is the server's end of a simulated connection.
type socket struct {
	fd   int
	conn *netConn

	in    []byte // what has come and is not read
	ended bool   // the client sends no more
	shut  bool   // the server sends no more
	reset bool
	taken uint64 // bytes of the client's requests that the server has

	room   int    // bytes it takes before the client reads
	unread int    // bytes on their way to the client
	given  uint64 // bytes it has read

	interest uint32 // of gnet's poller
	known    bool   // to the drainer's epoll
	armed    bool   // the drainer waits for room
	number   uint64 // by which the drainer knows it
}

// network is a kernel in which every call goes wrong now and then, as far as the plan says. A descriptor that is closed
// is given to the next connection.
type network struct {
	w       *world
	sockets []*socket // by descriptor
	notices []uint64  // what the drainer has been told and not acted upon
}

var _ kernel.Kernel = (*network)(nil)

// open makes a socket with the lowest descriptor that is free.
func (n *network) open(room int) *socket {
	s := &socket{room: room, interest: rim.ReadInterest}
	for s.fd < len(n.sockets) && n.sockets[s.fd] != nil {
		s.fd++
	}
	if s.fd == len(n.sockets) {
		n.sockets = append(n.sockets, nil)
	}
	n.sockets[s.fd] = s
	return s
}

// at returns the socket with a descriptor. A server that names one that is closed is at fault.
func (n *network) at(fd int) *socket {
	if fd < 0 || fd >= len(n.sockets) || n.sockets[fd] == nil {
		n.w.fail("descriptor %d is used, and is not open", fd)
		return nil
	}
	return n.sockets[fd]
}

func (n *network) Send(fd int, b []byte) (int, error) {
	if len(b) == 0 {
		n.w.fail("nothing is sent to descriptor %d", fd)
	}
	s := n.at(fd)
	if s == nil {
		return 0, unix.EBADF
	}
	most, err := n.takes(s, len(b))
	n.deliver(s, b[:most])
	n.sent(s, len(b), most)
	return most, err
}

func (n *network) SendVector(fd int, v kernel.Vector) (int, error) {
	s := n.at(fd)
	if s == nil {
		return 0, unix.EBADF
	}
	total := n.lengthOf(v)
	most, err := n.takes(s, total)
	left := most
	for _, p := range v {
		b := unsafe.Slice(p.Base, p.Len)
		b = b[:min(left, len(b))]
		n.deliver(s, b)
		left -= len(b)
	}
	n.sent(s, total, most)
	return most, err
}

func (n *network) ReceiveVector(fd int, v kernel.Vector) (total int, err error) {
	b := make([]byte, n.lengthOf(v))
	total, err = n.Receive(fd, b)
	b = b[:total]
	for _, p := range v {
		b = b[copy(unsafe.Slice(p.Base, p.Len), b):]
	}
	return total, err
}

// lengthOf returns how many bytes a vector has.
func (n *network) lengthOf(v kernel.Vector) (total int) {
	for _, p := range v {
		if p.Len == 0 {
			n.w.fail("an empty piece among %d", len(v))
		}
		total += int(p.Len)
	}
	if len(v) == 0 || len(v) > kernel.MaxVector {
		n.w.fail("%d bytes in %d pieces", total, len(v))
	}
	return total
}

// takes decides how many bytes of a send a socket takes.
func (n *network) takes(s *socket, length int) (int, error) {
	w := n.w
	if s.shut {
		w.fail("descriptor %d is sent something after its end", s.fd)
	}
	switch {
	case s.reset:
		return 0, unix.EPIPE
	case w.chance(w.plan.failSend):
		w.saw(sawSendFault)
		s.conn.client.harmed = true
		return 0, unix.ENOBUFS
	case s.room == 0, w.chance(w.plan.full):
		return 0, unix.EAGAIN
	}
	most := min(length, s.room)
	if w.chance(w.plan.partial) {
		most = 1 + w.r.IntN(most)
	}
	return most, nil
}

// deliver hands bytes to the client, who compares them at once, though it may read them late.
func (n *network) deliver(s *socket, b []byte) {
	s.room -= len(b)
	s.unread += len(b)
	if s.conn.client.frames != nil {
		s.conn.client.receiveWire(b)
	} else {
		s.conn.client.receive(b)
	}
}

func (n *network) sent(s *socket, length, most int) {
	s.conn.client.idle.latest, s.conn.client.idle.moved = n.w.awake, true
	n.w.trace.add("descriptor %d takes %d of %d bytes", uint64(s.fd), uint64(most), uint64(length))
	n.w.sawWidth(s.conn.loop.loop)
	switch {
	case most == 0:
		n.w.saw(sawFullSend)
	case most < length:
		n.w.saw(sawPartialSend)
	}
}

func (n *network) Receive(fd int, b []byte) (int, error) {
	s := n.at(fd)
	switch {
	case s == nil:
		return 0, unix.EBADF
	case len(b) == 0:
		n.w.fail("nothing is received from descriptor %d", fd)
		return 0, unix.EINVAL
	case len(s.in) > 0:
		most := min(len(s.in), len(b))
		if n.w.chance(n.w.plan.partial) {
			most = 1 + n.w.r.IntN(most)
		}
		if s.conn.context.receiving() {
			n.w.saw(sawReceived)
		}
		s.conn.client.heard()
		if s.conn.client.frames == nil {
			s.conn.client.readAt = n.w.elapsed
			s.conn.client.moves.by(s.conn.client, most, false)
		}
		n.w.trace.add("descriptor %d gives %d bytes, asked for %d", uint64(fd), uint64(most), uint64(len(b)))
		return s.read(b[:most]), nil
	case s.reset:
		return 0, unix.ECONNRESET
	case s.ended:
		return 0, nil
	}
	return 0, unix.EAGAIN
}

// shut is the end of what the server sends.
func (n *network) Shut(fd int) error {
	s := n.at(fd)
	switch {
	case s == nil:
		return unix.EBADF
	case s.reset:
		return unix.ENOTCONN
	}
	s.conn.client.givenUp()
	n.w.saw(sawLinger)
	n.w.trace.add("descriptor %d: the server sends no more, %d bytes wait", uint64(fd), uint64(len(s.in)), 0)
	s.shut = true
	return nil
}

// read moves bytes that have come into b, which is no longer than what there is. What they say is known later if they are wire.
func (s *socket) read(b []byte) int {
	n := copy(b, s.in)
	s.in = s.in[n:]
	if s.conn.client.frames == nil {
		s.taken += uint64(n)
	}
	return n
}

// poll and wait are for the server's own polls. Both let others go on first.
func (n *network) Poll(epoll int, events []unix.EpollEvent) int {
	l := n.polls(epoll)
	l.rest(true)
	return n.found(l, events)
}

func (n *network) Wait(epoll int, events []unix.EpollEvent) int {
	l := n.polls(epoll)
	found := n.Poll(epoll, events)
	for found == 0 && !l.over && !n.w.chance(100) { // or it is interrupted
		l.rest(false)
		found = n.found(l, events)
	}
	return found
}

// polls returns the loop that polls, which must be its own epoll.
func (n *network) polls(epoll int) *netLoop {
	l := n.w.loops[epoll-loopEpoll]
	if n.w.running != &l.actor {
		n.w.fail("loop %d's epoll is polled by another", l.number)
	}
	return l
}

// outstanding is what is on its way to the client.
func (n *network) Outstanding(fd int) int { return n.at(fd).unread }

// taken is what the client has read.
func (n *network) Taken(fd int) uint64 { return n.at(fd).given }

// found returns how many events there are. When the world is over it gives the loop back to gnet, that is, to its end.
func (n *network) found(l *netLoop, events []unix.EpollEvent) int {
	if l.over {
		l.wanted = 1
		return 0
	}
	return l.poll(events)
}

func (n *network) Control(epoll, op, fd int, event unix.EpollEvent) error {
	if epoll < 0 {
		return unix.EBADF
	}
	s := n.at(fd)
	if s == nil {
		return unix.EBADF
	}
	if epoll == drainEpoll {
		return n.watch(s, op, event)
	}
	if epoll != s.conn.loop.loop.rim.Epoll() || op != unix.EPOLL_CTL_MOD || int(event.Fd) != fd {
		n.w.fail("epoll %d is told %d of descriptor %d", epoll, op, fd)
	}
	n.w.trace.add("descriptor %d waits for events %d", uint64(fd), uint64(event.Events), 0)
	s.interest = event.Events
	return nil
}

// watch is a change of the drainer's epoll.
func (n *network) watch(s *socket, op int, event unix.EpollEvent) error {
	if s.known != (op == unix.EPOLL_CTL_MOD) || event.Events != unix.EPOLLOUT|unix.EPOLLONESHOT {
		n.w.fail("the drainer does %d with events %d to descriptor %d", op, event.Events, s.fd)
	}
	if n.w.chance(n.w.plan.failWatch) {
		n.w.saw(sawWatchFault)
		s.conn.client.harmed = true
		return unix.ENOSPC
	}
	s.known, s.armed = true, true
	s.number = uint64(uint32(event.Fd)) | uint64(uint32(event.Pad))<<32
	n.w.trace.add("descriptor %d waits for room as number %d", uint64(s.fd), s.number, 0)
	return nil
}

// notice lets the drainer's epoll report a socket that has room, or that is broken.
func (n *network) notice() {
	for _, i := range n.w.r.Perm(len(n.sockets)) {
		if s := n.sockets[i]; s != nil && s.armed && (s.room > 0 || s.reset) {
			s.armed = false
			n.notices = append(n.notices, s.number)
			n.w.trace.add("descriptor %d has room for %d bytes", uint64(i), uint64(s.room), 0)
			return
		}
	}
}

// act lets the drainer act upon the oldest notice, which may have become stale.
func (n *network) act() {
	if len(n.notices) == 0 {
		return
	}
	number := n.notices[0]
	n.notices = n.notices[1:]
	n.w.trace.add("the drainer acts upon number %d", number, 0, 0)
	if !n.w.server.rim.Drain(number) {
		n.w.saw(sawStaleRoom)
	}
}

// together makes the calls one by one, which none of them can tell.
func (n *network) Together(calls []kernel.Call) int {
	for i := range calls {
		kernel.MakeCall(n, &calls[i])
	}
	if len(calls) > 1 {
		n.w.saw(sawTogether)
	}
	return len(calls)
}
