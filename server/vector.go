package server

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendFlags: a closed peer is an error, not a signal, and a full socket is no reason to wait.
const sendFlags = unix.MSG_NOSIGNAL | unix.MSG_DONTWAIT

// send is cheaper than write.
func (system) send(fd int, b []byte) (int, error) {
	return call(unix.SYS_SENDTO, fd, unsafe.Pointer(&b[0]), uintptr(len(b)), sendFlags)
}

func (system) receive(fd int, b []byte) (int, error) {
	return call(unix.SYS_RECVFROM, fd, unsafe.Pointer(&b[0]), uintptr(len(b)), unix.MSG_DONTWAIT)
}

// call makes a system call on a socket that never waits, and so without telling Go's scheduler, which is cheaper.
func call(trap uintptr, fd int, p unsafe.Pointer, third, fourth uintptr) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(trap, uintptr(fd), uintptr(p), third, fourth, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// vectorMost is how many pieces one system call takes (IOV_MAX).
const vectorMost = 1024

// vector is a list of pieces for one system call.
type vector []unix.Iovec

// add appends a piece, unless it is empty.
func (v vector) add(b []byte) vector {
	if len(b) == 0 {
		return v
	}
	piece := unix.Iovec{Base: &b[0]}
	piece.SetLen(len(b))
	return append(v, piece)
}

func (system) sendVector(fd int, v vector) (int, error) {
	m := v.message()
	return call(unix.SYS_SENDMSG, fd, unsafe.Pointer(&m), sendFlags, 0)
}

func (system) receiveVector(fd int, v vector) (int, error) {
	m := v.message()
	return call(unix.SYS_RECVMSG, fd, unsafe.Pointer(&m), unix.MSG_DONTWAIT, 0)
}

func (v vector) message() (m unix.Msghdr) {
	m.Iov = &v[0]
	m.SetIovlen(len(v))
	return m
}
