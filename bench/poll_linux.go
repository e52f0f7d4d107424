package bench

import (
	"errors"
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// poller waits for sockets, or for a moment: an epoll instance.
type poller struct {
	fd     int
	events [256]syscall.EpollEvent
	coarse bool // the kernel waits in milliseconds only
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return &poller{fd: fd}, nil
}

// add watches a descriptor; its events bring the number back.
func (p *poller) add(fd, number int) error {
	return p.control(syscall.EPOLL_CTL_ADD, fd, number, syscall.EPOLLIN)
}

// watch says whether to wait for room to write as well.
func (p *poller) watch(fd, number int, writing bool) error {
	events := uint32(syscall.EPOLLIN)
	if writing {
		events |= syscall.EPOLLOUT
	}
	return p.control(syscall.EPOLL_CTL_MOD, fd, number, events)
}

func (p *poller) control(op, fd, number int, events uint32) error {
	if err := syscall.EpollCtl(p.fd, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(number)}); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// wait returns the events that are there, at the latest after some time. The thread sleeps meanwhile: it does not spin,
// since the server may share its processor. The kernel keeps the time to some microseconds, if it has epoll_pwait2
// (Linux 5.11), else to a millisecond.
func (p *poller) wait(most time.Duration) ([]syscall.EpollEvent, error) {
	n, err := p.waitFine(max(most, 0))
	if errors.Is(err, syscall.ENOSYS) {
		p.coarse = true
		n, err = syscall.EpollWait(p.fd, p.events[:], int((most+time.Millisecond-1)/time.Millisecond))
	}
	if err != nil && err != syscall.EINTR {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return p.events[:max(n, 0)], nil
}

func (p *poller) waitFine(most time.Duration) (int, error) {
	if p.coarse {
		return 0, syscall.ENOSYS
	}
	limit := unix.NsecToTimespec(int64(most))
	n, _, errno := syscall.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])),
		uintptr(len(p.events)), uintptr(unsafe.Pointer(&limit)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

func (p *poller) close() { syscall.Close(p.fd) }
