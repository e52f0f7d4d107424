package server

import (
	"context"
	"os"
	"sync"

	"gocached/server/kernel"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// drainer finds out when the socket of a blocked connection has room again, which gnet does not tell. It is an epoll
// instance of its own with one goroutine; a connection is watched for one event at a time, and unblocked on its loop.
type drainer struct {
	kernel kernel.Kernel
	epoll  int
	wake   int // an eventfd that ends run

	mu      sync.Mutex
	waiting map[uint64]*conn // by number: descriptors are used again, numbers are not
	next    uint64
}

func newDrainer() (*drainer, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(epoll)
		return nil, os.NewSyscallError("eventfd", err)
	}
	d := &drainer{kernel: kernel.System{}, epoll: epoll, wake: wake, waiting: make(map[uint64]*conn)}
	if err := d.control(unix.EPOLL_CTL_ADD, wake, unix.EPOLLIN, 0); err != nil {
		d.closeAll()
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return d, nil
}

// control sets what the drainer waits for on a descriptor, and the number by which it will know it.
func (d *drainer) control(op, fd int, events uint32, number uint64) error {
	return d.kernel.Control(d.epoll, op, fd, unix.EpollEvent{Events: events, Fd: int32(number), Pad: int32(number >> 32)})
}

// watch waits for room in the socket of a blocked connection. It is called on the connection's loop. False means that
// the connection cannot be watched.
func (d *drainer) watch(c *conn) bool {
	d.mu.Lock()
	d.next++
	number := d.next
	d.waiting[number] = c
	d.mu.Unlock()
	op := unix.EPOLL_CTL_ADD
	if c.armed {
		op = unix.EPOLL_CTL_MOD
	}
	if d.control(op, c.fd, unix.EPOLLOUT|unix.EPOLLONESHOT, number) != nil {
		d.take(number)
		return false
	}
	c.armed = true
	c.watch = number
	return true
}

// forget ends the watch over a connection that is about to be closed. Closing its descriptor removes it from epoll.
func (d *drainer) forget(c *conn) {
	if c.watch != 0 {
		d.take(c.watch)
		c.watch = 0
	}
}

// take returns the connection with a number and forgets it, or nil if it is not waiting any more.
func (d *drainer) take(number uint64) *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.waiting[number]
	delete(d.waiting, number)
	return c
}

// run waits for sockets with room until stop is called.
func (d *drainer) run() {
	events := make([]unix.EpollEvent, 64)
	for {
		n, err := unix.EpollWait(d.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		for _, e := range events[:n] {
			number := uint64(uint32(e.Fd)) | uint64(uint32(e.Pad))<<32
			if number == 0 {
				d.closeAll()
				return
			}
			d.drained(number)
		}
	}
}

// drained hands a connection whose socket has room back to its loop.
func (d *drainer) drained(number uint64) {
	c := d.take(number)
	if c == nil {
		return
	}
	l := c.loop
	_ = l.ev.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
		if c.watch == number {
			c.watch = 0
			l.guard(c, func() { l.unblock(c) })
		}
		return nil
	})) // an error means that the server is stopping
}

// stop ends run.
func (d *drainer) stop() {
	_, _ = unix.Write(d.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

func (d *drainer) closeAll() {
	_ = unix.Close(d.wake)
	_ = unix.Close(d.epoll)
}
