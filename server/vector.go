package server

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// sendFlags: a closed peer is an error, not a signal, and a full socket is no reason to wait.
const sendFlags = unix.MSG_NOSIGNAL | unix.MSG_DONTWAIT

// sendBytes sends what the socket takes of b. It never waits, so it makes the system call without telling Go's
// scheduler, which is cheaper; send is cheaper for the kernel than write.
func sendBytes(fd int, b []byte) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
			sendFlags, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// receiveBytes reads what the socket has into b. 0 and no error mean the end of input.
func receiveBytes(fd int, b []byte) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
			unix.MSG_DONTWAIT, 0, 0)
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

// send sends what the socket takes of the pieces.
func (v *vector) send(fd int) (int, error) {
	if len(v.parts) == 0 {
		return 0, nil
	}
	v.msg.Iov = &v.parts[0]
	v.msg.SetIovlen(len(v.parts))
	defer v.forget()
	for {
		n, _, errno := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&v.msg)), sendFlags)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// forget lets go of the pieces, so that nothing keeps their memory alive.
func (v *vector) forget() {
	v.msg.Iov = nil
	clear(v.parts)
}
