package server

import (
	"bytes"
	"time"

	"gocached/engine"
)

// simClient is a client, and the judge of what the server does for it. It knows all requests that it has sent, and what each
// must be answered: the answers of those that the engine is asked for follow from what the engine said to the server
// (witness), which the model judges. So no byte that comes is left to chance.
type simClient struct {
	w      *world
	number int
	text   bool
	own    int // its own keys begin here
	conn   *netConn

	datagram *simDatagram // if it speaks UDP
	frames   *simFrames   // if it speaks through a transport
	auth     simAuth
	idle     simIdle
	out      []byte // made, and not yet with the server
	sentAll  uint64 // bytes made since the beginning
	requests []*request
	last     bool // it makes no further requests
	finishes bool // and closes its half when all it made is sent
	opaque   uint32
	chats    bool // says short things only

	expected []byte        // answers, from the first byte that was not sent
	sent     int           // bytes of expected that the server has sent
	over     bool          // a request was executed that closes the connection
	harmed   bool          // answers may be missing: a reset, or something was made to fail
	refused  bool          // the next thing the engine is asked is to remove the old value of a set
	status   engine.Status // why it was refused
	asks     bool          // the engine is being asked for memory for its value
	gone     bool          // the server has closed the connection
	blocked  bool          // its connection was blocked at the last look
	readAt   time.Duration // when the server last read something of it, see world.elapsed
	halt     uint64        // if not 0, it sends no byte from this one on, within a line, until everything comes to rest
	moves    simMoves
}

// next returns the request that must be the next for which the engine is asked, or nil. What stands before it needs no
// engine, and has been executed.
func (c *simClient) next() *request {
	c.resolve()
	for len(c.requests) > 0 && !c.over {
		r := c.requests[0]
		if c.waits(r) {
			return r
		}
		if !c.advance() {
			break
		}
	}
	return nil
}

// advance takes the first request for executed, if it needs no engine and the server has it.
func (c *simClient) advance() bool {
	if c.over || len(c.requests) == 0 || c.waits(c.requests[0]) || c.requests[0].need(&c.w.plan) > c.conn.socket.taken {
		return false
	}
	r := c.requests[0]
	if !c.admits(r) {
		c.w.saw(sawAuthRefused)
		c.over = true
		c.expected = appendBinaryText(c.expected, r, 0x20, authRefused)
		c.done(r)
		return true
	}
	c.over = r.closes()
	c.answer(r, outcome{})
	return true
}

// need is how many bytes the server must have before it executes a request of which the engine does not hear.
func (r *request) need(p *plan) uint64 {
	if r.kind == askStore && len(r.value) < p.stream {
		return r.end
	}
	return r.head
}

// answer notes the answer to the first request, which is done with.
func (c *simClient) answer(r *request, o outcome) {
	if c.text {
		c.expected = appendTextAnswer(c.expected, r, o)
	} else {
		c.expected = appendBinaryAnswer(c.expected, r, o)
	}
	c.done(r)
}

func (c *simClient) done(r *request) {
	c.requests = c.requests[1:]
	*r = request{keys: r.keys[:0]}
	c.w.spare = append(c.w.spare, r)
	if c.datagram != nil {
		c.datagram.ends = append(c.datagram.ends, len(c.expected))
	}
}

// receive compares what the server has sent with what it should send.
func (c *simClient) receive(b []byte) {
	c.resolve()
	for c.sent+len(b) > len(c.expected) && c.advance() {
	}
	want := c.expected[c.sent:]
	if len(want) < len(b) || !bytes.Equal(want[:len(b)], b) {
		c.w.fail("client %d: the answer is wrong: %s", c.number, difference(b, want[:min(len(want), len(b))]))
		return
	}
	if c.sent += len(b); c.sent == len(c.expected) {
		c.expected, c.sent = c.expected[:0], 0
	}
}

// satisfied says whether the server has done all it was asked, and sent all answers.
func (c *simClient) satisfied() bool {
	c.resolve()
	for c.advance() {
	}
	unasked := c.over || len(c.requests) == 0 || c.requests[0].end > c.conn.socket.taken
	return unasked && c.sent == len(c.expected)
}

