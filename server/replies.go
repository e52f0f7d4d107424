package server

import (
	"bytes"

	"gocached/engine"
	"gocached/protocol"
)

// replies are what a loop has made for connections and not sent yet: bytes of one buffer, values that are sent from their
// chunks, and copies of values. Each connection has a chain of pieces in them.
type replies struct {
	*core
	sink   sink
	stream bool // the replies of a connection are one stream; false for datagrams

	out    []byte // the buffer
	to     *conn  // whose replies are being appended, or nil
	pieces []piece
	values int     // pieces that are lent values or copies
	owners []*conn // connections with pieces
	max    int     // bytes of replies that a connection may have: maxOutput, or no limit for datagrams
	room   int     // the same for this run, see setRoom
}

// openPiece begins a piece of a connection at the end of out. If the connection's last piece ends there it grows instead: an
// answer that began in the run before is sent as one. With UDP it does not grow, since the pieces of each run are counted.
func (o *replies) openPiece(c *conn) {
	o.to = c
	if n := len(o.pieces) - 1; n >= 0 && o.stream && int(c.last) == n && o.pieces[n].lent.Value == nil && o.pieces[n].end == len(o.out) {
		p := &o.pieces[n]
		c.size -= p.end - p.start
		p.end = -1
		return
	}
	o.addPiece(c, piece{start: len(o.out), end: -1})
}

// closePiece ends the piece that is being appended, if there is one. Then nobody's replies are being appended.
func (o *replies) closePiece() {
	if o.to == nil || len(o.pieces) == 0 {
		return
	}
	p := &o.pieces[len(o.pieces)-1]
	if p.end < 0 {
		p.end = len(o.out)
		o.to.size += p.end - p.start
	}
	o.to = nil
}

// addPiece appends a piece to the chain of a connection.
func (o *replies) addPiece(c *conn, p piece) {
	p.next = -1
	n := int32(len(o.pieces))
	o.pieces = append(o.pieces, p)
	if c.first < 0 {
		c.first = n
		o.owners = append(o.owners, c)
	} else {
		o.pieces[c.last].next = n
	}
	c.last = n
}

// addOwner makes sure that the write stage looks at a connection, even if it has no replies.
func (o *replies) addOwner(c *conn) {
	if c.first < 0 {
		o.addPiece(c, piece{})
	}
}

// bytes returns what a piece sends.
func (o *replies) bytes(p *piece) []byte {
	if p.lent.Value != nil {
		return p.lent.Value
	}
	return o.out[p.start:p.end]
}

// releasePiece gives back the value of a piece, once.
func (o *replies) releasePiece(p *piece) {
	o.release(p.lent)
	p.lent = engine.Item{}
}

// piece is a part of one connection's replies: bytes of out, a lent value, or the copy of a value. A copy has no Ref.
type piece struct {
	start, end int
	lent       engine.Item
	next       int32 // the connection's next piece, or -1
}

// write is the third stage. It sends each connection its replies, with few system calls for all, and closes the connections
// that are done.
func (o *replies) write() {
	if len(o.owners) == 0 {
		return
	}
	o.closePiece()
	o.totals.add(&o.counts) // a client that has its reply finds it counted in stats
	if len(o.owners) > 1 {
		o.sink.sendMany(o.owners)
	}
	for _, c := range o.owners {
		switch {
		case c.first < 0: // its replies have been sent
		case !c.is(stateOpen):
			o.releasePieces(c)
		default:
			o.sink.sendOne(c)
		}
		c.resetOutput()
	}
	clear(o.owners)
	o.owners, o.out = o.owners[:0], o.out[:0]
	clear(o.pieces)
	o.pieces, o.values = o.pieces[:0], 0
}

// setRoom sets how many bytes of replies may be made for each connection in this run.
func (o *replies) setRoom() {
	o.room = o.max
	if o.stream && o.shared.unsent.Load() > o.shared.shares.maxCopies { // a datagram's sender makes us keep nothing
		o.room = min(o.max, lowOutput)
	}
}

// maxUnsent bounds the bytes of our own that wait in all connections together. Beyond it no answer is begun that may itself be
// megabytes long. Else a thousand clients that do not read could take all memory.
const maxUnsent = 32 << 20

// full says whether a connection has no more room for replies until they are written.
func (o *replies) full(c *conn) bool {
	return c.size+len(o.out)-o.pieces[c.last].start >= o.room
}

// length adds up a connection's pieces, until they are at least most bytes.
func (o *replies) length(c *conn, most int) (n int) {
	for i := c.first; i >= 0 && n < most; i = o.pieces[i].next {
		n += len(o.bytes(&o.pieces[i]))
	}
	return n
}

// lend adds a value to the replies without copying it: it will be sent from its chunk.
func (o *replies) lend(r *protocol.Request, key []byte, hit *engine.Hit) {
	c := o.to
	o.shared.lent.Add(1)
	o.out = protocol.AppendHitHead(o.out, r, key, hit)
	o.closePiece()
	o.addLent(c, hit.Item())
	o.openPiece(c)
	o.out = protocol.AppendHitTail(o.out, r)
}

// lendCopy adds a copy of a value to the replies. Its room must have been reserved.
func (o *replies) lendCopy(r *protocol.Request, key []byte, hit *engine.Hit) {
	c := o.to
	o.out = protocol.AppendHitHead(o.out, r, key, hit)
	o.closePiece()
	for rest := hit.Value; len(rest) > 0; {
		n := min(len(rest), copyPiece)
		o.addLent(c, engine.Item{Value: bytes.Clone(rest[:n])})
		rest = rest[n:]
	}
	o.openPiece(c)
	o.out = protocol.AppendHitTail(o.out, r)
}

// addLent adds a lent value, or a piece of a copy, to the replies of a connection.
func (o *replies) addLent(c *conn, item engine.Item) {
	o.addPiece(c, piece{lent: item})
	o.values++
	c.size += lentCost(len(item.Value))
}

// lentCost is how many bytes a lent value counts for against maxOutput. It takes no memory, so that is less than its length.
func lentCost(n int) int { return n / (maxLent / maxOutput) }

// copyPiece is how long the pieces of a copy are, in bytes.
const copyPiece = 64 << 10

// release gives a lent value back to the engine, or gives up a piece of a copy. After that there may be room for a get that
// waits.
func (o *replies) release(item engine.Item) {
	switch {
	case item.Value == nil:
		return
	case item.Ref == 0:
		o.shared.unsent.Add(-int64(len(item.Value)))
	default:
		o.engineCall().Release(item)
		o.engineDone()
		o.shared.lent.Add(-1)
	}
	o.shared.askToRetry()
}

// releasePieces gives back the values of a connection whose replies are not sent.
func (o *replies) releasePieces(c *conn) {
	for i := c.first; i >= 0; i = o.pieces[i].next {
		o.releasePiece(&o.pieces[i])
	}
}

// lentLast says whether the value of the last reply was lent.
func (o *replies) lentLast() bool {
	n := len(o.pieces)
	return n > 1 && o.pieces[n-2].lent.Value != nil
}
