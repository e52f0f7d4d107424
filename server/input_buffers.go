package server

import "sync/atomic"

// inputs are the buffers of a loop for input that waits: the beginning of a request, what came behind a pause, and short values
// that come in parts. Most input never waits: a request that comes whole is parsed where it was read.
type inputs struct {
	spare [][]byte     // buffers that no connection uses
	held  atomic.Int64 // bytes of the spare buffers and of those that connections use
	waste []byte       // input that nobody wants is read into it
}

// append appends data to the waiting input of a connection. If in is nil it takes a spare buffer.
func (n *inputs) append(in, data []byte) []byte {
	if in == nil && len(n.spare) > 0 {
		last := len(n.spare) - 1
		in, n.spare = n.spare[last], n.spare[:last]
	}
	before := cap(in)
	in = append(in, data...)
	if grown := cap(in) - before; grown > 0 {
		n.held.Add(int64(grown))
	}
	return in
}

// buffer returns a buffer that is bytes long. It may be a spare one with a capacity of most bytes at most. Its content means
// nothing.
func (n *inputs) buffer(bytes, most int) []byte {
	if last := len(n.spare) - 1; last >= 0 && cap(n.spare[last]) >= bytes && cap(n.spare[last]) <= most {
		b := n.spare[last]
		n.spare = n.spare[:last]
		return b[:bytes]
	}
	n.held.Add(int64(bytes))
	return make([]byte, bytes)
}

// maxSpare is how many spare buffers a loop keeps, and spareSize is how many bytes each of them may have.
const (
	maxSpare  = 32
	spareSize = 64 << 10
)

// drop gives up the waiting input of a connection.
func (n *inputs) drop(c *conn) {
	n.recycle(c.in)
	c.in = nil
}

// recycle makes a buffer a spare one, or gives it up.
func (n *inputs) recycle(in []byte) {
	if in != nil && len(n.spare) < maxSpare && cap(in) <= spareSize {
		n.spare = append(n.spare, in[:0])
	} else {
		n.held.Add(int64(-cap(in)))
	}
}

// save makes rest the waiting input of a connection. rest may be a part of c.in.
func (n *inputs) save(c *conn, rest []byte) {
	if len(rest) == 0 {
		n.drop(c)
		return
	}
	if len(c.in) > 0 {
		c.in = append(c.in[:0], rest...)
		return
	}
	c.in = n.append(nil, rest)
}

// wasteBuffer returns room for bytes that are not kept.
func (n *inputs) wasteBuffer() []byte {
	if n.waste == nil {
		n.waste = make([]byte, 4<<10)
	}
	return n.waste
}
