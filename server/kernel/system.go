package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"gocached/uring"
)

// System is the kernel itself. The zero System makes every call by itself; Rings has some that make calls together.
type System struct {
	ring *uring.Ring // or nil
}

// Control is epoll_ctl.
func (System) Control(epoll, op, fd int, event unix.EpollEvent) error {
	return unix.EpollCtl(epoll, op, fd, &event)
}

// Poll is epoll_wait without waiting. It does not tell Go's scheduler, see call.
func (System) Poll(epoll int, events []unix.EpollEvent) int {
	n, err := call(unix.SYS_EPOLL_PWAIT, epoll, unsafe.Pointer(&events[0]), uintptr(len(events)), 0)
	if err != nil {
		return 0
	}
	return n
}

// Wait is epoll_wait.
func (System) Wait(epoll int, events []unix.EpollEvent) int {
	n, err := unix.EpollWait(epoll, events, -1)
	if err != nil { // it was interrupted
		return 0
	}
	return n
}

// Shut is shutdown of the sending side.
func (System) Shut(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }

// Outstanding asks the socket.
func (System) Outstanding(fd int) int {
	n, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	return n
}

// takenUnknown is the buffer of a unix socket, whose system does not count.
const takenUnknown = 208 << 10

// Taken asks TCP. For a unix socket it guesses.
func (System) Taken(fd int) uint64 {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return takenUnknown
	}
	return info.Bytes_acked
}
