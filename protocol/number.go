package protocol

import (
	"bytes"
	"math"

	"gocached/clock"
)

// The numbers of text lines are read as memcached 1.4.5 reads them, with C's strtoul and its relatives: white space in
// front (tabs, say; a word holds no blank) and a sign are allowed, and anything may follow a white space. A word that
// begins with white space and holds no number counts as 0. TestNumbers has the cases.

// Uint64 reads a word as an unsigned number of 64 bits. False means that it is none or too large. A minus sign negates
// modulo 2^64 and is refused only where the result is 2^63 or more, so a hugely negative number can pass (as in
// memcached).
func Uint64(word []byte) (n uint64, ok bool) {
	if n, end := digits(word, 0); end == len(word) && end > 0 {
		return n, true
	}
	s := scanNumber(word)
	if s.over || !s.whole(word) {
		return 0, false
	}
	n = s.unsigned()
	if int64(n) < 0 && bytes.IndexByte(word, '-') >= 0 {
		return 0, false
	}
	return n, true
}

// Uint32 reads a word like Uint64 and cuts the number to 32 bits: 2^32 is read as 0 (as in memcached).
func Uint32(word []byte) (n uint32, ok bool) {
	wide, ok := Uint64(word)
	return uint32(wide), ok
}

// Int64 reads a word as a signed number of 64 bits. False means that it is none or does not fit.
func Int64(word []byte) (n int64, ok bool) {
	if n, end := digits(word, 0); end == len(word) && end > 0 {
		return int64(n), true
	}
	s := scanNumber(word)
	n, fits := s.signed()
	if !fits || !s.whole(word) {
		return 0, false
	}
	return n, true
}

// Exptime reads a word as an expiry, which false says it is not. flush_all has another reading.
func Exptime(word []byte) (n int64, ok bool) {
	n, ok = Int64(word)
	return cutExptime(n), ok
}

// cutExptime cuts an expiry to a signed number of 32 bits, as memcached 1.4.5 does with those of text: clients that print
// a -1 without its sign send 4294967295, which is over at once, and 2^32 is 0, that is never.
//
// What is negative only because it was cut, and by more than thirty days, is a date after January 2038, and stays one:
// memcached adds it to the seconds since its start, which wraps round to the far future unless it has been up that long.
func cutExptime(n int64) int64 {
	cut := int64(int32(n))
	if cut != n && cut < -clock.MaxRelative {
		return int64(uint32(n))
	}
	return cut
}

// digits reads the plain digits at in[at:] and returns the number and where they end. More than 18 of them, which might
// overflow, are left alone: then end is at, as if there were none.
func digits(in []byte, at int) (n uint64, end int) {
	for end = at; end < len(in); end++ {
		c := in[end] - '0'
		if c > 9 {
			break
		}
		n = n*10 + uint64(c)
	}
	if end-at > 18 {
		return 0, at
	}
	return n, end
}

// scanned is what scanNumber found at the beginning of a word.
type scanned struct {
	magnitude uint64
	minus     bool
	over      bool // the magnitude is beyond 64 bits and stands at its maximum
	end       int  // where the number ends; 0 if there is none
}

// scanNumber reads the number at the beginning of a word.
func scanNumber(word []byte) (s scanned) {
	at := 0
	for at < len(word) && isSpace(word[at]) {
		at++
	}
	if at < len(word) && (word[at] == '-' || word[at] == '+') {
		s.minus = word[at] == '-'
		at++
	}
	for ; at < len(word) && word[at]-'0' <= 9; at++ {
		s.add(uint64(word[at] - '0'))
		s.end = at + 1
	}
	return s
}

// add appends a decimal digit.
func (s *scanned) add(digit uint64) {
	if s.over || s.magnitude > (math.MaxUint64-digit)/10 {
		s.magnitude, s.over = math.MaxUint64, true
		return
	}
	s.magnitude = s.magnitude*10 + digit
}

// whole reports whether the number is all of the word, or white space follows it.
func (s *scanned) whole(word []byte) bool {
	if s.end == len(word) {
		return s.end > 0
	}
	return isSpace(word[s.end])
}

// unsigned returns the number as strtoul does: a minus sign negates modulo 2^64, and what is too large is the maximum.
func (s *scanned) unsigned() uint64 {
	if s.minus && !s.over {
		return -s.magnitude
	}
	return s.magnitude
}

// signed returns the number as strtol does. False means that it does not fit into 64 bits.
func (s *scanned) signed() (n int64, fits bool) {
	if s.minus {
		return -int64(s.magnitude), s.magnitude <= 1<<63
	}
	return int64(s.magnitude), s.magnitude <= math.MaxInt64
}

func isSpace(c byte) bool {
	return c == ' ' || c-'\t' <= '\r'-'\t'
}
