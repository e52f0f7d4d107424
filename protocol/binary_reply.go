package protocol

import (
	"encoding/binary"

	"gocached/engine"
)

// appendHeader appends the header of a reply to r.
func appendHeader(dst []byte, r *Request, code uint16, extras, key, body int, cas uint64) []byte {
	var h [headerSize]byte
	h[0], h[1] = magicReply, r.Opcode
	binary.BigEndian.PutUint16(h[2:], uint16(key))
	h[4] = byte(extras)
	binary.BigEndian.PutUint16(h[6:], code)
	binary.BigEndian.PutUint32(h[8:], uint32(body))
	binary.BigEndian.PutUint32(h[12:], r.Opaque)
	binary.BigEndian.PutUint64(h[16:], cas)
	return append(dst, h[:]...)
}

// appendBinaryReply appends the packet that answers r. Only success carries a CAS.
func appendBinaryReply(dst []byte, r *Request, reply *Reply) []byte {
	if reply.Status != engine.OK {
		return appendProblem(dst, r, reply.Status, reply.Text)
	}
	switch r.Command {
	case Fail:
		return appendProblem(dst, r, r.Status, "")
	case Delete:
		return appendHeader(dst, r, 0, 0, 0, 0, 0)
	case Arithmetic:
		dst = appendHeader(dst, r, 0, 0, 0, 8, reply.CAS)
		return binary.BigEndian.AppendUint64(dst, reply.Number)
	case Touch:
		dst = appendHeader(dst, r, 0, 4, 0, 4, reply.CAS)
		return binary.BigEndian.AppendUint32(dst, reply.Flags)
	case Version, SASLList, SASLAuth, SASLStep:
		dst = appendHeader(dst, r, 0, 0, 0, len(reply.Text), 0)
		return append(dst, reply.Text...)
	}
	return appendHeader(dst, r, 0, 0, 0, 0, reply.CAS)
}

// appendProblem appends a packet that is not a success, with the status's own message. Only AuthContinue has a body of
// its own: the challenge.
func appendProblem(dst []byte, r *Request, s engine.Status, challenge string) []byte {
	row := binaryOf(r, s)
	message := row.message
	if s == AuthContinue {
		message = challenge
	}
	dst = appendHeader(dst, r, row.code, 0, 0, len(message), 0)
	return append(dst, message...)
}

// appendBinaryHit appends the packet of a hit up to its value.
func appendBinaryHit(dst []byte, r *Request, key []byte, hit *engine.Hit) []byte {
	if r.Flag&FlagKey == 0 {
		key = nil
	}
	dst = appendHeader(dst, r, 0, 4, len(key), 4+len(key)+len(hit.Value), hit.CAS)
	dst = binary.BigEndian.AppendUint32(dst, hit.Flags)
	return append(dst, key...)
}

// appendBinaryMiss appends the packet of a miss.
func appendBinaryMiss(dst []byte, r *Request, key []byte) []byte {
	if r.Flag&FlagKey == 0 {
		return appendProblem(dst, r, engine.NotFound, "")
	}
	dst = appendHeader(dst, r, codeNotFound, 0, len(key), len(key), 0)
	return append(dst, key...)
}

// appendBinaryStat appends the packet of a figure. One without a name is the end of the figures.
func appendBinaryStat(dst []byte, r *Request, name, value string) []byte {
	dst = appendHeader(dst, r, 0, 0, len(name), len(name)+len(value), 0)
	dst = append(dst, name...)
	return append(dst, value...)
}
