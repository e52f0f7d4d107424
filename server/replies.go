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
func (rp *replies) openPiece(c *conn) {
	rp.to = c
	if n := len(rp.pieces) - 1; n >= 0 && rp.stream && int(c.last) == n && rp.pieces[n].lent.Value == nil && rp.pieces[n].end == len(rp.out) {
		p := &rp.pieces[n]
		c.size -= p.end - p.start
		p.end = -1
		return
	}
	rp.addPiece(c, piece{start: len(rp.out), end: -1})
}

// closePiece ends the piece that is being appended, if there is one. Then nobody's replies are being appended.
func (rp *replies) closePiece() {
	if rp.to == nil || len(rp.pieces) == 0 {
		return
	}
	p := &rp.pieces[len(rp.pieces)-1]
	if p.end < 0 {
		p.end = len(rp.out)
		rp.to.size += p.end - p.start
	}
	rp.to = nil
}

// addPiece appends a piece to the chain of a connection.
func (rp *replies) addPiece(c *conn, p piece) {
	p.next = -1
	n := int32(len(rp.pieces))
	rp.pieces = append(rp.pieces, p)
	if c.first < 0 {
		c.first = n
		rp.owners = append(rp.owners, c)
	} else {
		rp.pieces[c.last].next = n
	}
	c.last = n
}

// addOwner makes sure that the write stage looks at a connection, even if it has no replies.
func (rp *replies) addOwner(c *conn) {
	if c.first < 0 {
		rp.addPiece(c, piece{})
	}
}

// bytes returns what a piece sends.
func (rp *replies) bytes(p *piece) []byte {
	if p.lent.Value != nil {
		return p.lent.Value
	}
	return rp.out[p.start:p.end]
}

// releasePiece gives back the value of a piece, once.
func (rp *replies) releasePiece(p *piece) {
	rp.release(p.lent)
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
func (rp *replies) write() {
	if len(rp.owners) == 0 {
		return
	}
	rp.closePiece()
	rp.totals.add(&rp.counts) // a client that has its reply finds it counted in stats
	if len(rp.owners) > 1 {
		rp.sink.sendMany(rp.owners)
	}
	for _, c := range rp.owners {
		switch {
		case c.first < 0: // its replies have been sent
		case !c.is(stateOpen):
			rp.releasePieces(c)
		default:
			rp.sink.sendOne(c)
		}
		c.resetOutput()
	}
	clear(rp.owners)
	rp.owners, rp.out = rp.owners[:0], rp.out[:0]
	clear(rp.pieces)
	rp.pieces, rp.values = rp.pieces[:0], 0
}

// setRoom sets how many bytes of replies may be made for each connection in this run.
func (rp *replies) setRoom() {
	rp.room = rp.max
	if rp.stream && rp.shared.unsent.Load() > rp.shared.shares.maxCopies { // a datagram's sender makes us keep nothing
		rp.room = min(rp.max, lowOutput)
	}
}

// maxUnsent bounds the bytes of our own that wait in all connections together. Beyond it no answer is begun that may itself be
// megabytes long. Else a thousand clients that do not read could take all memory.
const maxUnsent = 32 << 20

// full says whether a connection has no more room for replies until they are written.
func (rp *replies) full(c *conn) bool { return rp.pending(c) >= rp.room }

// pending returns how many bytes of replies a connection has that are not written. It is the one whose replies are being appended.
func (rp *replies) pending(c *conn) int { return c.size + len(rp.out) - rp.pieces[c.last].start }

// length adds up a connection's pieces, until they are at least most bytes.
func (rp *replies) length(c *conn, most int) (n int) {
	for i := c.first; i >= 0 && n < most; i = rp.pieces[i].next {
		n += len(rp.bytes(&rp.pieces[i]))
	}
	return n
}

// lend adds a value to the replies without copying it: it will be sent from its chunk.
func (rp *replies) lend(r *protocol.Request, key *engine.Key, hit *engine.Hit) {
	c := rp.to
	rp.shared.lent.Add(1)
	rp.out = protocol.AppendHitHead(rp.out, r, key, hit)
	rp.closePiece()
	rp.addLent(c, hit.Item())
	rp.openPiece(c)
	rp.out = protocol.AppendHitTail(rp.out, r)
}

// lendCopy adds a copy of a value to the replies. Its room must have been reserved.
func (rp *replies) lendCopy(r *protocol.Request, key *engine.Key, hit *engine.Hit) {
	c := rp.to
	rp.out = protocol.AppendHitHead(rp.out, r, key, hit)
	rp.closePiece()
	for rest := hit.Value; len(rest) > 0; {
		n := min(len(rest), copyPiece)
		rp.addLent(c, engine.Item{Value: bytes.Clone(rest[:n])})
		rest = rest[n:]
	}
	rp.openPiece(c)
	rp.out = protocol.AppendHitTail(rp.out, r)
}

// addLent adds a lent value, or a piece of a copy, to the replies of a connection.
func (rp *replies) addLent(c *conn, item engine.Item) {
	rp.addPiece(c, piece{lent: item})
	rp.values++
	c.size += lentCost(len(item.Value))
}

// lentCost is how many bytes a lent value counts for against maxOutput. It takes no memory, so that is less than its length.
func lentCost(n int) int { return n / (maxLent / maxOutput) }

// copyPiece is how long the pieces of a copy are, in bytes.
const copyPiece = 64 << 10

// release gives a lent value back to the engine, or gives up a piece of a copy. After that there may be room for a get that
// waits.
func (rp *replies) release(item engine.Item) {
	switch {
	case item.Value == nil:
		return
	case item.Ref == 0:
		rp.shared.unsent.Add(-int64(len(item.Value)))
	default:
		rp.engineCall().Release(item)
		rp.engineDone()
		rp.shared.lent.Add(-1)
	}
	rp.shared.askToRetry()
}

// releasePieces gives back the values of a connection whose replies are not sent.
func (rp *replies) releasePieces(c *conn) {
	for i := c.first; i >= 0; i = rp.pieces[i].next {
		rp.releasePiece(&rp.pieces[i])
	}
}

// lentLast says whether the value of the last reply was lent.
func (rp *replies) lentLast() bool {
	n := len(rp.pieces)
	return n > 1 && rp.pieces[n-2].lent.Value != nil
}
