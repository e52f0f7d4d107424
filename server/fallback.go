package server

import (
	"errors"
	"net"
	"os"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// What the server does without gnet's poller.
//
// Pausing a connection and polling by ourselves (pause.go, poll.go) need gnet's epoll instance, which pollerOf looks for
// inside gnet. Before there are clients checkPoller looks whether that works with the gnet this program was built with.
// If it does not, the server says so, once, and serves all the same: gnet alone polls, nobody's turn ends before his input
// does, and since gnet goes on reading from clients who do not read, one who has sent more than keptMost meanwhile is
// closed. What a client can cost is bound either way. One thing is lost: a client that closes its half hears
// nothing more if he is paused then, since he has not read his answers or is authenticating: gnet sees the end at once and
// closes the connection.

// keptMost is how many bytes of input are kept for a connection that cannot be paused.
const keptMost = 1 << 20

// canPause says whether gnet can be kept from reading from the connections of this loop.
func (k *core) canPause() bool { return k.poller.epoll >= 0 }

// limitKept closes a connection that cannot be paused and for which too much input waits.
func (k *core) limitKept(c *conn) {
	if k.canPause() || len(c.in) <= keptMost {
		return
	}
	if k.shared.log.Level() > 0 {
		k.shared.log.Printf("<%d does not read its replies, and has sent more than %d KB: closed", c.fd, keptMost>>10)
	}
	k.close(c)
}

// poller finds the poller of a connection's event loop. If it cannot be found the operator hears so, and what it returns
// makes the loop do without.
func (s *Server) poller(gc gnet.Conn) poller {
	p, err := s.findPoller(gc)
	if err == nil {
		return p
	}
	s.sayNoPoller.Do(func() {
		s.log.Printf("warning: %v. Clients that do not read their replies cannot be paused: who has sent more than %d KB "+
			"meanwhile is closed, and who closes its half meanwhile loses the rest of its answers", err, keptMost>>10)
	})
	return poller{epoll: -1}
}

// probe stands in the place of a conn for a connection of the server with itself.
type probe struct{ server *Server }

// opened looks for the poller, and ends the connection.
func (p *probe) opened(gc gnet.Conn) gnet.Action {
	p.server.poller(gc)
	return gnet.Close
}

// checkPoller looks for gnet's poller on a connection of its own.
func (s *Server) checkPoller() error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return os.NewSyscallError("socketpair", err)
	}
	defer unix.Close(ends[1])
	file := os.NewFile(uintptr(ends[0]), "probe")
	nc, err := net.FileConn(file) // a duplicate
	err = errors.Join(err, file.Close())
	if err != nil {
		return err
	}
	if _, err = s.client.EnrollContext(nc, &probe{s}); err != nil { // returns after OnOpen
		_ = nc.Close()
	}
	return err
}
