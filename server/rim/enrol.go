package rim

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// Place is a descriptor that is kept for a connection. gnet works with a duplicate of the one that was accepted: without a
// place for that a client could be accepted and then not served.
type Place int

// Reserve takes a place. The error says why there is none.
func (r *Loops) Reserve() (Place, error) {
	fd, err := unix.FcntlInt(uintptr(r.drainer.epoll), unix.F_DUPFD_CLOEXEC, 0)
	return Place(fd), err
}

// Release gives a place back that is not needed.
func (p Place) Release() { _ = unix.Close(int(p)) }

// errNotOpened says that gnet did not open a connection, or closed it before.
var errNotOpened = errors.New("the event loop did not take it")

// Enrol hands a connection to an event loop, and takes the place that was kept for it. It waits until the Client has been
// told that it is open; if that does not come about it says why. The connection is gnet's from now on in any case, and nc
// closed. The Client's Conn must be as it was made.
func (r *Loops) Enrol(nc net.Conn, c Client, place Place) error {
	place.Release()
	_, err := r.client.EnrollContext(nc, c)
	if err == nil && !c.handle().opened {
		err = errNotOpened
	}
	if err != nil {
		_ = nc.Close()
	}
	return err
}
