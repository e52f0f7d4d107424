package golden

import (
	"bytes"
	"encoding/binary"
	"maps"
	"strconv"
)

// casValues are the cas values a case has seen, by name.
type casValues map[string]uint64

// verdict is the outcome of holding a reply against a pattern.
type verdict uint8

const (
	no   verdict = iota
	yes          // the pattern is used up
	more         // so far so good, bytes are missing
)

// match holds in against the pattern and says how many bytes the pattern took. seen gains the cas values on yes.
func (p payload) match(in []byte, seen casValues) (used int, v verdict) {
	trial := maps.Clone(seen)
	if trial == nil {
		trial = casValues{}
	}
	used, v = matchTokens(p, in, trial)
	if v == yes {
		maps.Copy(seen, trial)
	}
	return used, v
}

func matchTokens(p []token, in []byte, seen casValues) (used int, v verdict) {
	for i, t := range p {
		if t.kind == anyBytes {
			n, v := matchAny(p[i+1:], in[used:], seen)
			return used + n, v
		}
		n, v := t.match(in[used:], seen)
		if v != yes {
			return used + n, v
		}
		used += n
	}
	return used, yes
}

// matchAny skips as few bytes as let the rest of the pattern match; a pattern that ends here takes all there is.
func matchAny(rest []token, in []byte, seen casValues) (used int, v verdict) {
	if len(rest) == 0 {
		return len(in), yes
	}
	out := no
	for skip := 0; skip <= len(in); skip++ {
		trial := maps.Clone(seen)
		n, v := matchTokens(rest, in[skip:], trial)
		if v == yes {
			maps.Copy(seen, trial)
			return skip + n, yes
		}
		if v == more {
			out = more
		}
	}
	return 0, out
}

func (t token) match(in []byte, seen casValues) (used int, v verdict) {
	switch t.kind {
	case literal:
		return matchLiteral(t.literal, in)
	case pad:
		return matchLength(t.n, in)
	case anyLine:
		end := bytes.IndexAny(in, "\r\n")
		if end < 0 {
			return 0, more
		}
		return end, yes
	case number:
		return matchNumber(in)
	case casText:
		n, v := matchNumber(in)
		if v != yes {
			return 0, v
		}
		value, err := strconv.ParseUint(string(in[:n]), 10, 64)
		if err != nil || !seen.see(t.name, value) {
			return 0, no
		}
		return n, yes
	case casBinary:
		if n, v := matchLength(8, in); v != yes {
			return n, v
		}
		if !seen.see(t.name, binary.BigEndian.Uint64(in)) {
			return 0, no
		}
		return 8, yes
	}
	return 0, no
}

func matchLiteral(want, in []byte) (int, verdict) {
	if len(in) >= len(want) {
		if bytes.Equal(in[:len(want)], want) {
			return len(want), yes
		}
	} else if bytes.HasPrefix(want, in) {
		return 0, more
	}
	same := 0
	for same < len(want) && same < len(in) && want[same] == in[same] {
		same++
	}
	return same, no
}

func matchLength(n int, in []byte) (int, verdict) {
	if len(in) < n {
		return 0, more
	}
	return n, yes
}

func matchNumber(in []byte) (int, verdict) {
	n := 0
	if n < len(in) && in[n] == '-' {
		n++
	}
	first := n
	for n < len(in) && in[n] >= '0' && in[n] <= '9' {
		n++
	}
	switch {
	case n == len(in):
		return 0, more
	case n == first:
		return 0, no
	}
	return n, yes
}

// see notes a cas value and reports whether it agrees with those seen: one value a name, and c1 below c2 below c3.
func (s casValues) see(name string, value uint64) bool {
	if old, ok := s[name]; ok {
		return old == value
	}
	order := func(name string) int { n, _ := strconv.Atoi(name[1:]); return n }
	for other, v := range s {
		if (order(other) < order(name)) != (v < value) || v == value {
			return false
		}
	}
	s[name] = value
	return true
}
