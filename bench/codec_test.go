package bench

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
)

// testShape is small, with keys and values of many lengths.
func testShape(t *testing.T, protocol string) *shape {
	t.Helper()
	cfg := smallLoad()
	cfg.Protocol, cfg.OddKeys = protocol, true
	for _, err := range []error{cfg.Key.Set("1-60"), cfg.Value.Set("1-60"), cfg.Validate()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return newShape(cfg.complete())
}

// answerTo is how a server answers a get of the keys, where only some of them are there.
func answerTo(s *shape, single bool, there ...int) (out []byte) {
	if s.Protocol == "text" {
		for _, i := range there {
			out = append(s.appendKey(append(out, "VALUE "...), i), fmt.Sprintf(" 0 %d\r\n", s.valueSize(i))...)
			out = append(append(out, s.value(i)...), "\r\n"...)
		}
		return append(out, "END\r\n"...)
	}
	opcode := byte(opGetKQ)
	if single {
		opcode = opGetK
	}
	for _, i := range there {
		start := len(out)
		out = append(appendHeader(out, opcode, i), 0, 0, 0, 0)
		out[start] = magicResponse
		out = s.appendKey(out, i)
		key := len(out) - start - headerSize - 4
		out = sealHeader(append(out, s.value(i)...), start, 4, key)
	}
	if !single {
		start := len(out)
		out = appendHeader(out, opNoop, 0)
		out[start] = magicResponse
	}
	return out
}

// TestTakeGet cuts an answer at every byte: until the last it is torn, never wrong.
func TestTakeGet(t *testing.T) {
	for _, protocol := range []string{"text", "binary"} {
		s := testShape(t, protocol)
		c := newCodec(s, new(notes))
		keys := []int{3, 7, 3, 11} // 3 is odd; 7 and 11 are missed
		in := answerTo(s, false, 3, 3)
		for n := range in {
			if _, _, err := c.takeGet(in[:n], keys); err != errTorn {
				t.Errorf("%s, cut at %d: %v", protocol, n, err)
			}
		}
		rest, a, err := c.takeGet(append(in, "more"...), keys)
		want := answer{misses: 2, bytes: int64(2 * s.valueSize(3))}
		if err != nil || a != want || string(rest) != "more" {
			t.Errorf("%s: %q, %+v, %v", protocol, rest, a, err)
		}
	}
}

// TestEveryWrongByteIsSeen changes each byte of an answer in turn. None may pass for a right answer, but for those bytes
// that tell nothing of the value: the data type and the CAS of the binary protocol.
func TestEveryWrongByteIsSeen(t *testing.T) {
	for _, protocol := range []string{"text", "binary"} {
		s := testShape(t, protocol)
		for _, keys := range [][]int{{3}, {8, 9}} {
			in := answerTo(s, len(keys) == 1, keys...)
			for n := range in {
				if protocol == "binary" && free(in, n) {
					continue
				}
				for _, flip := range []byte{1, 0x20, 0x80} {
					changed := bytes.Clone(in)
					changed[n] ^= flip
					rest, a, err := newCodec(s, new(notes)).takeGet(changed, keys)
					if err == nil && a.wrong == 0 && a.errors == 0 && a.misses == 0 && len(rest) == 0 {
						t.Errorf("%s: byte %d of %q is wrong and it passes", protocol, n, in)
					}
				}
			}
		}
	}
}

// free reports whether byte n of binary answers may be anything.
func free(in []byte, n int) bool {
	for n >= 0 {
		size := headerSize + int(binary.BigEndian.Uint32(in[8:]))
		if n < size {
			noop := in[1] == opNoop && n > 1 && (n < 4 || n > 11 || n >= 5 && n < 8)
			return noop || n == 5 || n >= 16 && n < headerSize
		}
		in, n = in[size:], n-size
	}
	return false
}

// TestTakeGetCountsWrongValues: a wrong value is counted and noted, and what follows is read all the same.
func TestTakeGetCountsWrongValues(t *testing.T) {
	for _, protocol := range []string{"text", "binary"} {
		s, n := testShape(t, protocol), new(notes)
		in := answerTo(s, false, 8, 9)
		at := bytes.Index(in, s.value(8))
		in[at] ^= 1
		rest, a, err := newCodec(s, n).takeGet(append(in, "more"...), []int{8, 9})
		if err != nil || a.wrong != 1 || a.misses != 0 || string(rest) != "more" {
			t.Errorf("%s: %q, %+v, %v", protocol, rest, a, err)
		}
		if wrong, _ := n.first(); wrong == "" {
			t.Errorf("%s: nothing is noted", protocol)
		}
	}
}

// TestTakeGetStrangers: values that nobody asked for, or with another length or flags.
func TestTakeGetStrangers(t *testing.T) {
	s := testShape(t, "text")
	key := string(s.appendKey(nil, 8))
	for in, want := range map[string]answer{
		"VALUE " + key + " 0 2\r\nab\r\nEND\r\n":              {wrong: 1},
		"VALUE " + key + " 1 2\r\nab\r\nEND\r\n":              {wrong: 1},
		"VALUE stranger 0 2\r\nab\r\nEND\r\n":                 {wrong: 1, misses: 1},
		"SERVER_ERROR out of memory writing get response\r\n": {errors: 1},
		"CLIENT_ERROR bad command line format\r\n":            {errors: 1},
	} {
		if rest, a, err := newCodec(s, new(notes)).takeGet([]byte(in), []int{8}); err != nil || a != want || len(rest) != 0 {
			t.Errorf("%q: %q, %+v, %v; want %+v", in, rest, a, err, want)
		}
	}
	for _, in := range []string{"STORED\r\n", "VALUE x\r\n", "VALUE a 0 x\r\n", "VALUE a 0 99999999999\r\n", "\r\n", "\n"} {
		if _, _, err := newCodec(s, new(notes)).takeGet([]byte(in), []int{8}); err == nil || err == errTorn {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// TestTakeSet: stored, refused, torn and wrong are told apart.
func TestTakeSet(t *testing.T) {
	s := testShape(t, "text")
	for in, want := range map[string]struct {
		rest   string
		errors int32
		err    bool
	}{
		"STORED\r\nx":          {"x", 0, false},
		"SERVER_ERROR no\r\nx": {"x", 1, false},
		"SERVER_ERROR n":       {"", 0, true},
		"STO":                  {"", 0, true},
		"NOT_STORED\r\n":       {"", 0, true},
	} {
		rest, a, err := newCodec(s, new(notes)).takeSet([]byte(in), 1)
		if string(rest) != want.rest || a.errors != want.errors || (err != nil) != want.err {
			t.Errorf("%q: %q, %+v, %v", in, rest, a, err)
		}
	}
}

// TestBinaryErrors: a status is a miss or an error, and a strange answer ends the run.
func TestBinaryErrors(t *testing.T) {
	s := testShape(t, "binary")
	reply := func(opcode byte, status uint16, opaque int) []byte {
		out := appendHeader(nil, opcode, opaque)
		out[0] = magicResponse
		binary.BigEndian.PutUint16(out[6:], status)
		return out
	}
	c := newCodec(s, new(notes))
	for _, x := range []struct {
		in   []byte
		want answer
		err  bool
	}{
		{reply(opGetK, 0x01, 8), answer{misses: 1}, false},
		{reply(opGetK, 0x82, 8), answer{errors: 1}, false},
		{reply(opGetK, 0x01, 9), answer{}, true},
		{reply(opSet, 0, 8), answer{}, true},
	} {
		if _, a, err := c.takeGet(x.in, []int{8}); a != x.want || (err != nil) != x.err {
			t.Errorf("%x: %+v, %v", x.in, a, err)
		}
	}
	if _, a, err := c.takeSet(reply(opSet, 0x82, 8), 8); err != nil || a.errors != 1 {
		t.Errorf("a set without memory: %+v, %v", a, err)
	}
	if _, _, err := c.takeSet([]byte("ERROR\r\n"), 8); err == nil || err == errTorn {
		t.Errorf("text: %v", err)
	}
}

// TestKeys: all keys differ, their lengths are those asked for, and none has a byte that the text protocol forbids.
func TestKeys(t *testing.T) {
	s := testShape(t, "text")
	seen, odd := map[string]bool{}, 0
	for i := range s.Keys {
		key := s.appendKey(nil, i)
		if seen[string(key)] || len(key) < s.digits || len(key) > 60 || bytes.ContainsAny(key, " \r\n\x00") {
			t.Errorf("key %d is %q", i, key)
		}
		seen[string(key)] = true
		if bytes.IndexByte(key, 1) >= 0 {
			odd++
		}
		if len(s.value(i)) != s.valueSize(i) || !bytes.Equal(s.value(i), s.value(i)) {
			t.Errorf("value %d", i)
		}
	}
	if odd == 0 {
		t.Error("no key is odd")
	}
}

func TestValues(t *testing.T) {
	for _, size := range []int{0, 1, 7, 8, 9, 1000} {
		v := AppendValue(nil, "key", size)
		if len(v) != size || !IsValue("key", v) {
			t.Errorf("size %d: %d bytes, not recognised", size, len(v))
		}
		if size >= 8 && IsValue("other", v) {
			t.Errorf("size %d: taken for another key's", size)
		}
	}
}
