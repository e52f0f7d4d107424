package server

import (
	"bytes"
	"encoding/binary"
	"strconv"

	"gocached/engine"
)

// requestKind is what a simulated client asks for.
type requestKind uint8

const (
	askGet requestKind = iota
	askStore
	askDelete
	askArithmetic
	askTouch
	askFlush
	askStats   // a group of the engine's
	askAuth    // a step of an attempt to authenticate: who does that is asked
	askVersion // from here on the engine is not asked
	askNoop
	askDetail // stats detail on or off; text only
	askList   // of mechanisms
	askWrong  // a line or packet that is refused
	askQuit   // from here on the server closes
	askBroken // a packet after which the server closes, with an answer if it has a code
)

// request is one command of a simulated client, and how far it has come.
type request struct {
	kind   requestKind
	op     engine.Op
	opcode byte
	quiet  bool // noreply, or a quiet opcode
	withCAS,
	withKey,
	touch,
	decrease,
	create,
	badData bool
	keys    []int // of a get more than one is possible
	value   []byte
	flags   uint32
	exptime int64
	cas     uint64
	delta   uint64
	initial uint64
	opaque  uint32
	text    string // a whole line, the body of a refused packet, or the group of a Stats
	reply   string // to a line that is refused
	code    uint16 // of the answer to a packet that is refused

	// Where it lies in all that its client sends. head is where a store's value begins; what needs no engine is executed once
	// the server has the bytes up to it.
	start, head, end uint64

	answered  int    // keys of a get
	lacks     bool   // there was no memory for it when it was last tried
	waits     bool   // and it waited then
	lacked    uint32 // since that second
	vain      bool   // there is nothing to wait for
	allocated bool   // a store has its chunk
	streamed  bool   // before its value was there
	due       int64  // when its item will expire
}

// engineKnows says whether the engine is asked.
func (r *request) engineKnows() bool { return r.kind < askVersion }

// closes says whether the server closes the connection.
func (r *request) closes() bool { return r.kind >= askQuit }

// engineOp is what the engine is asked to do for a store: a binary one with a CAS is a cas, unless items have none.
func (r *request) engineOp(p *plan) engine.Op {
	if r.cas != 0 && !p.noCAS && r.op != engine.OpAppend && r.op != engine.OpPrepend {
		return engine.OpCAS
	}
	return r.op
}

var storeWords = [...]string{engine.OpSet: "set", engine.OpAdd: "add", engine.OpReplace: "replace",
	engine.OpAppend: "append", engine.OpPrepend: "prepend", engine.OpCAS: "cas"}

// appendText appends a request as the text protocol has it, and notes where its value begins.
func (r *request) appendText(b []byte, start uint64) []byte {
	before := len(b)
	r.start = start
	switch r.kind {
	case askGet:
		b = r.appendTextGet(b)
	case askStore:
		b = append(append(append(b, storeWords[r.op]...), ' '), keyNamed(r.keys[0])...)
		b = appendNumbers(b, int64(r.flags), r.exptime, int64(len(r.value)))
		if r.op == engine.OpCAS {
			b = strconv.AppendUint(append(b, ' '), r.cas, 10)
		}
		b = r.appendLineEnd(b)
		r.head = start + uint64(len(b)-before)
		b = append(b, r.value...)
		if r.badData {
			b = append(b, "!?"...)
		} else {
			b = append(b, "\r\n"...)
		}
	case askDelete:
		b = r.appendLineEnd(append(append(b, "delete "...), keyNamed(r.keys[0])...))
	case askArithmetic:
		word := "incr "
		if r.decrease {
			word = "decr "
		}
		b = append(append(append(b, word...), keyNamed(r.keys[0])...), ' ')
		b = r.appendLineEnd(strconv.AppendUint(b, r.delta, 10))
	case askTouch:
		b = append(append(b, "touch "...), keyNamed(r.keys[0])...)
		b = r.appendLineEnd(appendNumbers(b, r.exptime))
	case askFlush:
		b = r.appendLineEnd(appendNumbers(append(b, "flush_all"...), r.exptime))
	case askStats:
		b = append(append(append(b, "stats "...), r.text...), "\r\n"...)
	default:
		b = append(b, r.text...)
	}
	r.end = start + uint64(len(b)-before)
	if r.kind != askStore {
		r.head = start + r.lineEnd(b[before:])
	}
	return b
}

