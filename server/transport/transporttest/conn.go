package transporttest

import (
	"io"
	"net"
	"sync"

	"gocached/server/transport"
)

// Conn is a connection through a transport, for a client that knows nothing of it. One goroutine may read while another
// writes.
type Conn struct {
	net.Conn
	mu        sync.Mutex // for the transport
	transport transport.Transport
	in        []byte // that has come and is not read
	wire      [32 << 10]byte
	err       error
}

// NewConn makes the handshake of one side of a connection.
func NewConn(nc net.Conn, t transport.Transport) (*Conn, error) {
	c := &Conn{Conn: nc, transport: t}
	err := c.take(nil)
	for err == nil && t.Handshaking() {
		err = c.fill()
	}
	return c, err
}

// fill takes what comes next from the socket, for which it waits.
func (c *Conn) fill() error {
	n, err := c.Conn.Read(c.wire[:])
	if n > 0 {
		return c.take(c.wire[:n])
	}
	if err == io.EOF { // and nobody has said that it would
		err = io.ErrUnexpectedEOF
	}
	return err
}

// take gives wire to the transport, and sends what that has to say.
func (c *Conn) take(wire []byte) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var answer []byte
	c.in, answer, c.err = c.transport.Unwrap(c.in, nil, wire)
	if len(answer) > 0 {
		_, err = c.Conn.Write(answer)
	}
	return err
}

// Read reads what the other side has said. io.EOF is its end in due form; an end of the socket alone is
// io.ErrUnexpectedEOF.
func (c *Conn) Read(b []byte) (int, error) {
	for len(c.in) == 0 && c.err == nil {
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.in)
	if c.in = c.in[n:]; n > 0 || len(b) == 0 {
		return n, nil
	}
	return 0, c.err
}

// Write says something.
func (c *Conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wire, err := c.transport.Wrap(nil, b)
	if err == nil {
		_, err = c.Conn.Write(wire)
	}
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// CloseWrite says that no more will come. The socket stays as it is.
func (c *Conn) CloseWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.Conn.Write(c.transport.End(nil))
	return err
}
