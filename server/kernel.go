package server

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"gocached/uring"
)

// kernel is what the loops and the drainer ask of the operating system for a connection, a few times a round. system is
// the one that servers use; a simulation puts its own in its place. No call but wait ever waits.
type kernel interface {
	// send sends what the socket takes of b, which is not empty.
	send(fd int, b []byte) (int, error)

	// receive reads what the socket has into b, which is not empty. 0 and no error mean the end of input.
	receive(fd int, b []byte) (int, error)

	// sendVector and receiveVector do the same with pieces, of which there are some and none is empty.
	sendVector(fd int, v vector) (int, error)
	receiveVector(fd int, v vector) (int, error)

	// together makes several calls, each as send or receive would, and sets what became of it. It returns how many of
	// them cost no system call of their own.
	together(calls []uring.Call) (batched int)

	// poll returns how many of events it filled with what has happened on an epoll instance.
	poll(epoll int, events []unix.EpollEvent) int

	// wait does the same, but first waits for something to happen. It may return 0.
	wait(epoll int, events []unix.EpollEvent) int

	// control changes what an epoll instance waits for on a descriptor.
	control(epoll, op, fd int, event unix.EpollEvent) error

	// shut tells the other side of a socket that no more will be sent.
	shut(fd int) error

	// outstanding returns how many bytes a socket has taken that the other side does not have yet, or 0 after an error.
	outstanding(fd int) int

	// taken returns how many bytes the other side's system has taken in all, or a guess where that is not known.
	taken(fd int) uint64
}

// system is the kernel itself. Its other calls are in vector.go and together.go.
type system struct {
	ring *uring.Ring // or nil
}

func (system) control(epoll, op, fd int, event unix.EpollEvent) error {
	return unix.EpollCtl(epoll, op, fd, &event)
}

func (system) shut(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }

func (system) outstanding(fd int) int {
	n, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	return n
}

// takenUnknown is the buffer of a unix socket, whose system does not count.
const takenUnknown = 208 << 10

func (system) taken(fd int) uint64 {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return takenUnknown
	}
	return info.Bytes_acked
}

// poll does not tell Go's scheduler, see call.
func (system) poll(epoll int, events []unix.EpollEvent) int {
	n, err := call(unix.SYS_EPOLL_PWAIT, epoll, unsafe.Pointer(&events[0]), uintptr(len(events)), 0)
	if err != nil {
		return 0
	}
	return n
}

func (system) wait(epoll int, events []unix.EpollEvent) int {
	n, err := unix.EpollWait(epoll, events, -1)
	if err != nil { // it was interrupted
		return 0
	}
	return n
}
