package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// corpus is valid input, and can spoil it.
type corpus struct {
	random  *rand.Rand
	streams [][]byte // what is sent by TCP, text and binary
	frames  [][]byte // UDP datagrams
}

// loadCorpus takes what clients send from the recorded conversations. Long inputs are left out: what is spoilt in them
// would mostly be a value.
func loadCorpus(dir string, random *rand.Rand) (*corpus, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(files) == 0 {
		return nil, errors.New("no recorded conversations in " + dir)
	}
	c := &corpus{random: random}
	for _, file := range files {
		if err := c.load(file); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *corpus) load(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		var talk struct {
			Transport string
			Steps     []struct {
				Send json.RawMessage
				Via  string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &talk); err != nil {
			return err
		}
		for _, step := range talk.Steps {
			sent := payload(step.Send)
			switch {
			case len(sent) == 0 || len(sent) > 4<<10 || harmful(sent):
			case talk.Transport == "udp" && step.Via != "tcp":
				c.frames = append(c.frames, sent)
			default:
				c.streams = append(c.streams, sent)
			}
		}
	}
	return lines.Err()
}

// harmful reports whether an input would spoil the measurement: a reset of the statistics would hide a panic.
func harmful(input []byte) bool { return bytes.Contains(input, []byte("reset")) }

// payload reads bytes as the recordings write them; their README tells the form. Placeholders stay as they are: they are
// as good an input as any.
func payload(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return latin(text)
	}
	var repeated struct {
		Rep string
		N   int
		Hex json.RawMessage
	}
	if json.Unmarshal(raw, &repeated) == nil {
		if repeated.Hex == nil {
			return latin(strings.Repeat(repeated.Rep, min(repeated.N, 1<<20)))
		}
		digits := string(payload(repeated.Hex))
		out, _ := hex.DecodeString(digits) // up to a placeholder
		return out
	}
	var list []json.RawMessage
	_ = json.Unmarshal(raw, &list)
	var out []byte
	for _, part := range list {
		out = append(out, payload(part)...)
	}
	return out
}

// latin is one byte for each character.
func latin(text string) (out []byte) {
	for _, r := range text {
		out = append(out, byte(r))
	}
	return out
}

// stream makes an input for TCP, and frame one for UDP.
func (c *corpus) stream() []byte { return c.spoil(c.streams) }
func (c *corpus) frame() []byte {
	out := c.spoil(c.frames)
	return out[:min(len(out), 60_000)]
}

// spoil takes one of the inputs and does to it what a broken or evil client might, one to four times.
func (c *corpus) spoil(inputs [][]byte) []byte {
	for {
		out := bytes.Clone(inputs[c.random.IntN(len(inputs))])
		for range 1 + c.random.IntN(4) {
			how := spoilers[c.random.IntN(len(spoilers))]
			if out = how(c.random, out, inputs); len(out) == 0 {
				out = []byte{byte(c.random.Uint32())}
			}
		}
		if !harmful(out) {
			return out
		}
	}
}

// spoilers are what can be done to an input. It is never empty and may be changed in place.
var spoilers = []func(random *rand.Rand, in []byte, others [][]byte) []byte{
	flipBit, setByte, truncate, splice, insert, repeat, extremeNumber, extremeLength,
}

func flipBit(random *rand.Rand, in []byte, _ [][]byte) []byte {
	in[random.IntN(len(in))] ^= 1 << random.IntN(8)
	return in
}

func setByte(random *rand.Rand, in []byte, _ [][]byte) []byte {
	in[random.IntN(len(in))] = " \r\n\x00\x7f\x80\x81\xff-0"[random.IntN(10)]
	return in
}

func truncate(random *rand.Rand, in []byte, _ [][]byte) []byte {
	if random.IntN(2) == 0 {
		return in[random.IntN(len(in)):]
	}
	return in[:random.IntN(len(in))]
}

func splice(random *rand.Rand, in []byte, others [][]byte) []byte {
	other := others[random.IntN(len(others))]
	return append(in[:random.IntN(len(in)+1)], other[random.IntN(len(other)):]...)
}

func insert(random *rand.Rand, in []byte, _ [][]byte) []byte {
	at := random.IntN(len(in) + 1)
	noise := make([]byte, 1+random.IntN(20))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	return append(in[:at:at], append(noise, in[at:]...)...)
}

func repeat(random *rand.Rand, in []byte, _ [][]byte) []byte {
	from := random.IntN(len(in))
	part := in[from : from+random.IntN(min(len(in)-from, 50))+1]
	return append(in[:from:from], append(bytes.Repeat(part, 1+random.IntN(40)), in[from:]...)...)
}

// extremeNumber replaces a number by one at the edge of some type.
func extremeNumber(random *rand.Rand, in []byte, _ [][]byte) []byte {
	edges := []string{"-1", "0", "1", "250", "251", "1048576", "1048577", "2147483647", "2147483648", "4294967295", "4294967296",
		"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-2147483648", "1e9", "0x7f"}
	digit := func(b byte) bool { return '0' <= b && b <= '9' }
	from := random.IntN(len(in))
	for from < len(in) && !digit(in[from]) {
		from++
	}
	to := from
	for to < len(in) && digit(in[to]) {
		to++
	}
	return append(in[:from:from], append([]byte(edges[random.IntN(len(edges))]), in[to:]...)...)
}

// extremeLength changes a length in the head of a binary packet, or the counts in that of a datagram.
func extremeLength(random *rand.Rand, in []byte, _ [][]byte) []byte {
	edges := []uint32{0, 1, 2, 8, 20, 24, 249, 250, 251, 255, 256, 65535, 1 << 20, 1<<20 + 1, 1<<31 - 1, 1 << 31, 1<<32 - 24, 1<<32 - 1}
	edge := edges[random.IntN(len(edges))]
	start := 0
	if i := bytes.IndexByte(in, 0x80); i > 0 {
		start = i
	}
	head := in[start:]
	switch field := random.IntN(4); {
	case field == 0 && len(head) >= 4:
		binary.BigEndian.PutUint16(head[2:], uint16(edge))
	case field == 1 && len(head) >= 5:
		head[4] = byte(edge)
	case field == 2 && len(head) >= 12:
		binary.BigEndian.PutUint32(head[8:], edge)
	case len(in) >= 8:
		binary.BigEndian.PutUint16(in[2*random.IntN(4):], uint16(edge))
	}
	return in
}
