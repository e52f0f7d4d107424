package server

import (
	"encoding/binary"
	"strconv"
	"strings"

	"gocached/engine"
)

// What a client must be answered is written down here a second time, from the protocols' descriptions, so that it is not
// package protocol that judges itself.

// outcome is what the engine made of a request.
type outcome struct {
	status engine.Status
	number uint64
	flags  uint32
	cas    uint64
}

// textErrors are the lines for what went wrong.
var textErrors = map[engine.Status]string{
	engine.NotFound:   "NOT_FOUND",
	engine.Exists:     "EXISTS",
	engine.NotStored:  "NOT_STORED",
	engine.TooLarge:   "SERVER_ERROR object too large for cache",
	engine.NoMemory:   "SERVER_ERROR out of memory storing object",
	engine.NoClass:    "SERVER_ERROR out of memory storing object",
	engine.NonNumeric: "CLIENT_ERROR cannot increment or decrement non-numeric value",
}

// textDone are the lines for success.
var textDone = map[requestKind]string{askStore: "STORED", askDelete: "DELETED", askTouch: "TOUCHED", askFlush: "OK"}

const badBlock = "CLIENT_ERROR bad data chunk"

// appendTextAnswer appends the answer to anything but a get or a stats.
func appendTextAnswer(b []byte, r *request, o outcome) []byte {
	if r.quiet {
		return b
	}
	line := textDone[r.kind]
	switch {
	case r.kind == askNoop:
		line = "MN"
	case r.kind == askVersion:
		line = "VERSION 1.4.5"
	case !r.engineKnows():
		return append(b, answerTo(r)...)
	case r.badData && o.status == engine.OK:
		line = badBlock
	case r.kind == askArithmetic && o.status == engine.OK:
		line = strconv.FormatUint(o.number, 10)
	case r.kind == askArithmetic && o.status == engine.NoMemory:
		line = "SERVER_ERROR out of memory"
	case o.status != engine.OK:
		line = textErrors[o.status]
	}
	return append(append(b, line...), "\r\n"...)
}

// answerTo is the answer to a line that the engine does not see.
func answerTo(r *request) string {
	switch r.kind {
	case askDetail:
		return "OK\r\n"
	case askWrong:
		return r.reply
	}
	return "" // quit, and what is no line at all
}

// lineFault is what is refused, and how.
type lineFault struct{ line, reply string }

var lineFaults = []lineFault{
	{"nonsense and more\r\n", "ERROR\r\n"},
	{"    \r\n", "ERROR\r\n"},
	{"mg key v v\r\n", "CLIENT_ERROR duplicate flag\r\n"},
	{"mg " + longWord + " b\r\n", "CLIENT_ERROR bad command line format\r\n"},
	{"ms key 9 T q\r\nversion\r\n\r\n", "CLIENT_ERROR bad token in command line format\r\n"},
	{"ms key x\r\n", "CLIENT_ERROR bad command line format\r\n"},
	{"ma key Dx\r\n", "CLIENT_ERROR invalid or duplicate flag\r\n"},
	{"get\r\n", "ERROR\r\n"},
	{"set key x 0 9\r\nversion\r\n\r\n", "CLIENT_ERROR bad command line format\r\n"},
	{"set " + longWord + " 0 0 9 noreply\r\nversion\r\n\r\n", ""},
	{"set key 0 0 9 x y\r\nversion\r\n\r\n", "ERROR\r\n"},
	{"incr key x\r\n", "CLIENT_ERROR invalid numeric delta argument\r\n"},
	{"touch key x\r\n", "CLIENT_ERROR invalid exptime argument\r\n"},
	{"delete key 5\r\n", "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n"},
	{"get " + longWord + "\r\n", "CLIENT_ERROR bad command line format\r\n"},
	{"get a b " + longWord + " c\r\n", "CLIENT_ERROR bad command line format\r\n"},
}

// longLines are refused too, each when its end has come.
var longLines = []lineFault{
	{strings.Repeat("z", 1500) + "\r\n", "ERROR\r\n"},
	{"delete " + strings.Repeat("z", 3000) + "\r\n", "CLIENT_ERROR bad command line format\r\n"},
	{strings.Repeat("z", longestLine-2) + "\r\n", "ERROR\r\n"},
}

// longWord is too long for a key.
var longWord = strings.Repeat("x", 251)

// breaks are what ends a connection: a line that has no end, a request of another protocol, and a line that is too long,
// which no datagram's is.
var breaks = []string{
	noLine,
	"POST /a HTTP/1.1\r\nHost: b\r\n\r\nversion\r\nset a 0 0 1\r\nx\r\n" + strings.Repeat("version\r\n", 300),
	strings.Repeat("y", 40_000) + "\r\nversion\r\n",
}

