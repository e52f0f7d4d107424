package bench

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// errTorn says that an answer is not there in full yet.
var errTorn = errors.New("more to come")

// shape makes the requests of a load and checks their answers. Key number i has 32 bytes, and its value is a window of
// a pool of random bytes, so that neither takes memory for each key. A shape is read-only and shared by connections.
type shape struct {
	LoadConfig
	pool []byte
}

const (
	keyLength = 32
	keyPrefix = "bench:load:key:00000000"
	poolSize  = 64 << 10
)

func newShape(cfg LoadConfig) *shape {
	return &shape{cfg, appendValue(nil, "pool", poolSize+cfg.Value)}
}

// appendKey appends key number i.
func appendKey(dst []byte, i int) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, keyPrefix...)
	for shift := 4 * (keyLength - len(keyPrefix) - 1); shift >= 0; shift -= 4 {
		dst = append(dst, digits[i>>shift&15])
	}
	return dst
}

// value is the value of key number i. Neighbours differ in every window, and the number stands in the key, which is
// compared as well.
func (s *shape) value(i int) []byte {
	at := uint64(i) * 0x9e3779b97f4a7c15 >> 32 % poolSize
	return s.pool[at : at+uint64(s.Value)]
}

// appendSet appends a set of key number i.
func (s *shape) appendSet(dst []byte, i int) []byte {
	dst = appendKey(append(dst, "set "...), i)
	dst = append(dst, " 0 0 "...)
	dst = strconv.AppendInt(dst, int64(s.Value), 10)
	dst = append(append(append(dst, "\r\n"...), s.value(i)...), "\r\n"...)
	return dst
}

// appendGet appends a get of these keys.
func (s *shape) appendGet(dst []byte, keys []int) []byte {
	dst = append(dst, "get"...)
	for _, i := range keys {
		dst = appendKey(append(dst, ' '), i)
	}
	return append(dst, "\r\n"...)
}

// takeStored takes the answer to a set from in. A full server may refuse.
func takeStored(in []byte) (rest []byte, refused bool, err error) {
	const want, refusal = "STORED\r\n", "SERVER_ERROR "
	if rest, ok := bytes.CutPrefix(in, []byte(want)); ok {
		return rest, false, nil
	}
	end := bytes.IndexByte(in, '\n')
	switch {
	case end >= 0 && bytes.HasPrefix(in, []byte(refusal)):
		return in[end+1:], true, nil
	case end < 0 && len(in) < 100:
		return nil, false, errTorn
	}
	return nil, false, wrong(in, "a set")
}

func wrong(in []byte, to string) error {
	return fmt.Errorf("the answer to %s is %q", to, in[:min(len(in), 100)])
}

// takeHits takes the answer to a get of these keys: each key once, in order, or not at all.
func (s *shape) takeHits(in []byte, keys []int) (rest []byte, misses int, err error) {
	const end = "END\r\n"
	for {
		if rest, ok := bytes.CutPrefix(in, []byte(end)); ok {
			return rest, misses + len(keys), nil
		}
		if len(in) < len(end) || in[0] == 'E' {
			if end[:min(len(in), len(end))] == string(in[:min(len(in), len(end))]) {
				return nil, 0, errTorn
			}
		}
		var found int
		if in, found, err = s.takeHit(in, keys); err != nil {
			return nil, 0, err
		}
		misses += found
		keys = keys[found+1:]
	}
}

// takeHit takes one value from in and says which of the keys it belongs to.
func (s *shape) takeHit(in []byte, keys []int) (rest []byte, found int, err error) {
	line := bytes.IndexByte(in, '\n')
	if line < 0 {
		if len(in) > 300 {
			return nil, 0, wrong(in, "a get")
		}
		return nil, 0, errTorn
	}
	var room [128]byte
	for found = range keys {
		want := appendKey(append(room[:0], "VALUE "...), keys[found])
		want = append(want, " 0 "...)
		want = append(strconv.AppendInt(want, int64(s.Value), 10), "\r\n"...)
		if !bytes.Equal(in[:line+1], want) {
			continue
		}
		rest = in[line+1:]
		if len(rest) < s.Value+2 {
			return nil, 0, errTorn
		}
		if !bytes.Equal(rest[:s.Value], s.value(keys[found])) || rest[s.Value] != '\r' || rest[s.Value+1] != '\n' {
			return nil, 0, wrong(in, "a get, with a wrong value,")
		}
		return rest[s.Value+2:], found, nil
	}
	return nil, 0, wrong(in, "a get")
}
