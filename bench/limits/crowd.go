package main

import (
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// crowd lets clients connect and ask all at once, and looks at how long each waits for its first answer. One thread plays
// all of them, by system calls alone, so that they take little from the server. The figure is the p99, in the best of
// some turns.
//
// memcached takes a connection with one thread and gives it to another; gocached gives it from Go's poller to gnet's,
// which takes twice the processor time (about 150 µs of it on a slow machine, see the note of churn), and the last client waits
// for that of all. The bound leaves half as much again as memcached, and 20 ms for threads that wait for a processor.
func crowd(t *trial) ([]float64, error) {
	srv, err := t.start("-c", "1100")
	if err != nil {
		return nil, err
	}
	best, err := t.bestCrowd(srv)
	if err != nil {
		return nil, err
	}
	return []float64{1000 * best.p99.Seconds()}, nil
}

// rush is how long the clients of a crowd waited.
type rush struct{ p50, p99, longest time.Duration }

// bestCrowd returns the turn with the least p99.
func (t *trial) bestCrowd(srv *server) (best rush, err error) {
	for turn := range t.scale(15, 7) {
		waits, err := rushIn(srv.port, guests)
		if err != nil {
			return rush{}, err
		}
		slices.Sort(waits)
		r := rush{waits[guests/2], waits[guests*99/100], waits[guests-1]}
		if turn == 0 || r.p99 < best.p99 {
			best = r
		}
		if err := srv.quiet(); err != nil { // until they are gone
			return rush{}, err
		}
	}
	ms := func(d time.Duration) float64 { return 1000 * d.Seconds() }
	t.note("first answers after %.1f ms (p50), %.1f ms (p99), %.1f ms (the last)", ms(best.p50), ms(best.p99), ms(best.longest))
	return best, nil
}

// rushIn connects clients, one right behind the other, each of which asks at once, and returns how long each waited from
// then on. They leave together.
func rushIn(port, clients int) (waits []time.Duration, err error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(epoll)
	began := map[int32]time.Time{}
	defer func() {
		for fd := range began {
			_ = unix.Close(int(fd))
		}
	}()
	for range clients {
		at := time.Now()
		fd, err := connectAndAsk(port, epoll)
		if err != nil {
			return nil, err
		}
		began[int32(fd)] = at
	}
	events := make([]unix.EpollEvent, clients)
	for answer := make([]byte, 100); len(waits) < clients; {
		n, err := unix.EpollWait(epoll, events, int(patience.Milliseconds()))
		if err == unix.EINTR {
			continue
		}
		if n < 1 {
			return nil, fmt.Errorf("%d of %d clients have no answer (%v)", clients-len(waits), clients, err)
		}
		now := time.Now()
		for _, e := range events[:n] {
			if got, err := unix.Read(int(e.Fd), answer); err != nil || string(answer[:max(got, 0)]) != "END\r\n" {
				return nil, fmt.Errorf("the first answer is %q (%v)", answer[:max(got, 0)], err)
			}
			waits = append(waits, now.Sub(began[e.Fd]))
		}
	}
	return waits, nil
}

// connectAndAsk makes a connection that is reported when there is an answer.
func connectAndAsk(port, epoll int) (fd int, err error) {
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return fd, os.NewSyscallError("socket", err)
	}
	if err = unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		_, err = unix.Write(fd, []byte("get key\r\n"))
	}
	if err == nil {
		err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
	}
	if err != nil {
		_ = unix.Close(fd)
	}
	return fd, err
}
