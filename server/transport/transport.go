// Package transport is the seam between what goes over a connection's socket, the wire, and what the server reads and
// writes, its input and output. A plain connection has none, and then both are the same; TLS will sit here.
//
// It holds the interface alone. Which connections have a transport is decided by their listener (package listen), what
// becomes of its bytes by package server. Every implementation must pass package transporttest, which has a small one.
//
// # How TLS fits
//
// crypto/tls wants a net.Conn. It gets one in memory: Read takes from the wire that Unwrap was given, Write appends to what
// the call under way must send. When the wire is used up Read returns an error that says it is temporary, as that of a
// deadline does: behind its handshake a tls.Conn keeps what it has of a record then, and goes on with the next Read. So
// Unwrap reads until that error comes, Wrap writes, and End is CloseWrite. The handshake would not go on, since a tls.Conn
// keeps its first error for good. It runs in a coroutine (iter.Pull): when the wire is used up Read yields to Unwrap, which
// resumes it when more has come, from whatever goroutine, and End stops it. transporttest's own test does all this.
//
// A library that works step by step (OpenSSL over memory BIOs, rustls, an SSLEngine with its wrap and unwrap) needs no
// coroutine.
package transport

// Transport is what one connection's bytes go through: it holds the state of both directions. At most one of its methods
// runs at a time, and none of them may wait for anything. It does no input or output of its own.
//
// Slices are lent until the method returns. Those that a method appends to may be nil, do not overlap the others, and are
// returned with what was appended.
type Transport interface {
	// Handshaking says whether the two sides are still coming to terms. It is true at first if there is anything to agree
	// upon, becomes false within an Unwrap, and then stays false. Until then there is no input and Wrap is not called.
	Handshaking() bool

	// Unwrap takes what has come off the socket, all of it. It appends to input what that brings, and to answer what must be
	// sent by the transport itself, behind everything that was wrapped before: its part of a handshake, the answer to a wish
	// of the other side, an alert. What is not whole it keeps, as much as MaxKept of it, and adds no more to input than what
	// has come and what it had kept: a peer cannot have it blow up a few bytes. What it answers is in proportion, too.
	//
	// The first call comes when the connection has been opened and brings nothing, so that a transport can speak first. It
	// is made on the event loop, as are all calls behind the handshake, so they must be short. Those in between may compute
	// for as long as a handshake takes: they are made elsewhere.
	//
	// The error io.EOF says that the other side has ended its half in due form. What was appended to input counts, and it may
	// still be sent to. Any other error is a fault of the other side: what was appended to answer is sent if it can be, and
	// the connection ends; nothing else that is in hand for it counts any more. After an error each further call returns it
	// again, and appends nothing.
	Unwrap(input, answer, wire []byte) (moreInput, moreAnswer []byte, err error)

	// Wrap appends to wire what must be sent for some output, which is not empty: somewhat more than that, and at most twice
	// as much and a KB. It may be called after Unwrap has said io.EOF. An error ends the connection at once.
	Wrap(wire, output []byte) (moreWire []byte, err error)

	// End appends to wire what tells the other side that no more will come, if there is a way, and lets go of everything that
	// the transport has. It is called once, last, at any time.
	End(wire []byte) (moreWire []byte)
}

// MaxKept bounds, in bytes, what a transport keeps for one connection, whatever the other side sends.
const MaxKept = 128 << 10

// Maker makes the transport of a connection that has just been accepted. It may be called from several goroutines.
type Maker func() Transport
