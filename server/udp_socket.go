package server

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// udpSocket is what a worker needs of a socket.
type udpSocket interface {
	// read fills in with what the socket has, and waits if it has nothing.
	read(in *incoming) error

	// write sends the datagrams of out from up to, but not including, to, and waits if there is no room. It returns how
	// many went out; if that is none the error says why the first did not.
	write(out *outgoing, from, to int) (int, error)
}

// batchSocket is a bound socket whose datagrams are read and sent many at a time. It belongs to one worker; others have
// theirs for the same socket. It waits in Go's poller, and so ends when the socket is closed. The calls themselves do not
// tell Go's scheduler (see call): a batch takes a tenth of a millisecond or two.
type batchSocket struct {
	of   *net.UDPConn
	conn syscall.RawConn

	in     *incoming
	out    *outgoing
	from   int
	to     int
	sent   int
	err    error
	reads  func(fd uintptr) bool // made once, so that nothing is allocated
	writes func(fd uintptr) bool
}

func newBatchSocket(c *net.UDPConn) *batchSocket {
	conn, _ := c.SyscallConn() // it fails for none but a nil
	s := &batchSocket{of: c, conn: conn}
	s.reads, s.writes = s.tryRead, s.tryWrite
	return s
}

func (s *batchSocket) read(in *incoming) error {
	s.in = in
	if err := s.conn.Read(s.reads); err != nil {
		return err
	}
	return s.err
}

func (s *batchSocket) tryRead(fd uintptr) (done bool) {
	s.err = s.in.read(int(fd))
	return s.err != unix.EAGAIN
}

func (s *batchSocket) write(out *outgoing, from, to int) (int, error) {
	s.out, s.from, s.to = out, from, to
	if err := s.conn.Write(s.writes); err != nil {
		return 0, err
	}
	return s.sent, s.err
}

func (s *batchSocket) tryWrite(fd uintptr) (done bool) {
	s.sent, s.err = s.out.write(int(fd), s.from, s.to)
	return s.err != unix.EAGAIN
}
