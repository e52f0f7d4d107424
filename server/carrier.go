package server

import (
	"sync/atomic"

	"gocached/server/transport"
)

// A connection has a carrier if its listener has a transport (package transport). Its bytes go through the transport between
// the socket and the stages. On the side of the socket they are called wire. A plain connection has no carrier: all this
// costs it no more than the test for that.
//
//	socket -> wire -> Unwrap -> input -> round     unwrap.go; a handshake goes on in the background, handshake.go
//	replies -> Wrap -> wire -> socket              wrap.go
//
// The reader reads wire as it reads input, in slots or at length. But it never reads a value straight into its chunk, since the
// value must be unwrapped first. It is copied into the chunk then.
//
// The writer wraps replies when it sends them, and no more at a time than a connection may have made before they are written.
// Wire that the socket does not take waits in the carrier, in front of the connection's queue. The queue is not wrapped yet, so
// values in it are still lent, and their memory is counted as for a plain connection. A lent value is released when it has been
// wrapped. So a client that does not read costs maxOutput more than a plain one.
//
// bytes_read and bytes_written count wire.

// carrier is the transport of a connection, and what waits on either side of it. It belongs to the loop.
type carrier struct {
	make      transport.Maker
	transport transport.Transport // nil until the connection is opened: one that never is has nothing to end
	wire      []byte              // that the socket has not taken
	counted   int                 // how much of it is in conn.kept
	early     []byte              // wire that came while a step of the handshake was under way
	shaking   bool                // a step is under way, or its outcome is on the way back to the loop
	ended     bool                // nothing more is asked of the transport
	faulty    bool                // it has found a fault, and ended

	// holders counts the users of the transport: the loop, until the connection is closed, and a step of the handshake. The
	// last one ends it.
	holders atomic.Int32
}

// newCarrier returns the carrier of a new connection: nil if make is, which is plain.
func newCarrier(make transport.Maker) *carrier {
	if make == nil {
		return nil
	}
	return &carrier{make: make}
}

// straight says whether the connection is receiving a value that is read from the socket straight into its chunk.
func (c *conn) straight() bool { return c.receiving() && c.carrier == nil }

// hasUnsent says whether there is output that the socket has not taken.
func (c *conn) hasUnsent() bool {
	return len(c.queue) > 0 || c.carrier != nil && len(c.carrier.wire) > 0
}
