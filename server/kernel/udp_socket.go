package kernel

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// DatagramSocket is what a worker needs of a socket. UDPSocket is a real one; tests and a simulation play others.
type DatagramSocket interface {
	// Read fills in with what the socket has, and waits if it has nothing. The error is net.ErrClosed once it is closed.
	Read(in *Incoming) error

	// Write sends the datagrams of out from up to, but not including, to, and waits if there is no room. It returns how
	// many went out; if that is none the error says why the first did not.
	Write(out *Outgoing, from, to int) (int, error)
}

// UDPSocket is a bound socket whose datagrams are read and sent many at a time. It belongs to one worker; others have
// theirs for the same socket. It waits in Go's poller, and so ends when the socket is closed. The calls themselves do not
// tell Go's scheduler (see call): a batch takes a tenth of a millisecond or two.
type UDPSocket struct {
	of   *net.UDPConn
	conn syscall.RawConn

	in     *Incoming
	out    *Outgoing
	from   int
	to     int
	sent   int
	err    error
	reads  func(fd uintptr) bool // made once, so that nothing is allocated
	writes func(fd uintptr) bool
}

// NewUDPSocket returns one of a socket, which it does not close.
func NewUDPSocket(c *net.UDPConn) *UDPSocket {
	conn, _ := c.SyscallConn() // it fails for none but a nil
	s := &UDPSocket{of: c, conn: conn}
	s.reads, s.writes = s.tryRead, s.tryWrite
	return s
}

// Conn returns the socket as it was given.
func (s *UDPSocket) Conn() *net.UDPConn { return s.of }

// Read is for one goroutine at a time, as is Write.
func (s *UDPSocket) Read(in *Incoming) error {
	s.in = in
	if err := s.conn.Read(s.reads); err != nil {
		return err
	}
	return s.err
}

func (s *UDPSocket) tryRead(fd uintptr) (done bool) {
	s.err = s.in.read(int(fd))
	return s.err != unix.EAGAIN
}

// Write may wait.
func (s *UDPSocket) Write(out *Outgoing, from, to int) (int, error) {
	s.out, s.from, s.to = out, from, to
	if err := s.conn.Write(s.writes); err != nil {
		return 0, err
	}
	return s.sent, s.err
}

func (s *UDPSocket) tryWrite(fd uintptr) (done bool) {
	s.sent, s.err = s.out.write(int(fd), s.from, s.to)
	return s.err != unix.EAGAIN
}
