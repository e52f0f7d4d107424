package rim

import (
	"golang.org/x/sys/unix"

	"gocached/server/kernel"
)

// gnet has no way to stop reading from a connection. Its poller is level-triggered epoll with the descriptor as data,
// so the interest of a connection can be changed from outside, as long as gnet itself does not write to it (which would
// set the interest anew): all output goes past gnet. Needs gnet v2.10 on Linux; a test fails when an upgrade breaks it.

const (
	// ReadInterest is what gnet itself asks its epoll for.
	ReadInterest = unix.EPOLLIN | unix.EPOLLPRI

	noInterest = 0 // errors and hang-ups still come
)

// interest sets what an epoll instance waits for on a descriptor.
func interest(k kernel.Kernel, epoll, fd int, events uint32) error {
	return k.Control(epoll, unix.EPOLL_CTL_MOD, fd, unix.EpollEvent{Events: events, Fd: int32(fd)})
}

// CanPause says whether gnet can be kept from reading from the connections of this loop.
func (l *Loop) CanPause() bool { return l.poller != nil }

// Pause makes gnet stop reading from one of the loop's connections, and its polls stop reporting it, but for errors. It
// reports whether it could.
//
// Within Traffic and Closed no other connection may be paused: gnet may hold an event of it, and then reads from it or closes it
// all the same. Within Opened, Room, Round and tasks gnet holds none.
func (l *Loop) Pause(fd int) bool { return l.setInterest(fd, noInterest) }

// Resume ends a pause. It reports whether it could.
func (l *Loop) Resume(fd int) bool { return l.setInterest(fd, ReadInterest) }

func (l *Loop) setInterest(fd int, events uint32) bool {
	return l.poller != nil && interest(l.kernel, l.poller.epoll, fd, events) == nil
}
