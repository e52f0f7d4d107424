package server

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gocached/server/kernel"
	"gocached/server/listen"
)

// restTime is how long a goroutine rests that the system has refused something: descriptors or memory, most likely.
const restTime = 50 * time.Millisecond

// rest waits for d. It returns false if the server stops first.
func (s *shared) rest(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.stopping:
		return false
	case <-timer.C:
		return true
	}
}

// enrolling is how many connections of a listener can be on their way to their event loops at the same time. Each waits
// there for the end of a round.
const enrolling = 16

// accept takes connections from one listener until it is closed. Each goes to an event loop of gnet's, which takes
// over a duplicate of its descriptor. It returns when the last has arrived there.
func (s *Server) accept(ln listen.Listener) {
	failing := false
	var onTheirWay sync.WaitGroup
	defer onTheirWay.Wait()
	places := make(chan struct{}, enrolling)
	for s.gate.Wait() {
		spare, ok := s.reserve()
		if !ok {
			return
		}
		nc, err := ln.Accept()
		if err != nil {
			_ = unix.Close(spare)
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no descriptors, most likely: connections that close will bring some
			if !failing { // or the log would fill
				failing = true
				s.gate.Exhausted()
				s.log.Printf("accept: %v", err)
			}
			s.rest(restTime)
			continue
		}
		failing = false
		switch s.gate.Enter() {
		case listen.Admitted:
			if s.log.Level() > 0 && !s.gate.Accepting() {
				s.log.Printf("Too many open connections")
			}
			places <- struct{}{}
			onTheirWay.Go(func() {
				defer func() { <-places }()
				s.enroll(nc, ln.Kind, spare)
			})
		case listen.TurnedAway:
			_ = unix.Close(spare)
			if s.log.Level() > 0 {
				s.log.Printf("Too many open connections")
			}
			turnAway(nc)
		case listen.TooLate:
			_ = unix.Close(spare)
			_ = nc.Close()
			return
		}
	}
}

// reserve keeps a descriptor for the duplicate that gnet makes of an accepted one: without it a client could be accepted
// and then not served. It waits while there is none. It returns false if the server stops first.
func (s *Server) reserve() (fd int, ok bool) {
	for waits := 0; ; waits++ {
		fd, err := unix.FcntlInt(uintptr(s.drainer.epoll), unix.F_DUPFD_CLOEXEC, 0)
		if err == nil {
			return fd, true
		}
		if waits == 0 {
			s.gate.Exhausted()
			s.log.Printf("no descriptor for a further connection: %v", err)
		}
		if !s.rest(restTime) {
			return -1, false
		}
	}
}

// fullHouse is what a client hears who is turned away, in either protocol (as from memcached 1.6).
const fullHouse = "ERROR Too many open connections\r\n"

// turnAway tells a client that there is no room and closes its connection. It does not wait: a new socket has room for
// these few bytes, and if not they are left out. What the client has said already is read, or the socket would be reset
// and take the answer with it.
func turnAway(nc net.Conn) {
	if control, err := nc.(syscall.Conn).SyscallConn(); err == nil {
		_ = control.Control(func(fd uintptr) {
			_, _ = kernel.System{}.Send(int(fd), []byte(fullHouse))
			_, _ = kernel.System{}.Receive(int(fd), make([]byte, readBuffer))
		})
	}
	_ = nc.Close()
}

// errNotOpened says that gnet closed a connection before it had opened it.
var errNotOpened = errors.New("the event loop did not take it")

// enroll hands a connection to an event loop. The spare descriptor makes room for gnet's duplicate.
func (s *Server) enroll(nc net.Conn, kind listen.Kind, spare int) {
	c := newConn(kind)
	_ = unix.Close(spare)
	_, err := s.client.EnrollContext(nc, c)
	if err == nil && !c.opened {
		err = errNotOpened
	}
	if err != nil {
		s.log.Printf("connection given up: %v", err)
		_ = nc.Close()
		s.gate.Leave()
	}
}
