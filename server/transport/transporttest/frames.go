package transporttest

import (
	"encoding/binary"
	"errors"
	"io"

	"gocached/server/transport"
)

// Frames is a small transport for tests of whatever uses one. It hides nothing from anybody.
//
// All goes in frames of one length, so that most of what comes ends within one:
//
//	+------+--------+-----+-------------------------------------+
//	| kind | length | sum |  payload: length bytes, then zeros  |
//	+------+--------+-----+-------------------------------------+
//	   1       1       2                    60
//
// The server greets first and the client answers with its own greeting: each is a few bytes, from which follows the key for
// everything that its side sends from then on. The payload is XORed with a stream that depends on the key and the position,
// and the sum with the position too, so a frame that is changed, lost, repeated or out of order is a fault.
type Frames struct {
	server, greeted, open bool
	greeting              [greetingLen]byte
	in, out               stream
	frame                 [FrameLen]byte // that is coming
	got                   int
	err                   error
}

// The sizes of a frame and of its parts, in bytes.
const (
	FrameLen    = 64
	frameHead   = 4
	PayloadLen  = FrameLen - frameHead
	greetingLen = 8
)

// What a frame can be.
const (
	kindGreeting = 'g'
	kindData     = 'd'
	kindWish     = 'w' // that the other side sends a kindGranted at once
	kindGranted  = 'y'
	kindEnd      = 'e'
)

var (
	errFrame = errors.New("a frame is damaged or out of order")
	errKind  = errors.New("a frame has no place here")
)

// NewFrames returns one end of a connection. What it greets with follows from seed.
func NewFrames(server bool, seed uint64) *Frames {
	f := &Frames{server: server}
	binary.BigEndian.PutUint64(f.greeting[:], seed*0x9e3779b97f4a7c15)
	return f
}

// stream is one direction: its key, and how many frames have gone.
type stream struct {
	key   uint32
	count uint32
}

// apply encrypts or decrypts the payload of the next frame.
func (s *stream) apply(payload []byte) {
	for i := range payload {
		at := s.count*PayloadLen + uint32(i)
		payload[i] ^= byte(s.key + at*167 + at>>8)
	}
}

// sum is the sum of the next frame, whose payload is not encrypted.
func (s *stream) sum(frame []byte) uint16 {
	n := s.count + s.key
	for i, b := range frame {
		if i != 2 && i != 3 { // where the sum stands
			n = n*31 + uint32(b)
		}
	}
	return uint16(n) // another one if any one byte is another
}

// appendFrame appends a frame.
func (f *Frames) appendFrame(wire []byte, kind byte, payload []byte) []byte {
	from := len(wire)
	wire = append(wire, kind, byte(len(payload)), 0, 0)
	wire = append(wire, payload...)
	wire = append(wire, make([]byte, FrameLen-(len(wire)-from))...)
	frame := wire[from:]
	binary.BigEndian.PutUint16(frame[2:], f.out.sum(frame))
	f.out.apply(frame[frameHead:])
	f.out.count++
	return wire
}

// Handshaking is true until the greetings have been exchanged.
func (f *Frames) Handshaking() bool { return !f.open }

// Unwrap takes what has come frame by frame.
func (f *Frames) Unwrap(input, answer, wire []byte) ([]byte, []byte, error) {
	if f.server && !f.greeted {
		answer = f.greet(answer)
	}
	for f.err == nil && len(wire) > 0 {
		n := copy(f.frame[f.got:], wire)
		wire = wire[n:]
		if f.got += n; f.got == FrameLen {
			f.got = 0
			input, answer, f.err = f.take(input, answer)
		}
	}
	return input, answer, f.err
}

// greet appends our greeting, which is the last that goes without a key.
func (f *Frames) greet(answer []byte) []byte {
	answer = f.appendFrame(answer, kindGreeting, f.greeting[:])
	f.out.key, f.greeted = binary.BigEndian.Uint32(f.greeting[:]), true
	return answer
}

// take takes a frame that is whole.
func (f *Frames) take(input, answer []byte) ([]byte, []byte, error) {
	payload := f.frame[frameHead:]
	f.in.apply(payload)
	if f.in.sum(f.frame[:]) != binary.BigEndian.Uint16(f.frame[2:]) || int(f.frame[1]) > PayloadLen {
		return input, answer, errFrame
	}
	f.in.count++
	payload = payload[:f.frame[1]]
	switch kind := f.frame[0]; {
	case kind == kindGreeting && !f.open:
		return input, f.meet(answer, payload), nil
	case !f.open:
		return input, answer, errKind
	case kind == kindData:
		return append(input, payload...), answer, nil
	case kind == kindWish:
		return input, f.appendFrame(answer, kindGranted, payload), nil
	case kind == kindGranted:
		return input, answer, nil
	case kind == kindEnd:
		return input, answer, io.EOF
	}
	return input, answer, errKind
}

// meet takes the other side's greeting, and answers it unless we have greeted first.
func (f *Frames) meet(answer, greeting []byte) []byte {
	if !f.greeted {
		answer = f.greet(answer)
	}
	f.in.key, f.open = binary.BigEndian.Uint32(greeting), true
	return answer
}

// Wrap puts output into frames.
func (f *Frames) Wrap(wire, output []byte) ([]byte, error) {
	for len(output) > 0 {
		n := min(len(output), PayloadLen)
		wire = f.appendFrame(wire, kindData, output[:n])
		output = output[n:]
	}
	return wire, nil
}

// Wish appends what makes the other side answer by itself.
func (f *Frames) Wish(wire []byte) []byte { return f.appendFrame(wire, kindWish, []byte("wish")) }

// End appends the last frame, unless the greetings have not been exchanged.
func (f *Frames) End(wire []byte) []byte {
	if !f.open {
		return wire
	}
	return f.appendFrame(wire, kindEnd, nil)
}

var _ transport.Transport = (*Frames)(nil)
