package protocol

import (
	"strconv"

	"gocached/clock"
	"gocached/engine"
)

// appendMetaReply appends the answer to a meta command that is no hit of a get: the letters of its outcome and what the line
// asked to have back, or the line of an error.
func appendMetaReply(dst []byte, r *Request, key []byte, reply *Reply) []byte {
	letters := metaOf(r, reply.Status)
	switch {
	case letters == "":
		return appendLine(dst, textOf(r, reply.Status))
	case r.Command == Arithmetic && reply.Status == engine.OK && r.Flag&FlagValue != 0:
		return appendMetaNumber(dst, r, key, reply)
	}
	dst = append(dst, letters...)
	dst = appendReturns(dst, r, key, reply)
	return append(dst, "\r\n"...)
}

// appendMetaNumber appends the answer to an ma that wants the number.
func appendMetaNumber(dst []byte, r *Request, key []byte, reply *Reply) []byte {
	var space [20]byte
	number := strconv.AppendUint(space[:0], reply.Number, 10)
	dst = append(dst, "VA "...)
	dst = strconv.AppendUint(dst, uint64(len(number)), 10)
	dst = appendReturns(dst, r, key, reply)
	dst = append(append(dst, "\r\n"...), number...)
	return append(dst, "\r\n"...)
}

// appendReturns appends what a meta command gets back, in the order in which it asks for it: its opaque (O) and its key (k)
// whatever comes of it; ms the CAS of what it has stored and the length (c, s), and if it has stored nothing a zero and what it
// sent; ma the CAS and the time left (c, t) if there is an item.
func appendReturns(dst []byte, r *Request, key []byte, reply *Reply) []byte {
	for _, letter := range r.Letters {
		switch {
		case letter == 0:
			return dst
		case letter == 'O':
			dst = append(append(dst, ' '), r.Tokens...)
		case letter == 'k':
			dst = appendMetaKey(append(dst, " k"...), key, r.Flag&FlagEncoded != 0)
		case letter == 'c' && (r.Command == Store || r.Command == Arithmetic && reply.Status == engine.OK):
			dst = appendReturn(dst, letter, reply.CAS)
		case letter == 's' && r.Command == Store:
			dst = appendReturn(dst, letter, uint64(reply.Length))
		case letter == 't' && r.Command == Arithmetic && reply.Status == engine.OK:
			dst = appendTimeLeft(dst, reply.Exptime, r.Now)
		}
	}
	return dst
}

func appendReturn(dst []byte, letter byte, n uint64) []byte {
	return strconv.AppendUint(append(dst, ' ', letter), n, 10)
}

// appendTimeLeft appends how many seconds are left to an item. One whose time is over already has a very large number of them
// (as in memcached 1.6.45).
func appendTimeLeft(dst []byte, exptime, now clock.Time) []byte {
	if exptime == clock.Never {
		return append(dst, " t-1"...)
	}
	return appendReturn(dst, 't', uint64(uint32(exptime-now)))
}

// appendMetaKey appends a key, in base64 with a mark that says so, or as it is.
func appendMetaKey(dst, key []byte, encoded bool) []byte {
	if !encoded {
		return append(dst, key...)
	}
	return append(appendBase64(dst, key), " b"...)
}

// ShowsValue says whether a hit is answered with the value. A meta command must ask for it, and may say that it has the value of a
// certain CAS.
func (r *Request) ShowsValue(hit *engine.Hit) bool {
	return r.Dialect != Meta || r.Flag&FlagValue != 0 && (r.Flag&FlagCompare == 0 || r.CAS != hit.CAS)
}

// appendMetaHit appends the line of a hit.
func appendMetaHit(dst []byte, r *Request, key *engine.Key, hit *engine.Hit) []byte {
	if r.ShowsValue(hit) {
		dst = append(dst, "VA "...)
		dst = strconv.AppendUint(dst, uint64(len(hit.Value)), 10)
	} else {
		dst = append(dst, "HD"...)
	}
	seen := &key.Look.Seen
	for _, letter := range r.Letters {
		if letter == 0 {
			break
		}
		dst = appendSeen(dst, letter, r, key, hit)
	}
	return append(appendMarks(dst, r, seen), "\r\n"...)
}

// appendSeen appends one thing that an mg has asked to have back.
func appendSeen(dst []byte, letter byte, r *Request, key *engine.Key, hit *engine.Hit) []byte {
	seen := &key.Look.Seen
	switch letter {
	case 'O':
		return append(append(dst, ' '), r.Tokens...)
	case 'k':
		return appendMetaKey(append(dst, " k"...), key.Bytes, spellsBase64(r, key.Bytes, seen))
	case 's':
		return appendReturn(dst, letter, uint64(len(hit.Value)))
	case 't':
		return appendTimeLeft(dst, seen.Exptime, r.Now)
	case 'c':
		return appendReturn(dst, letter, hit.CAS)
	case 'f':
		return appendReturn(dst, letter, uint64(hit.Flags))
	case 'l':
		return appendReturn(dst, letter, uint64(seen.Idle))
	case 'h':
		if seen.Fetched {
			return append(dst, " h1"...)
		}
		return append(dst, " h0"...)
	}
	return dst
}

// appendMarks appends what every mg is told of an item: that somebody else fetches a new value (Z), that it is stale (X), that the
// one who asks is to fetch a new value (W).
func appendMarks(dst []byte, r *Request, seen *engine.Seen) []byte {
	won := seen.Won || r.Flag&FlagWon != 0
	if seen.Sent && !won {
		dst = append(dst, " Z"...)
	}
	if seen.Stale {
		dst = append(dst, " X"...)
	}
	if won {
		dst = append(dst, " W"...)
	}
	return dst
}

// spellsBase64 says how the key of an item is answered to mg and me: as it was when the item was stored. What was asked for in
// base64, and cannot stand in a line, is never shown as it is: the item may have been made by a command that does not note how its
// key was spelled.
func spellsBase64(r *Request, key []byte, seen *engine.Seen) bool {
	return seen.Base64 || r.NeedsBase64(key)
}

// isPlain says whether a key can stand in a line: it holds no blank and no control character.
func isPlain(key []byte) bool {
	for _, c := range key {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// AppendDescription appends the answer to me.
func AppendDescription(dst []byte, r *Request, key *engine.Key, hit *engine.Hit) []byte {
	seen := &key.Look.Seen
	dst = append(dst, "ME "...)
	if spellsBase64(r, key.Bytes, seen) {
		dst = appendBase64(dst, key.Bytes)
	} else {
		dst = append(dst, key.Bytes...)
	}
	left := int64(-1)
	if seen.Exptime != clock.Never {
		left = int64(int32(seen.Exptime - r.Now))
	}
	dst = strconv.AppendInt(append(dst, " exp="...), left, 10)
	dst = strconv.AppendUint(append(dst, " la="...), uint64(seen.Idle), 10)
	dst = strconv.AppendUint(append(dst, " cas="...), hit.CAS, 10)
	if seen.Fetched {
		dst = append(dst, " fetch=yes cls="...)
	} else {
		dst = append(dst, " fetch=no cls="...)
	}
	dst = strconv.AppendInt(dst, int64(seen.Class), 10)
	dst = strconv.AppendInt(append(dst, " size="...), int64(seen.Size), 10)
	return append(dst, "\r\n"...)
}
