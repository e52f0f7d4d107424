package server

import "sync/atomic"

// inputs are the buffers of a loop for input that waits: the beginning of a request, what came behind a pause, and short values
// that come in parts. Most input never waits: a request that comes whole is parsed where it was read.
type inputs struct {
	spare [][]byte     // buffers that no connection uses
	held  atomic.Int64 // bytes of the spare buffers and of those that connections use
	waste []byte       // input that nobody wants is read into it
}

// append appends data to the waiting input of a connection. If b is nil it takes a spare buffer.
func (in *inputs) append(b, data []byte) []byte {
	if b == nil && len(in.spare) > 0 {
		last := len(in.spare) - 1
		b, in.spare = in.spare[last], in.spare[:last]
	}
	before := cap(b)
	b = append(b, data...)
	if grown := cap(b) - before; grown > 0 {
		in.held.Add(int64(grown))
	}
	return b
}

// buffer returns a buffer that is bytes long. It may be a spare one with a capacity of most bytes at most. Its content means
// nothing.
func (in *inputs) buffer(bytes, most int) []byte {
	if last := len(in.spare) - 1; last >= 0 && cap(in.spare[last]) >= bytes && cap(in.spare[last]) <= most {
		b := in.spare[last]
		in.spare = in.spare[:last]
		return b[:bytes]
	}
	in.held.Add(int64(bytes))
	return make([]byte, bytes)
}

// maxSpare is how many spare buffers a loop keeps, and spareSize is how many bytes each of them may have.
const (
	maxSpare  = 32
	spareSize = 64 << 10
)

// drop gives up the waiting input of a connection.
func (in *inputs) drop(c *conn) {
	in.recycle(c.in)
	c.in = nil
}

// recycle makes a buffer a spare one, or gives it up.
func (in *inputs) recycle(b []byte) {
	if b != nil && len(in.spare) < maxSpare && cap(b) <= spareSize {
		in.spare = append(in.spare, b[:0])
	} else {
		in.held.Add(int64(-cap(b)))
	}
}

// save makes rest the waiting input of a connection. rest may be a part of c.in.
func (in *inputs) save(c *conn, rest []byte) {
	if len(rest) == 0 {
		in.drop(c)
		return
	}
	if len(c.in) > 0 {
		c.in = append(c.in[:0], rest...)
		return
	}
	c.in = in.append(nil, rest)
}

// wasteBuffer returns room for bytes that are not kept.
func (in *inputs) wasteBuffer() []byte {
	if in.waste == nil {
		in.waste = make([]byte, 4<<10)
	}
	return in.waste
}
