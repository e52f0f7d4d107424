package protocol

import (
	"gocached/clock"
	"gocached/engine"
)

// Reply is the outcome of a request, to be put on the wire by AppendReply.
type Reply struct {
	Status engine.Status
	CAS    uint64 // binary and meta only, printed with OK; the reply to a delete has none
	Number uint64 // of Arithmetic
	Flags  uint32 // of the item, for a binary Touch

	Length  int        // of the value that a meta Store has stored, or would have
	Exptime clock.Time // of a meta Arithmetic's item

	// Text is the version for Version. For Stats in text it is the line that says OK ("OK" if empty, "RESET" for stats
	// reset). For SASL it is the body: the list of mechanisms, "Authenticated", the challenge.
	Text string
}

// AppendReply appends the answer to r, unless r.Hide leaves it out. key is the key of r. It is for every command; a Get
// that has a hit or a miss to show needs AppendHit or AppendMiss, and a Stats that shows figures ends with
// AppendStatsEnd. Nothing is kept of r, key and reply, and nothing is allocated but what dst needs to grow.
func AppendReply(dst []byte, r *Request, key []byte, reply *Reply) []byte {
	if r.hides(reply.Status) {
		return dst
	}
	switch r.Dialect {
	case Binary:
		return appendBinaryReply(dst, r, reply)
	case Meta:
		return appendMetaReply(dst, r, key, reply)
	}
	return appendTextReply(dst, r, reply)
}

// hides says whether an answer with that status is left out. It is the only place that reads Hide.
func (r *Request) hides(s engine.Status) bool {
	switch r.Hide {
	case HideOK:
		return s == engine.OK
	case HideMiss:
		return s == engine.NotFound
	case HideAll:
		return true
	}
	return false
}

// AppendHit appends a hit, with its value if it is to be shown. key is the key of r, with the Look if that is a meta command.
func AppendHit(dst []byte, r *Request, key *engine.Key, hit *engine.Hit) []byte {
	dst = AppendHitHead(dst, r, key, hit)
	if !r.ShowsValue(hit) {
		return dst
	}
	dst = append(dst, hit.Value...)
	return AppendHitTail(dst, r)
}

// AppendHitHead appends what stands before the value of a hit, for a value that is sent from where it lies. Of the
// value only the length counts.
func AppendHitHead(dst []byte, r *Request, key *engine.Key, hit *engine.Hit) []byte {
	switch r.Dialect {
	case Binary:
		return appendBinaryHit(dst, r, key.Bytes, hit)
	case Meta:
		return appendMetaHit(dst, r, key, hit)
	}
	return appendTextHit(dst, r, key.Bytes, hit)
}

// AppendHitTail appends what stands behind the value of a hit: in text the line's end, and END if the key was its
// line's last. In binary there is nothing.
func AppendHitTail(dst []byte, r *Request) []byte {
	if r.Dialect == Binary {
		return dst
	}
	return appendEnd(append(dst, "\r\n"...), r)
}

// AppendMiss appends the answer to a Get that found nothing. In classic text that is at most the END behind the line's last
// key; otherwise nothing if r hides a miss. A getk gets its key back in place of the message (as in memcached).
func AppendMiss(dst []byte, r *Request, key []byte) []byte {
	switch {
	case r.Dialect == Classic:
		return appendEnd(dst, r)
	case r.hides(engine.NotFound):
		return dst
	case r.Dialect == Meta:
		return appendMetaReply(dst, r, key, &Reply{Status: engine.NotFound})
	}
	return appendBinaryMiss(dst, r, key)
}

// AppendStat appends one figure of a Stats reply.
func AppendStat(dst []byte, r *Request, name, value string) []byte {
	if r.Dialect == Binary {
		return appendBinaryStat(dst, r, name, value)
	}
	return appendTextStat(dst, name, value)
}

// AppendStatsEnd closes a Stats reply.
func AppendStatsEnd(dst []byte, r *Request) []byte {
	if r.Dialect == Binary {
		return appendBinaryStat(dst, r, "", "")
	}
	return append(dst, "END\r\n"...)
}

// AppendDump appends one item of a stats cachedump, of which about is what stands behind the key: a line of its own
// form in text, a figure in binary. AppendStatsEnd closes the dump. In text a key that cannot stand in a line is shown in base64
// with a mark, as meta commands have it.
func AppendDump(dst []byte, r *Request, key, about string) []byte {
	if r.Dialect == Binary {
		return appendBinaryStat(dst, r, key, about)
	}
	dst = append(dst, "ITEM "...)
	dst = appendMetaKey(dst, []byte(key), !isPlain([]byte(key)))
	dst = append(dst, ' ')
	return appendLine(dst, about)
}

// AppendDetail appends the whole answer to stats detail dump, made of lines with their ends. In binary they and an END
// line are the value of one figure (as in memcached).
func AppendDetail(dst []byte, r *Request, lines string) []byte {
	if r.Dialect == Binary {
		dst = appendBinaryStat(dst, r, "detailed", lines+"END\r\n")
		return AppendStatsEnd(dst, r)
	}
	dst = append(dst, lines...)
	return AppendStatsEnd(dst, r)
}