// maxUnfinished is how much of a line without an end the server waits for as long as it takes, longestLine how much a
// line may have.
const (
	maxUnfinished = 1024
	longestLine   = 32 << 10
)

// lineEnd is how many bytes of a request the server must have before it answers, or loses patience.
func (r *request) lineEnd(text []byte) uint64 {
	n := bytes.IndexByte(text, '\n') + 1
	if r.kind == askBroken && (n == 0 || n > longestLine) {
		return maxUnfinished + 1
	}
	return uint64(n)
}

func (r *request) appendTextGet(b []byte) []byte {
	word := "get"
	if r.touch {
		word = "gat"
	}
	b = append(b, word...)
	if r.withCAS {
		b = append(b, 's')
	}
	if r.touch {
		b = appendNumbers(b, r.exptime)
	}
	for _, k := range r.keys {
		b = append(append(b, ' '), keyNamed(k)...)
	}
	return append(b, "\r\n"...)
}

func (r *request) appendLineEnd(b []byte) []byte {
	if r.quiet {
		b = append(b, " noreply"...)
	}
	return append(b, "\r\n"...)
}

func appendNumbers(b []byte, numbers ...int64) []byte {
	for _, n := range numbers {
		b = strconv.AppendInt(append(b, ' '), n, 10)
	}
	return b
}

// appendBinary appends a request as the binary protocol has it, and notes where its value begins.
func (r *request) appendBinary(b []byte, start uint64) []byte {
	before := len(b)
	var key string
	if len(r.keys) > 0 {
		key = keyNamed(r.keys[0])
	}
	if r.kind == askStats || r.kind == askWrong || r.kind == askAuth {
		key = r.text
	}
	var space [20]byte
	extras := r.appendExtras(space[:0])
	b = appendPacketHead(b, 0x80, r.opcode, 0, len(extras), len(key), len(extras)+len(key)+len(r.value), r.opaque, r.cas)
	if r.kind == askBroken && r.code == 0 {
		b[before] = 'x'
	}
	b = append(append(b, extras...), key...)
	r.start, r.head = start, start+uint64(len(b)-before)
	if r.kind == askWrong {
		r.head = start + 24 // whatever follows is passed over
	}
	b = append(b, r.value...)
	r.end = start + uint64(len(b)-before)
	return b
}

func (r *request) appendExtras(b []byte) []byte {
	switch r.kind {
	case askGet:
		if r.touch {
			b = binary.BigEndian.AppendUint32(b, uint32(r.exptime))
		}
	case askTouch, askFlush:
		b = binary.BigEndian.AppendUint32(b, uint32(r.exptime))
	case askStore:
		if r.op != engine.OpAppend && r.op != engine.OpPrepend {
			b = binary.BigEndian.AppendUint32(b, r.flags)
			b = binary.BigEndian.AppendUint32(b, uint32(r.exptime))
		}
	case askArithmetic:
		b = binary.BigEndian.AppendUint64(b, r.delta)
		b = binary.BigEndian.AppendUint64(b, r.initial)
		exptime := uint32(r.exptime)
		if !r.create {
			exptime = 1<<32 - 1
		}
		b = binary.BigEndian.AppendUint32(b, exptime)
	}
	return b
}

// appendPacketHead appends the 24 bytes with which each packet begins.
func appendPacketHead(b []byte, magic, opcode byte, status uint16, extras, key, body int, opaque uint32, cas uint64) []byte {
	b = append(b, magic, opcode, byte(key>>8), byte(key), byte(extras), 0)
	b = binary.BigEndian.AppendUint16(b, status)
	b = binary.BigEndian.AppendUint32(b, uint32(body))
	b = binary.BigEndian.AppendUint32(b, opaque)
	return binary.BigEndian.AppendUint64(b, cas)
}
