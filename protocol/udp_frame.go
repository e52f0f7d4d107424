package protocol

import "encoding/binary"

// Every datagram, request or reply, begins with a frame header of 8 bytes, all numbers big-endian:
//
//	0  request id    2  sequence number    4  datagrams in all    6  reserved, 0
//
// The client chooses the id and a reply repeats it. A reply that needs several datagrams numbers them from 0.
const (
	// FrameSize is the length of the frame header in bytes.
	FrameSize = 8

	// MaxDatagram is the longest datagram of a reply in bytes, its header included (as in memcached).
	MaxDatagram = 1400

	// MaxDatagrams is how many datagrams a message can have: their number has 16 bits in the frame header.
	MaxDatagrams = 1<<16 - 1
)

// Frame is the header of a datagram.
type Frame struct {
	ID       uint16 // of the request
	Sequence uint16 // of this datagram within the message, from 0
	Total    uint16 // how many datagrams the message has
}

// ParseFrame splits a datagram into its header and what follows, which points into the datagram. False means that
// there is nothing behind the header, or that the request is spread over several datagrams: memcached drops both
// without an answer. The sequence number and the reserved bytes of a request are not looked at.
func ParseFrame(datagram []byte) (f Frame, body []byte, ok bool) {
	if len(datagram) <= FrameSize {
		return Frame{}, nil, false
	}
	f.ID = binary.BigEndian.Uint16(datagram)
	f.Sequence = binary.BigEndian.Uint16(datagram[2:])
	f.Total = binary.BigEndian.Uint16(datagram[4:])
	return f, datagram[FrameSize:], f.Total == 1
}

// IsReply says whether a message with that first byte is the reply of a server: a capital letter begins every reply in
// text, but for a bare number, and no command; in binary a byte of its own does.
func IsReply(first byte) bool { return first >= 'A' && first <= 'Z' || first == magicReply }

// AppendFrame appends the header of a datagram.
func AppendFrame(dst []byte, f Frame) []byte {
	dst = binary.BigEndian.AppendUint16(dst, f.ID)
	dst = binary.BigEndian.AppendUint16(dst, f.Sequence)
	dst = binary.BigEndian.AppendUint16(dst, f.Total)
	return append(dst, 0, 0)
}