// noLine is what is no line at all, and not waited for.
var noLine = strings.Repeat("y", 1300)

// binaryErrors are the codes and messages for what went wrong.
var binaryErrors = map[uint16]string{
	0x0001: "Not found",
	0x0002: "Data exists for key.",
	0x0003: "Too large.",
	0x0004: "Invalid arguments",
	0x0005: "Not stored.",
	0x0006: "Non-numeric server-side value for incr or decr",
	0x0081: "Unknown command",
	0x0082: "Out of memory",
}

func binaryCode(r *request, s engine.Status) uint16 {
	switch s {
	case engine.NotFound:
		return 0x0001
	case engine.Exists:
		return 0x0002
	case engine.TooLarge:
		return 0x0003
	case engine.NonNumeric:
		return 0x0006
	case engine.NoMemory, engine.NoClass:
		return 0x0082
	}
	switch r.op { // not stored
	case engine.OpAdd:
		return 0x0002
	case engine.OpReplace:
		return 0x0001
	}
	return 0x0005
}

// appendBinaryAnswer appends the answer to anything but a get or a stat.
func appendBinaryAnswer(b []byte, r *request, o outcome) []byte {
	switch {
	case r.code != 0:
		return appendBinaryError(b, r, r.code)
	case r.kind == askBroken, r.quiet && o.status == engine.OK:
		return b
	case o.status != engine.OK:
		return appendBinaryError(b, r, binaryCode(r, o.status))
	}
	switch r.kind {
	case askArithmetic:
		b = appendPacketHead(b, 0x81, r.opcode, 0, 0, 0, 8, r.opaque, o.cas)
		return binary.BigEndian.AppendUint64(b, o.number)
	case askTouch:
		b = appendPacketHead(b, 0x81, r.opcode, 0, 4, 0, 4, r.opaque, o.cas)
		return binary.BigEndian.AppendUint32(b, o.flags)
	case askVersion:
		return appendBinaryText(b, r, 0, "1.4.5")
	case askList:
		return appendBinaryText(b, r, 0, "LOGIN PLAIN")
	}
	return appendPacketHead(b, 0x81, r.opcode, 0, 0, 0, 0, r.opaque, o.cas)
}

func appendBinaryError(b []byte, r *request, code uint16) []byte {
	return appendBinaryText(b, r, code, binaryErrors[code])
}

// appendBinaryText appends an answer that is a text alone.
func appendBinaryText(b []byte, r *request, code uint16, text string) []byte {
	b = appendPacketHead(b, 0x81, r.opcode, code, 0, 0, len(text), r.opaque, 0)
	return append(b, text...)
}

// appendFound appends what a get shows of one key: it is nil after a miss.
func appendFound(b []byte, r *request, key int, it *record, isText, isLast bool) []byte {
	if !isText {
		return appendBinaryFound(b, r, key, it)
	}
	if it != nil {
		b = append(append(b, "VALUE "...), keyNamed(key)...)
		b = appendNumbers(b, int64(int32(it.flags)), int64(len(it.value)))
		if r.withCAS {
			b = strconv.AppendUint(append(b, ' '), it.cas, 10)
		}
		b = append(append(append(b, "\r\n"...), it.value...), "\r\n"...)
	}
	if isLast {
		b = append(b, "END\r\n"...)
	}
	return b
}

func appendBinaryFound(b []byte, r *request, key int, it *record) []byte {
	name := ""
	if r.withKey {
		name = keyNamed(key)
	}
	switch {
	case it != nil:
		b = appendPacketHead(b, 0x81, r.opcode, 0, 4, len(name), 4+len(name)+len(it.value), r.opaque, it.cas)
		b = append(binary.BigEndian.AppendUint32(b, it.flags), name...)
		return append(b, it.value...)
	case r.quiet:
		return b
	case r.withKey:
		return append(appendPacketHead(b, 0x81, r.opcode, 1, 0, len(name), len(name), r.opaque, 0), name...)
	}
	return appendBinaryError(b, r, 1)
}

// appendFigure appends one figure of a Stats.
func appendFigure(b []byte, r *request, word, name, value string, isText bool) []byte {
	if isText {
		return append(append(append(append(append(append(b, word...), ' '), name...), ' '), value...), "\r\n"...)
	}
	b = appendPacketHead(b, 0x81, r.opcode, 0, 0, len(name), len(name)+len(value), r.opaque, 0)
	return append(append(b, name...), value...)
}
