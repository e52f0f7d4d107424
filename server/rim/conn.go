package rim

import "github.com/panjf2000/gnet/v2"

// Client is told what happens to a connection. It is the server's own type of a connection, and embeds a Conn. All its
// methods are called on the connection's loop, and must not let a panic pass.
type Client interface {
	// Opened comes first: the connection belongs to a loop from now on. Its descriptor is valid until Closed returns.
	Opened(l *Loop, fd int)

	// Traffic brings input that gnet has read. It is lent until the method returns.
	Traffic(data []byte)

	// Room says that the socket has room again, after Loop.Watch. It comes once for each Watch.
	Room()

	// Closed comes last, and once: within Conn.Close, at the end of input, or after an error. There may be unread input, and
	// output can still be sent until Closed returns.
	Closed()

	handle() *Conn
}

// Conn is what the rim knows of a connection. The zero Conn is ready for Enrol. It belongs to the connection's loop.
type Conn struct {
	gc     gnet.Conn
	loop   *Loop
	number uint64 // the drainer's number for it while it is watched, else 0
	known  bool   // to the drainer's epoll
	opened bool   // never changes back
	open   bool   // until it is closed
}

func (c *Conn) handle() *Conn { return c }

// Close closes the connection at once, on its loop. The Client is told within it.
func (c *Conn) Close() {
	if c.open {
		_ = c.loop.ev.Close(c.gc) // the socket is not needed any more, so its error does not matter
	}
}
