package protocol

import (
	"bytes"

	"gocached/engine"
)

// Where users authenticate in text, a client says who it is by a set that stores nothing:
//
//	set key flags exptime length
//	name password
//
// Of the line only the length counts. Until the server clears Parser.Token nothing else is read. All this is memcached 1.6.45's.

const (
	maxToken     = 16384 // how long a block may be
	minTokenLine = 6     // a line below, without its newline, ends the connection
)

// parseToken takes one attempt to authenticate, or a line that is none. It waits for the whole block, which is short.
func (p *Parser) parseToken(in []byte, run *Run, end int) (used int, need Need) {
	length := bytes.IndexByte(in, '\n')
	switch {
	case length < 0 && len(in) > longLine1645, length >= 0 && length < minTokenLine:
		return 0, NeedClose
	case length < 0:
		return 0, NeedMore
	case run.N >= end:
		return 0, NeedRoom
	}
	next := length + 1
	size, status := tokenLength(in[:length])
	var value []byte
	if status == engine.OK {
		if len(in)-next < size+2 {
			return 0, NeedMore
		}
		value, next = in[next:next+size], next+size+2
		status = judgeToken(value, in[next-2:next])
	}
	r := take(run, nil)
	r.Command, r.Status, r.Flag, r.Value = Token, status, FlagNewLine, value
	r.Next = next
	if next < len(in) {
		return next, NeedRoom // what it means depends on how the attempt ends
	}
	return next, NeedNothing
}

// tokenLength reads the length of the block that follows a line.
func tokenLength(line []byte) (size int, status engine.Status) {
	var words [5][]byte
	if n := Words(withoutCR(line), words[:]); n < len(words) || !bytes.HasPrefix(line, []byte("set")) {
		return 0, AuthError
	}
	length, ok := Uint32(words[4])
	switch {
	case !ok:
		return 0, AuthError
	case length > maxToken:
		return 0, LongToken
	}
	return int(length), engine.OK
}

// judgeToken says whether a block can be a name and a password.
func judgeToken(block, end []byte) engine.Status {
	switch {
	case string(end) != "\r\n":
		return BadTokenEnd
	case bytes.IndexByte(block, ' ') < 0:
		return BadTokenFormat
	}
	return engine.OK
}
