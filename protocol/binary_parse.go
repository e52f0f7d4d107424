package protocol

import (
	"encoding/binary"
	"math"

	"gocached/compat"
	"gocached/engine"
)

// A packet of the binary protocol, request or reply; all numbers are big-endian:
//
//	 0  magic            1  opcode          2  key length (2 bytes)
//	 4  extras length    5  data type       6  vbucket of a request, status of a reply (2 bytes)
//	 8  body length (4 bytes)              12  opaque (4 bytes)
//	16  CAS (8 bytes)
//	24  the body: extras, key, value
//
// Data type and vbucket are not looked at, and a reply's data type is zero (as in memcached).
const (
	headerSize = 24

	// MagicRequest is the first byte of every binary request. No text command begins with it, so the first byte of a
	// connection or datagram tells the protocol.
	MagicRequest = 0x80

	magicReply = 0x81
)

// noCreate is the expiry of an incr or decr that creates nothing.
const noCreate = math.MaxUint32

// parseBinary takes requests from binary input until the run's end. It is the binary half of Parse.
func (p *Parser) parseBinary(in []byte, run *Run, end int) (pos int, need Need) {
	for {
		if p.Skip > 0 {
			pos = p.pass(in, pos)
		}
		if pos == len(in) {
			return pos, NeedNothing
		}
		if run.N >= end {
			return pos, NeedRoom
		}
		if pos, need = p.packet(in, pos, run); need != NeedNothing {
			return pos, need
		}
	}
}

// packet takes one packet. A header that is no request's ends the connection without an answer, once all of it has come.
func (p *Parser) packet(in []byte, pos int, run *Run) (next int, need Need) {
	head := in[pos:]
	if len(head) < headerSize {
		return pos, NeedMore
	}
	if head[0] != MagicRequest {
		return pos, NeedClose
	}
	o := &opcodes[head[1]]
	keyLen, extras, body := int(binary.BigEndian.Uint16(head[2:])), int(head[4]), binary.BigEndian.Uint32(head[8:])
	switch {
	case o.since != sinceEver && p.Limits.unknownOpcode(o, extras, keyLen, body):
		return p.skipPacket(run, head, UnknownCommand, pos, body)
	case keyLen > MaxKey:
		return refusePacket(run, head, BadFormat, pos), NeedClose
	case o.name == "":
		return p.skipPacket(run, head, UnknownCommand, pos, body)
	case !o.fits(extras, keyLen, uint64(body)):
		return refusePacket(run, head, BadFormat, pos), NeedClose
	case uint64(body) > math.MaxInt: // an int of 32 bits does not count that far, and no such machine stores that much
		return p.skipPacket(run, head, engine.TooLarge, pos, body)
	case o.bounded && int64(body) > int64(keyLen)+int64(p.Limits.StreamFrom):
		return p.skipPacket(run, head, engine.TooLarge, pos, body)
	}
	keyAt := headerSize + extras
	valueAt := keyAt + keyLen
	if len(head) < valueAt {
		return pos, NeedMore
	}
	r := take(run, head[keyAt:valueAt:valueAt])
	r.fromHeader(head)
	r.Command, r.Op, r.Hide, r.Flag = o.command, o.op, o.hide, o.flag|r.Flag
	r.readExtras(head[headerSize:keyAt], !p.Limits.NoCAS)
	if r.Flag&FlagTouch != 0 {
		run.Keys[run.N-1].Touch = true
	}
	if o.value {
		r.ValueLen = int(body) - extras - keyLen
		return p.packetValue(in, pos, pos+valueAt, run, r, o)
	}
	if r.Command == Stats {
		r.Tokens = head[keyAt:valueAt:valueAt]
	}
	r.Start, r.Next = pos, pos+valueAt
	if r.Flag&FlagClose != 0 {
		return r.Next, NeedClose
	}
	return r.Next, NeedNothing
}

// unknownOpcode says whether the rules of the server do not know an opcode that came after 1.4.5, in a packet of these lengths.
// To 1.4.5 a key that is too long counts for more than an opcode that is unknown.
func (l *Limits) unknownOpcode(o *opcode, extras, keyLen int, body uint32) bool {
	switch {
	case l.Compat.Has(compat.Opcodes):
		return false
	case o.since == sinceGATK:
		return keyLen <= MaxKey
	}
	return !o.fits(extras, keyLen, uint64(body))
}

// packetValue completes a request with its value, as for text, but one that is bounded is always waited for.
func (p *Parser) packetValue(in []byte, start, data int, run *Run, r *Request, o *opcode) (next int, need Need) {
	if o.bounded && len(in)-data < r.ValueLen {
		run.N--
		return start, NeedMore
	}
	return p.value(in, start, data, run, r, 0)
}

// fromHeader takes what every request has in its header.
func (r *Request) fromHeader(head []byte) {
	r.Dialect, r.Flag = Binary, FlagNewLine
	r.Opcode = head[1]
	r.Opaque = binary.BigEndian.Uint32(head[12:])
	r.CAS = binary.BigEndian.Uint64(head[16:])
}

// readExtras takes the extras, whose length has been checked. An expiry is unsigned here, so it is never negative. A
// store with a CAS is a cas if that is compared, but for append and prepend, which keep their meaning.
func (r *Request) readExtras(extras []byte, compared bool) {
	switch len(extras) {
	case 4: // flush, touch, gat
		r.Exptime = int64(binary.BigEndian.Uint32(extras))
	case 8: // set, add, replace
		r.Flags = binary.BigEndian.Uint32(extras)
		r.Exptime = int64(binary.BigEndian.Uint32(extras[4:]))
		if compared && r.CAS != 0 {
			r.Op = engine.OpCAS
		}
	case 20: // incr, decr
		r.Delta = binary.BigEndian.Uint64(extras)
		r.Initial = binary.BigEndian.Uint64(extras[8:])
		if exptime := binary.BigEndian.Uint32(extras[16:]); exptime != noCreate {
			r.Exptime = int64(exptime)
			r.Flag |= FlagCreate
		}
	}
}

// refusePacket answers a packet whose lengths do not fit its opcode. What follows it cannot be trusted, so the
// connection ends; its header is all that is taken.
func refusePacket(run *Run, head []byte, status engine.Status, pos int) (next int) {
	r := take(run, nil)
	r.fromHeader(head)
	r.Command, r.Status = Fail, status
	r.Flag |= FlagClose
	r.Start, r.Next = pos, pos+headerSize
	return r.Next
}

// skipPacket answers a packet with a status and passes over its body, of which nothing is kept.
func (p *Parser) skipPacket(run *Run, head []byte, status engine.Status, pos int, body uint32) (int, Need) {
	next := refusePacket(run, head, status, pos)
	r := &run.Requests[run.N-1]
	r.Flag &^= FlagClose
	r.Skip = uint64(body)
	p.Skip = r.Skip
	return next, NeedNothing
}
