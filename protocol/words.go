package protocol

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Words cuts line into words, puts as many as fit into the given slice, and returns how many those are. It allocates
// nothing; the words point into line.
//
// Only blanks separate words. A NUL or a newline ends the line, as in memcached. A carriage return is an ordinary byte:
// the parser takes the one before the newline away first.
func Words(line []byte, into [][]byte) int {
	n := 0
	for at := 0; n < len(into); n++ {
		at = skipBlanks(line, at)
		end := wordEnd(line, at)
		if end == at {
			break
		}
		into[n] = line[at:end:end]
		at = end
	}
	return n
}

// Rest returns line without its leading blanks and its first word, and without the blanks behind that: what follows
// the name of a command. It ends where the line ends for Words.
func Rest(line []byte) []byte {
	from := skipBlanks(line, afterWord(line, 0))
	to := from
	for to < len(line) && line[to] != 0 && line[to] != '\n' {
		to++
	}
	return line[from:to:to]
}

// lastWord returns the last word of line, which ends where it ends for Words.
func lastWord(line []byte) []byte {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, " ")
	return line[bytes.LastIndexByte(line, ' ')+1:]
}

// afterWord returns where the word ends that begins at or behind at, past any blanks.
func afterWord(in []byte, at int) int {
	return wordEnd(in, skipBlanks(in, at))
}

func skipBlanks(in []byte, at int) int {
	for at < len(in) && in[at] == ' ' {
		at++
	}
	return at
}

// wordEnd returns the index of the first blank, NUL or newline at or behind at, or the length of in.
func wordEnd(in []byte, at int) int {
	for {
		at = plainEnd(in, at)
		if at == len(in) {
			return at
		}
		if c := in[at]; c == ' ' || c == 0 || c == '\n' {
			return at
		}
		at++
	}
}

// plainEnd returns the index of the first byte at or behind at that is a blank or a control character, or the length
// of in. It looks at eight bytes at a time: subtracting 0x21 from each byte borrows, and so sets the byte's high bit,
// where the byte was smaller. A borrow can also mark bytes above such a byte, so only the lowest mark counts.
func plainEnd(in []byte, at int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; at+8 <= len(in); at += 8 {
		x := binary.LittleEndian.Uint64(in[at:])
		if small := (x - ones*(' '+1)) &^ x & high; small != 0 {
			return at + bits.TrailingZeros64(small)>>3
		}
	}
	for at < len(in) && in[at] > ' ' {
		at++
	}
	return at
}
