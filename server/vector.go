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

// vector gathers pieces for one sendmsg. Its memory is reused.
type vector struct {
	parts []unix.Iovec
	msg   unix.Msghdr
}

func (v *vector) reset()     { v.parts = v.parts[:0] }
func (v *vector) full() bool { return len(v.parts) == vectorMost }

func (v *vector) add(b []byte) {
	if len(b) == 0 {
		return
	}
	part := unix.Iovec{Base: &b[0]}
	part.SetLen(len(b))
	v.parts = append(v.parts, part)
}

func (system) sendVector(fd int, v *vector) (int, error) {
	if len(v.parts) == 0 {
		return 0, nil
	}
	v.msg.Iov = &v.parts[0]
	v.msg.SetIovlen(len(v.parts))
	defer v.forget()
	return call(unix.SYS_SENDMSG, fd, unsafe.Pointer(&v.msg), sendFlags, 0)
}

// forget lets go of the pieces, so that nothing keeps their memory alive.
func (v *vector) forget() {
	v.msg.Iov = nil
	clear(v.parts)
}
