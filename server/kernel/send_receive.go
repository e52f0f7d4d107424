package kernel

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendFlags: a closed peer is an error, not a signal, and a full socket is no reason to wait.
const sendFlags = unix.MSG_NOSIGNAL | unix.MSG_DONTWAIT

// Send is send(2), which is cheaper than write.
func (System) Send(fd int, b []byte) (int, error) {
	return call(unix.SYS_SENDTO, fd, unsafe.Pointer(&b[0]), uintptr(len(b)), sendFlags)
}

// Receive is recv(2).
func (System) Receive(fd int, b []byte) (int, error) {
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

// MaxVector is how many pieces one system call takes (IOV_MAX).
const MaxVector = 1024

// Vector is a list of pieces for one system call, which keeps what they point to alive.
type Vector []unix.Iovec

// Add appends a piece, unless it is empty.
func (v Vector) Add(b []byte) Vector {
	if len(b) == 0 {
		return v
	}
	piece := unix.Iovec{Base: &b[0]}
	piece.SetLen(len(b))
	return append(v, piece)
}

// Len returns how many bytes the pieces have.
func (v Vector) Len() (total int) {
	for i := range v {
		total += int(v[i].Len)
	}
	return total
}

func (v Vector) message() (m unix.Msghdr) {
	m.Iov = &v[0]
	m.SetIovlen(len(v))
	return m
}

// SendVector is sendmsg(2).
func (System) SendVector(fd int, v Vector) (int, error) {
	m := v.message()
	return call(unix.SYS_SENDMSG, fd, unsafe.Pointer(&m), sendFlags, 0)
}

// ReceiveVector is recvmsg(2).
func (System) ReceiveVector(fd int, v Vector) (int, error) {
	m := v.message()
	return call(unix.SYS_RECVMSG, fd, unsafe.Pointer(&m), unix.MSG_DONTWAIT, 0)
}
