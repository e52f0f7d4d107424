package server

import (
	"errors"

	"gocached/server/kernel"

	"golang.org/x/sys/unix"
)

// gnet has no way to stop reading from a connection. Its poller is level-triggered epoll with the descriptor as data,
// so the interest of a connection can be changed from outside, as long as gnet itself does not write to it (which would
// set the interest anew): all output goes past gnet. Needs gnet v2.10 on Linux; a test fails when an upgrade breaks it.

const (
	readInterest = unix.EPOLLIN | unix.EPOLLPRI // what gnet itself asks for
	noInterest   = 0                            // errors and hang-ups still come
)

// errNoEpoll says that gnet's poller was not found where it is expected.
var errNoEpoll = errors.New("cannot find gnet's epoll descriptor")

// interest sets what an epoll instance waits for on a descriptor.
func interest(k kernel.Kernel, epoll, fd int, events uint32) error {
	return k.Control(epoll, unix.EPOLL_CTL_MOD, fd, unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// pause makes gnet stop reading from a connection.
func (k *core) pause(c *conn) {
	if !c.is(statePaused) && interest(k.kernel, k.poller.epoll, c.fd, noInterest) == nil {
		c.set(statePaused)
	}
}

// resume makes gnet read from a connection again, unless it still has reason not to.
func (k *core) resume(c *conn) {
	if c.is(statePaused) && c.state&(stateBlocked|stateYielded|stateParked) == 0 && interest(k.kernel, k.poller.epoll, c.fd, readInterest) == nil {
		c.clear(statePaused)
	}
}
