package server

import (
	"sync/atomic"

	"gocached/engine"
	"gocached/protocol"
	"gocached/sasl"
	"gocached/server/listen"
	"gocached/server/rim"
	"gocached/server/settings"
)

// conn is one client connection. Everything in it belongs to its event loop: only code that runs on that loop uses it, so it
// has no lock. An idle connection holds no buffer.
//
// The fields that every request needs come first, in two cache lines. By the time a client sends again the processor's caches
// have lost them.
type conn struct {
	state   connState // facts, see below
	event   uint32    // requests executed since the last event, for conn_yields
	carrier *carrier  // nil if it is plain
	fd      int
	first   int32  // its first and last piece in the loop's current output, or -1
	last    int32  //
	size    int    // bytes in those pieces
	fill    *fill  // the value that is being received into its chunk, or nil
	in      []byte // input that waits: the beginning of a request, or what came behind a pause
	parser  protocol.Parser
	loop    *loop
	rare    *rare // what few connections have, or nil

	heard    lastHeard   // for -o idle_timeout
	queue    []unsent    // output that the socket did not take, oldest first
	kept     int         // bytes of our own in it, those already sent from its head included, and in carrier.wire
	blocks   uint32      // how often it was blocked
	grown    uint32      // how often more has come of a long line without an end, see line_timeout.go
	progress *progress   // see stalled.go; nil until it holds something
	waiter   *waiter     // its request that waits for memory, or nil
	gone     atomic.Bool // it is closed; other goroutines may read this, and nothing else
	kind     listen.Kind

	rim.Conn
}

// connState is a set of facts about a connection.
type connState uint16

const (
	stateOpen    connState = 1 << iota // between Opened and Closed
	stateSpoken                        // its first byte has chosen the protocol
	stateReady                         // waits in the loop's current round
	stateBlocked                       // output waits for its socket: nothing is parsed until it has gone
	stateYielded                       // has had its turn and waits for the next; its input is in conn.in
	statePaused                        // nobody reads from it
	stateClosing                       // is closed when its output has gone
	stateParked                        // its last request gets its reply later: nothing is parsed until then
	stateWaiting                       // parked, since that request waits for memory; see wait_memory.go
	stateLong                          // it filled its slot when it was last read from: it sends much
	stateUnended                       // its input is a long line without an end
	stateTimed                         // a timer for such a line is running
	stateSaidAll                       // its client sends nothing more, as far as we know
	stateHalf                          // its input is the beginning of a request, and a worker has seen that
	stateEnding                        // we have shut our side, and wait for the client to close; see hangup.go
	stateOver                          // its transport brings no more input: it is closed when all input has been answered
)

func (c *conn) is(s connState) bool { return c.state&s != 0 }
func (c *conn) set(s connState)     { c.state |= s }
func (c *conn) clear(s connState)   { c.state &^= s }
func (c *conn) mayParse() bool {
	return c.state&(stateOpen|stateBlocked|stateParked|stateClosing) == stateOpen
}

// isHeldUp says whether a connection's input must wait.
func (c *conn) isHeldUp() bool { return c.state&(stateBlocked|stateYielded|stateParked) != 0 }

func (c *conn) resetOutput()         { c.first, c.last, c.size = -1, -1, 0 }
func newConn(kind listen.Kind) *conn { return &conn{kind: kind, first: -1, last: -1} }

// chooseProtocol chooses the protocol by the first byte a client sends, unless -B has chosen already.
func (c *conn) chooseProtocol(binding settings.Binding, first byte) {
	c.set(stateSpoken)
	c.parser.Binary = binding == settings.BindingBinary || binding == settings.BindingAuto && first == protocol.MagicRequest
}

// unsent is output that the socket has not taken: bytes of our own, or what is left of a lent value or a copy.
type unsent struct {
	bytes []byte
	item  engine.Item // as in a piece; without a Value for other bytes of our own
}

// notTaken returns how many bytes a blocked connection has not taken: those that we keep, and those in its socket. The system
// counts the latter until the other side has them.
func (c *conn) notTaken() int {
	left := c.loop.kernel.Outstanding(c.fd) // 0 after an error: that does not change, and so is no sign of life
	for i := range c.queue {
		left += len(c.queue[i].bytes)
	}
	if c.carrier != nil {
		left += len(c.carrier.wire)
	}
	return left
}

// rare is what few connections have, so that the others take no memory for it.
type rare struct {
	session *sasl.Session // with -S, from its first attempt to authenticate on
	known   bool          // the client has authenticated; false while an attempt is under way

	dump *dump // the list of items that it is being sent, or nil
}

// ensureRare returns what few connections have; from now on this one has it.
func (c *conn) ensureRare() *rare {
	if c.rare == nil {
		c.rare = new(rare)
	}
	return c.rare
}

// authenticated notes how a connection's attempt has ended.
func (c *conn) authenticated() {
	if c.rare != nil && c.rare.session != nil {
		c.rare.known = c.rare.session.Authenticated()
		c.parser.Token = c.parser.Token && !c.rare.known
	}
}
