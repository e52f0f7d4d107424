package server

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/rim"
)

// restTime is how long a goroutine rests after the system has refused it something, most likely descriptors or memory.
const restTime = 50 * time.Millisecond

// sleep waits for d. It returns false if the server stops first.
func (s *shared) sleep(d time.Duration) bool {
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

// enrolling is how many connections of a listener can be on their way to their event loops at the same time. Each of them
// waits until its loop has ended a round.
const enrolling = 16

// accept takes connections from one listener until the listener is closed. Each connection goes to an event loop. accept
// returns when the last one has arrived there.
func (s *Server) accept(ln listen.Listener) {
	failing := false
	var onTheirWay sync.WaitGroup
	defer onTheirWay.Wait()
	places := make(chan struct{}, enrolling)
	for s.gate.Wait() {
		place, ok := s.reserve()
		if !ok {
			return
		}
		nc, err := ln.Accept()
		if err != nil {
			place.Release()
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
			s.sleep(restTime)
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
				s.enrol(nc, &ln, place)
			})
		case listen.Rejected:
			place.Release()
			if s.log.Level() > 0 {
				s.log.Printf("Too many open connections")
			}
			reject(nc, &ln)
		case listen.TooLate:
			place.Release()
			_ = nc.Close()
			return
		}
	}
}

// reserve takes a place for one more connection. It waits while there is none. It returns false if the server stops first.
func (s *Server) reserve() (place rim.Place, ok bool) {
	for waits := 0; ; waits++ {
		place, err := s.rim.Reserve()
		if err == nil {
			return place, true
		}
		if waits == 0 {
			s.gate.Exhausted()
			s.log.Printf("no descriptor for a further connection: %v", err)
		}
		if !s.sleep(restTime) {
			return place, false
		}
	}
}

// tooMany is what a rejected client is told, in either protocol (as by memcached 1.6).
const tooMany = "ERROR Too many open connections\r\n"

// reject tells a client that there is no room and closes its connection. It does not wait: a new socket has room for
// these few bytes, and if not they are left out. What the client has said already is read, or the socket would be reset
// and take the answer with it. A client behind a transport would not understand it, and is told nothing.
func reject(nc net.Conn, ln *listen.Listener) {
	if control, err := nc.(syscall.Conn).SyscallConn(); err == nil && ln.Transport == nil {
		_ = control.Control(func(fd uintptr) {
			_, _ = kernel.System{}.Send(int(fd), []byte(tooMany))
			_, _ = kernel.System{}.Receive(int(fd), make([]byte, readBuffer))
		})
	}
	_ = nc.Close()
}

// enrol hands a connection to an event loop.
func (s *Server) enrol(nc net.Conn, ln *listen.Listener, place rim.Place) {
	c := newConn(ln.Kind)
	c.carrier = newCarrier(ln.Transport)
	if err := s.rim.Enrol(nc, c, place); err != nil {
		s.log.Printf("connection given up: %v", err)
		s.gate.Leave()
	}
}
