package bench

import (
	"bytes"
	"strconv"
)

// textCodec speaks the text protocol.
type textCodec struct {
	*shape
	notes *notes
}

// maxLine is more than any line of an answer has.
const maxLine = 512

func (t *textCodec) appendSet(dst []byte, i, exptime int) []byte {
	value := t.value(i)
	dst = t.appendKey(append(dst, "set "...), i)
	dst = append(dst, " 0 "...)
	dst = append(strconv.AppendInt(dst, int64(exptime), 10), ' ')
	dst = append(strconv.AppendInt(dst, int64(len(value)), 10), "\r\n"...)
	return append(append(dst, value...), "\r\n"...)
}

func (t *textCodec) appendGet(dst []byte, keys []int) []byte {
	dst = append(dst, "get"...)
	for _, i := range keys {
		dst = t.appendKey(append(dst, ' '), i)
	}
	return append(dst, "\r\n"...)
}

func (t *textCodec) takeSet(in []byte, i int) (rest []byte, a answer, err error) {
	if rest, ok := bytes.CutPrefix(in, []byte("STORED\r\n")); ok {
		return rest, answer{bytes: int64(t.valueSize(i))}, nil
	}
	line, rest, err := takeLine(in, "a set")
	if err == nil {
		err = t.errorLine(line, "a set", &a)
	}
	return rest, a, err
}

// takeLine takes a line that ends in \r\n, and returns it without.
func takeLine(in []byte, to string) (line, rest []byte, err error) {
	end := bytes.IndexByte(in[:min(len(in), maxLine)], '\n')
	switch {
	case end < 0 && len(in) < maxLine:
		return nil, nil, errTorn
	case end < 1 || in[end-1] != '\r':
		return nil, nil, errStream(in, to)
	}
	return in[:end-1], in[end+1:], nil
}

// errorLine counts a line that says an error. Any other is not what should stand there.
func (t *textCodec) errorLine(line []byte, to string, a *answer) error {
	word, _, _ := bytes.Cut(line, []byte(" "))
	switch string(word) {
	case "ERROR", "CLIENT_ERROR", "SERVER_ERROR":
		a.errors++
		t.notes.errorAnswer(to, line)
		return nil
	}
	return errStream(line, to)
}

// takeGet expects each key once, in order, or not at all.
func (t *textCodec) takeGet(in []byte, keys []int) (rest []byte, a answer, err error) {
	for {
		if rest, ok := bytes.CutPrefix(in, []byte("END\r\n")); ok {
			a.misses += int32(len(keys))
			return rest, a, nil
		}
		line, rest, err := takeLine(in, "a get")
		if err != nil {
			return nil, a, err
		}
		if !bytes.HasPrefix(line, []byte("VALUE ")) {
			return rest, a, t.errorLine(line, "a get", &a)
		}
		if in, keys, err = t.takeValue(line, rest, keys, &a); err != nil {
			return nil, a, err
		}
	}
}

// takeValue takes one value, whose line has been read, and returns the keys that are still to come. Those it has passed
// over are missing.
func (t *textCodec) takeValue(line, in []byte, keys []int, a *answer) (rest []byte, left []int, err error) {
	var room [len("VALUE ") + MaxKey + len(" 0 1048576")]byte
	for n, i := range keys {
		value := t.value(i)
		want := append(t.appendKey(append(room[:0], "VALUE "...), i), " 0 "...)
		if !bytes.Equal(line, strconv.AppendInt(want, int64(len(value)), 10)) {
			continue
		}
		got, rest, err := takeData(in, len(value))
		if err != nil {
			return nil, nil, err
		}
		a.misses += int32(n)
		a.bytes += int64(len(got))
		if !bytes.Equal(got, value) {
			a.wrong++
			t.notes.wrongValue(t.appendKey(nil, i), got, "the value is another")
		}
		return rest, keys[n+1:], nil
	}
	return t.takeStranger(line, in, keys, a)
}

// takeStranger takes a value whose line is none of those expected: another key, other flags or another length. The
// nearest expected key is taken to be what it answers.
func (t *textCodec) takeStranger(line, in []byte, keys []int, a *answer) (rest []byte, left []int, err error) {
	words := bytes.Split(line, []byte(" "))
	if len(words) != 4 {
		return nil, nil, errStream(line, "a get")
	}
	size, err := strconv.ParseUint(string(words[3]), 10, 32)
	if err != nil || size > MaxSize {
		return nil, nil, errStream(line, "a get")
	}
	got, rest, err := takeData(in, int(size))
	if err != nil {
		return nil, nil, err
	}
	a.wrong++
	t.notes.wrongValue(words[1], got, "the answer \""+string(line)+"\" was not expected")
	for n, i := range keys {
		if string(t.appendKey(nil, i)) == string(words[1]) {
			a.misses += int32(n)
			return rest, keys[n+1:], nil
		}
	}
	return rest, keys, nil
}

// takeData takes a value of this size and the end of its line.
func takeData(in []byte, size int) (value, rest []byte, err error) {
	if len(in) < size+2 {
		return nil, nil, errTorn
	}
	if in[size] != '\r' || in[size+1] != '\n' {
		return nil, nil, errStream(in[size:], "a get, after its value,")
	}
	return in[:size], in[size+2:], nil
}
