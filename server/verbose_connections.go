package server

import (
	"syscall"

	"gocached/server/settings"
)

// logListening writes a line for each socket that waits for clients.
func (s *Server) logListening() {
	if s.log.Level() <= 1 {
		return
	}
	for _, ln := range s.sockets.Listeners {
		s.log.Printf("<%d server listening (%s)", descriptor(ln.Control), s.settings.Binding)
	}
	for _, socket := range s.sockets.UDP {
		if control, err := socket.SyscallConn(); err == nil {
			s.log.Printf("<%d server listening (udp)", descriptor(control))
		}
	}
}

// descriptor returns the number of a socket, or -1 if it is closed.
func descriptor(c syscall.RawConn) int {
	n := -1
	_ = c.Control(func(fd uintptr) { n = int(fd) })
	return n
}

// logOpen, logProtocol and logClose write the lines of a connection's life.
func (s *shared) logOpen(c *conn) {
	if s.log.Level() <= 1 {
		return
	}
	switch b := s.settings.Binding; b {
	case settings.BindingAuto:
		s.log.Printf("<%d new auto-negotiating client connection", c.fd)
	default:
		s.log.Printf("<%d new %s client connection.", c.fd, b)
	}
}

func (s *shared) logProtocol(c *conn) {
	if s.log.Level() <= 1 || s.settings.Binding != settings.BindingAuto {
		return
	}
	name := settings.BindingASCII
	if c.parser.Binary {
		name = settings.BindingBinary
	}
	s.log.Printf("%d: Client using the %s protocol", c.fd, name)
}

func (s *shared) logClose(c *conn) {
	if s.log.Level() > 1 {
		s.log.Printf("<%d connection closed.", c.fd)
	}
}
