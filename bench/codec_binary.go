package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// binaryCodec speaks the binary protocol. A get of one key is a getk; one of several is a getkq for each key and a noop
// to end it. The opaque of a request is the number of its key, and every answer must bring it back.
type binaryCodec struct {
	*shape
	notes *notes
}

// What is used of the binary protocol.
const (
	opSet         = 0x01
	opNoop        = 0x0a
	opGetK        = 0x0c
	opGetKQ       = 0x0d
	opStat        = 0x10
	magicRequest  = 0x80
	magicResponse = 0x81
	notFound      = 0x0001

	headerSize = 24
	// maxBody is more than any answer to a load has.
	maxBody = MaxSize + 1024
)

// appendHeader appends the header of a request, whose lengths sealHeader fills in.
func appendHeader(dst []byte, opcode byte, opaque int) []byte {
	var h [headerSize]byte
	h[0], h[1] = magicRequest, opcode
	binary.BigEndian.PutUint32(h[12:], uint32(opaque))
	return append(dst, h[:]...)
}

// sealHeader fills in the lengths of the request that begins at start and ends where dst does.
func sealHeader(dst []byte, start, extras, key int) []byte {
	h := dst[start:]
	binary.BigEndian.PutUint16(h[2:], uint16(key))
	h[4] = byte(extras)
	binary.BigEndian.PutUint32(h[8:], uint32(len(h)-headerSize))
	return dst
}

func (b *binaryCodec) appendSet(dst []byte, i, exptime int) []byte {
	const extras = 8
	start := len(dst)
	dst = appendHeader(dst, opSet, i)
	dst = binary.BigEndian.AppendUint64(dst, uint64(exptime)) // flags 0, then the exptime
	dst = b.appendKey(dst, i)
	key := len(dst) - start - headerSize - extras
	return sealHeader(append(dst, b.value(i)...), start, extras, key)
}

func (b *binaryCodec) appendGet(dst []byte, keys []int) []byte {
	opcode := byte(opGetK)
	if len(keys) > 1 {
		opcode = opGetKQ
	}
	for _, i := range keys {
		start := len(dst)
		dst = b.appendKey(appendHeader(dst, opcode, i), i)
		sealHeader(dst, start, 0, len(dst)-start-headerSize)
	}
	if len(keys) > 1 {
		dst = appendHeader(dst, opNoop, 0)
	}
	return dst
}

// binaryReply is an answer in parts; they lie in the buffer it was taken from.
type binaryReply struct {
	opcode             byte
	status             uint16
	opaque             uint32
	extras, key, value []byte
}

// takeReply takes one answer.
func takeReply(in []byte, to string) (r binaryReply, rest []byte, err error) {
	if len(in) > 0 && in[0] != magicResponse {
		return r, nil, errStream(in, to)
	}
	if len(in) < headerSize {
		return r, nil, errTorn
	}
	key, extras := int(binary.BigEndian.Uint16(in[2:])), int(in[4])
	size := int(binary.BigEndian.Uint32(in[8:]))
	if size > maxBody || key+extras > size {
		return r, nil, errStream(in[:headerSize], to)
	}
	r = binaryReply{opcode: in[1], status: binary.BigEndian.Uint16(in[6:]), opaque: binary.BigEndian.Uint32(in[12:])}
	in = in[headerSize:]
	if len(in) < size {
		return r, nil, errTorn
	}
	r.extras, r.key, r.value = in[:extras], in[extras:extras+key], in[extras+key:size]
	return r, in[size:], nil
}

// failed counts an answer that is an error.
func (b *binaryCodec) failed(r *binaryReply, to string, a *answer) {
	a.errors++
	b.notes.errorAnswer(to, fmt.Appendf(nil, "status 0x%04x %s", r.status, r.value))
}

func (b *binaryCodec) takeSet(in []byte, i int) (rest []byte, a answer, err error) {
	r, rest, err := takeReply(in, "a set")
	switch {
	case err != nil:
		return nil, a, err
	case r.opcode != opSet || r.opaque != uint32(i):
		return nil, a, errStream(in, "a set")
	case r.status != 0:
		b.failed(&r, "a set", &a)
	default:
		a.bytes = int64(b.valueSize(i))
	}
	return rest, a, nil
}

func (b *binaryCodec) takeGet(in []byte, keys []int) (rest []byte, a answer, err error) {
	if len(keys) > 1 {
		return b.takeQuiet(in, keys)
	}
	r, rest, err := takeReply(in, "a get")
	switch {
	case err != nil:
		return nil, a, err
	case r.opcode != opGetK || r.opaque != uint32(keys[0]):
		return nil, a, errStream(in, "a get")
	case r.status == notFound:
		a.misses++
	case r.status != 0:
		b.failed(&r, "a get", &a)
	default:
		b.check(&r, keys[0], &a)
	}
	return rest, a, nil
}

// takeQuiet takes the answers to a run of quiet gets, up to that of the noop behind them.
func (b *binaryCodec) takeQuiet(in []byte, keys []int) (rest []byte, a answer, err error) {
	for {
		r, rest, err := takeReply(in, "a get")
		switch {
		case err != nil:
			return nil, a, err
		case r.opcode == opNoop:
			a.misses += int32(len(keys))
			return rest, a, nil
		case r.opcode != opGetKQ:
			return nil, a, errStream(in, "a get")
		}
		n := 0
		for n < len(keys) && uint32(keys[n]) != r.opaque {
			n++
		}
		if n == len(keys) {
			return nil, a, errStream(in, "a get of other keys")
		}
		if r.status != 0 {
			b.failed(&r, "a get", &a)
		} else {
			b.check(&r, keys[n], &a)
		}
		a.misses += int32(n)
		in, keys = rest, keys[n+1:]
	}
}

// check compares a value, its flags and its key with what belongs to key number i.
func (b *binaryCodec) check(r *binaryReply, i int, a *answer) {
	var room [MaxKey]byte
	a.bytes += int64(len(r.value))
	if bytes.Equal(r.key, b.appendKey(room[:0], i)) && bytes.Equal(r.extras, []byte{0, 0, 0, 0}) &&
		bytes.Equal(r.value, b.value(i)) {
		return
	}
	a.wrong++
	b.notes.wrongValue(r.key, r.value, "the key, the flags or the value is another")
}