// closed judges the end of the connection. A client that was harmed may miss answers; all others must have all, and there
// must be a reason.
func (c *simClient) closed(err error) {
	c.resolve()
	c.gone = true
	s := c.conn.socket
	switch {
	case c.conn.loop.looking:
		c.closedIdle()
	case c.harmed:
	case !c.satisfied():
		c.w.fail("client %d: the connection is closed (%v), %d bytes of answers and %d requests are lost", c.number, err,
			len(c.expected)-c.sent, len(c.requests))
	case !c.over && !c.hasEnded():
		c.w.fail("client %d: the connection is closed (%v) for no reason", c.number, err)
	case c.over && c.frames != nil && !c.frames.toldEnd && !s.ended:
		c.w.fail("client %d: is not told the end", c.number)
	case c.over:
		c.w.saw(sawServerClose)
	}
}

// givenUp judges a connection that the server ends although it was asked nothing that would: only a long line without an
// end, of which nothing more has come for long enough, is a reason.
func (c *simClient) givenUp() {
	c.resolve()
	for c.advance() {
	}
	if c.over || c.harmed || c.hasEnded() {
		return
	}
	var r request
	if len(c.requests) > 0 {
		r = *c.requests[0]
	}
	taken := c.conn.socket.taken
	if !c.text || r.kind != askWrong || taken <= r.start+maxUnfinished || taken >= r.head || c.sent != len(c.expected) ||
		c.w.elapsed-c.readAt < lineEndTime {
		c.w.fail("client %d: is hung up on for no reason; a request of kind %d", c.number, r.kind)
	}
	c.over = true
	c.w.saw(sawLineGivenUp)
}

// send lets some of what the client has made come to the server.
func (c *simClient) send(most int) {
	if c.frames != nil {
		c.sendFrames(most)
		return
	}
	if c.halt > 0 && !c.w.calm {
		most = min(most, int(c.halt)-int(c.sentAll)+len(c.out))
	}
	n := min(len(c.out), most, maxArrived-len(c.conn.socket.in))
	if n > 0 {
		s := c.conn.socket
		s.in = append(s.in, c.out[:n]...)
		c.out = c.out[n:]
		c.w.trace.add("client %d: %d bytes arrive, %d are waiting", uint64(c.number), uint64(n), uint64(len(s.in)))
	}
	if c.finishes && len(c.out) == 0 && !c.conn.socket.ended {
		c.conn.socket.ended = true
		c.w.saw(sawHalfClose)
		c.w.trace.add("client %d: half-closes", uint64(c.number), 0, 0)
	}
}

// maxArrived is how many bytes a socket keeps for the server.
const maxArrived = 1 << 18

// read takes some of what has come from the server.
func (c *simClient) read(most int) {
	s := c.conn.socket
	if n := min(s.unread, most); n > 0 {
		s.unread -= n
		s.given += uint64(n)
		if c.takes() {
			c.heard()
			c.idle.took, c.idle.moved = true, true
		}
		if c.frames == nil { // how much of its replies that is cannot be told
			c.moves.by(c, n, true)
		}
		s.room += n
		c.w.trace.add("client %d: reads %d of %d bytes", uint64(c.number), uint64(n), uint64(s.unread+n))
	}
}

// finish makes the client close its half, perhaps in the middle of a request.
func (c *simClient) finish() {
	c.last, c.finishes = true, true
	if n := len(c.out); n > 0 && oneIn(c.w.r, 2) {
		cut := c.w.r.IntN(n)
		c.sentAll -= uint64(n - cut)
		c.out = c.out[:cut]
	}
}

// reset breaks the connection. What has come may be lost with it.
func (c *simClient) reset() {
	c.w.saw(sawReset)
	c.w.trace.add("client %d: resets its connection", uint64(c.number), 0, 0)
	s := c.conn.socket
	s.reset, c.harmed, c.last, c.out = true, true, true, nil
	if c.frames != nil {
		c.frames.wire = nil
	}
	if oneIn(c.w.r, 2) {
		s.in = nil
	}
}
