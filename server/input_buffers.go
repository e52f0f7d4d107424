package server

import "sync/atomic"

// inputs are the buffers in which connections keep input that cannot be taken yet. Most never do: what is whole when it
// comes is parsed where it was read.
type inputs struct {
	spare [][]byte     // that no connection uses
	held  atomic.Int64 // bytes that they and the kept input of connections take
	waste []byte       // where input goes that nobody wants
}

// append appends data to the kept input of a connection, in a buffer that may come from the loop's spare ones.
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

// maxSpare bounds the spare input buffers of a loop, spareSize their capacity in bytes.
const (
	maxSpare  = 32
	spareSize = 64 << 10
)

// drop gives back the kept input of a connection.
func (n *inputs) drop(c *conn) {
	n.recycle(c.in)
	c.in = nil
}

// recycle gives back a buffer.
func (n *inputs) recycle(in []byte) {
	if in != nil && len(n.spare) < maxSpare && cap(in) <= spareSize {
		n.spare = append(n.spare, in[:0])
	} else {
		n.held.Add(int64(-cap(in)))
	}
}

// save keeps rest, which may be a part of c.in, as the connection's waiting input.
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

// wasteBuffer is where bytes go that are not kept.
func (n *inputs) wasteBuffer() []byte {
	if n.waste == nil {
		n.waste = make([]byte, 4<<10)
	}
	return n.waste
}
