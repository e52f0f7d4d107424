package rim

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"gocached/server/kernel"
)

// drainer finds out when the socket of a connection has room again. gnet does not tell that. It is an epoll instance of its own
// with one goroutine. A connection is watched for one event at a time, and is told on its loop.
type drainer struct {
	kernel kernel.Kernel
	epoll  int
	wake   int // an eventfd that ends run

	mu      sync.Mutex
	waiting map[uint64]Client // by number: descriptors are used again, numbers are not
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
	d := newDrainerOf(kernel.System{}, epoll)
	d.wake = wake
	if err := d.control(unix.EPOLL_CTL_ADD, wake, unix.EPOLLIN, 0); err != nil {
		d.closeAll()
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	return d, nil
}

func newDrainerOf(k kernel.Kernel, epoll int) *drainer {
	return &drainer{kernel: k, epoll: epoll, waiting: make(map[uint64]Client)}
}

// control sets what the drainer waits for on a descriptor, and the number that its events carry.
func (d *drainer) control(op, fd int, events uint32, number uint64) error {
	return d.kernel.Control(d.epoll, op, fd, unix.EpollEvent{Events: events, Fd: int32(number), Pad: int32(number >> 32)})
}

// Watch waits for room in the socket of one of the loop's connections, which is told once. False means that the connection
// cannot be watched.
func (l *Loop) Watch(c Client) bool { return l.drainer.watch(c) }

// Forget ends the watch over a connection, if there is one. It must end before the connection is closed.
func (l *Loop) Forget(c Client) { l.drainer.forget(c.handle()) }

func (d *drainer) watch(c Client) bool {
	own := c.handle()
	d.mu.Lock()
	d.next++
	number := d.next
	d.waiting[number] = c
	d.mu.Unlock()
	op := unix.EPOLL_CTL_ADD
	if own.known {
		op = unix.EPOLL_CTL_MOD
	}
	if d.control(op, own.gc.Fd(), unix.EPOLLOUT|unix.EPOLLONESHOT, number) != nil {
		d.remove(number)
		return false
	}
	own.known, own.number = true, number
	return true
}

// forget ends a watch. Closing a descriptor removes it from epoll.
func (d *drainer) forget(c *Conn) {
	if c.number != 0 {
		d.remove(c.number)
		c.number = 0
	}
}

// remove returns the connection with a number and forgets it, or nil if it is not waiting any more.
func (d *drainer) remove(number uint64) Client {
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

// drained tells a connection whose socket has room, on its loop.
func (d *drainer) drained(number uint64) {
	c := d.remove(number)
	if c == nil {
		return
	}
	own := c.handle()
	_ = own.loop.Execute(func() {
		if own.number == number {
			own.number = 0
			c.Room()
		}
	}) // an error means that the server is stopping
}

// stop ends run.
func (d *drainer) stop() {
	_, _ = unix.Write(d.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

func (d *drainer) closeAll() {
	_ = unix.Close(d.wake)
	_ = unix.Close(d.epoll)
}
