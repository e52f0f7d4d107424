package rim

import (
	"errors"
	"net"
	"os"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// What is done without gnet's poller.
//
// Pausing a connection and polling by ourselves (pause.go, loop.go) need gnet's epoll instance. pollerOf looks for it inside
// gnet. Before there are clients the probe finds out whether that works with the gnet of this program. If not, the server
// says so, once, and serves all the same. Then gnet alone polls. A connection's turn lasts until its input ends. gnet goes
// on reading from clients that do not read, so a client that sends too much meanwhile is closed (package server's maxKept).
// The cost of a client is bounded either way. One thing is lost. If a client closes its half of the connection while it
// would be paused, because it has not read its answers or is authenticating, gnet sees the end at once and closes the
// connection. It gets no more answers.

// poller finds the poller of a connection's event loop, or returns nil and says so.
func (r *Loops) poller(gc gnet.Conn) *poller {
	p, err := pollerOf(gc)
	if r.config.Blind {
		p, err = nil, errNoPoller
	}
	if err != nil {
		r.tell.Do(func() { r.config.NoPoller(err) })
	}
	return p
}

// probe looks for gnet's poller on a connection with ourselves, which has no Client.
func (r *Loops) probe() error {
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
	if _, err = r.client.EnrollContext(nc, nil); err != nil { // returns after OnOpen
		_ = nc.Close()
	}
	return err
}
