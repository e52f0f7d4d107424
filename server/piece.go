package server

import "gocached/engine"

// openPiece begins a stretch of replies of a connection at the end of l.out, or goes on with its last one if that ends
// there: an answer that began in the run before is sent as one. Not by UDP, where each run's pieces are counted.
func (l *loop) openPiece(c *conn) {
	l.to = c
	if n := len(l.pieces) - 1; n >= 0 && l.stream && int(c.last) == n && l.pieces[n].lent.Value == nil && l.pieces[n].end == len(l.out) {
		p := &l.pieces[n]
		c.size -= p.end - p.start
		p.end = -1
		return
	}
	l.addPiece(c, piece{start: len(l.out), end: -1})
}

// endPiece ends the stretch that is being appended, if there is one.
func (l *loop) endPiece() {
	if l.to == nil || len(l.pieces) == 0 {
		return
	}
	p := &l.pieces[len(l.pieces)-1]
	if p.end < 0 {
		p.end = len(l.out)
		l.to.size += p.end - p.start
	}
}

// closePiece ends the stretch that is being appended; what is appended next will belong to another connection.
func (l *loop) closePiece() {
	l.endPiece()
	l.to = nil
}

// addPiece appends a piece to the connection's chain of them.
func (l *loop) addPiece(c *conn, p piece) {
	p.next = -1
	n := int32(len(l.pieces))
	l.pieces = append(l.pieces, p)
	if c.first < 0 {
		c.first = n
		l.touched = append(l.touched, c)
	} else {
		l.pieces[c.last].next = n
	}
	c.last = n
}

// touch makes sure that the write stage looks at a connection, though it may have no replies.
func (l *loop) touch(c *conn) {
	if c.first < 0 {
		l.addPiece(c, piece{})
	}
}

// bytes returns what a piece sends.
func (l *loop) bytes(p *piece) []byte {
	if p.lent.Value != nil {
		return p.lent.Value
	}
	return l.out[p.start:p.end]
}

// releasePiece gives back the value of a piece, once.
func (l *loop) releasePiece(p *piece) {
	l.release(p.lent)
	p.lent = engine.Item{}
}
