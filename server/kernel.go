package server

import "golang.org/x/sys/unix"

// kernel is what the loops and the drainer ask of the operating system for a connection, once or twice a batch. system is
// the one that servers use; a simulation puts its own in its place. No call ever waits.
type kernel interface {
	// send sends what the socket takes of b, which is not empty.
	send(fd int, b []byte) (int, error)

	// sendVector sends what the socket takes of the pieces of v, and makes v forget them.
	sendVector(fd int, v *vector) (int, error)

	// receive reads what the socket has into b, which is not empty. 0 and no error mean the end of input.
	receive(fd int, b []byte) (int, error)

	// control changes what an epoll instance waits for on a descriptor.
	control(epoll, op, fd int, event unix.EpollEvent) error
}

// system is the kernel itself. Its other calls are in vector.go.
type system struct{}

func (system) control(epoll, op, fd int, event unix.EpollEvent) error {
	return unix.EpollCtl(epoll, op, fd, &event)
}
