package server

import (
	"golang.org/x/sys/unix"

	"gocached/engine"
	"gocached/server/kernel"
)

// fill is a value on its way from the socket into its chunk, or into a buffer (short_values.go).
type fill struct {
	kept
	item    engine.Item // it has no Ref if its Value is a buffer
	short   int         // how many bytes it counts as in shared.shorts, or 0 for a long value
	since   uint32      // the second of shared.awake in which it began
	got     int         // bytes of item.Value that have come
	tail    [2]byte
	tailGot int
	tailLen int           // 2 in text, where CRLF ends the value; 0 in binary
	parts   [2]unix.Iovec // see room
}

// room returns the room for the rest of the value, up to about so many bytes. It is valid until the next call.
func (f *fill) room(most int) kernel.Vector {
	value := f.item.Value[f.got:]
	v := kernel.Vector(f.parts[:0]).Add(value[:min(most, len(value))])
	if len(value) <= most {
		v = v.Add(f.tail[f.tailGot:f.tailLen])
	}
	return v
}

// received notes that the next n bytes have come.
func (f *fill) received(n int) {
	value := min(n, len(f.item.Value)-f.got)
	f.got += value
	f.tailGot += n - value
}

// fillFrom copies from data what belongs to the value, and returns how many bytes that was.
func (f *fill) fillFrom(data []byte) int {
	n := copy(f.item.Value[f.got:], data)
	f.got += n
	m := copy(f.tail[f.tailGot:f.tailLen], data[n:])
	f.tailGot += m
	return n + m
}

func (f *fill) done() bool { return f.got == len(f.item.Value) && f.tailGot == f.tailLen }

// wellEnded reports whether the value ended as its protocol demands.
func (f *fill) wellEnded() bool { return f.tailLen == 0 || f.tail == [2]byte{'\r', '\n'} }

func (c *conn) receiving() bool { return c.fill != nil && !c.fill.done() }
