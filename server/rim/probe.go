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
// Pausing a connection and polling by ourselves (pause.go, loop.go) need gnet's epoll instance, which pollerOf looks for
// inside gnet. Before there are clients the probe looks whether that works with the gnet this program was built with.
// If it does not, the server says so, once, and serves all the same: gnet alone polls, nobody's turn ends before his input
// does, and since gnet goes on reading from clients who do not read, one who has sent too much meanwhile is closed (package
// server's maxKept). What a client can cost is bound either way. One thing is lost: a client that closes its half hears
// nothing more if he would be paused then, since he has not read his answers or is authenticating: gnet sees the end at once
// and closes the connection.

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
