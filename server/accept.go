package server

import (
	"errors"
	"net"
	"time"
)

// acceptPause is how long accepting rests when the process has run out of descriptors or memory.
const acceptPause = 50 * time.Millisecond

// accept takes connections from one listener until it is closed. Each goes to an event loop of gnet's, which takes
// over a duplicate of its descriptor.
func (s *Server) accept(ln Listener) {
	for s.gate.wait() {
		nc, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no descriptors, most likely: connections that close will bring some
			s.gate.exhausted()
			s.log.Printf("accept: %v", err)
			select {
			case <-s.stopping:
				return
			case <-time.After(acceptPause):
			}
			continue
		}
		if !s.gate.enter() {
			_ = nc.Close()
			return
		}
		s.enroll(nc, ln.Kind)
	}
}

// errNotOpened says that gnet closed a connection before it had opened it.
var errNotOpened = errors.New("the event loop did not take it")

// enroll hands a connection to an event loop.
func (s *Server) enroll(nc net.Conn, kind Kind) {
	c := newConn(kind)
	_, err := s.client.EnrollContext(nc, c)
	if err == nil && !c.opened {
		err = errNotOpened
	}
	if err != nil {
		s.log.Printf("connection given up: %v", err)
		_ = nc.Close()
		s.gate.leave()
	}
}
