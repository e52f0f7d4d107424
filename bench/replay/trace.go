package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"gocached/bench"
)

// Op is what a request of a trace does.
type Op uint8

// The operations of a trace.
const (
	OpGet    Op = iota // and a set if it misses
	OpSet              // whatever is there
	OpDelete           // whether or not it is there
)

// Request is a line of a trace.
type Request struct {
	Op   Op
	Key  string
	Size int // of the value, in bytes
	TTL  int // in seconds, 0 is none
}

// LoadTrace reads a trace: lines of time,key,size,op,TTL, packed with gzip if the name ends in .gz, perhaps with
// a line of headings first. The times are not
// used: requests are played as fast as they are answered.
func LoadTrace(path string) ([]Request, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	trace, err := readTrace(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return trace, nil
}

// recordedWarmShare is the part of a recorded trace that is not counted when hit ratios are compared.
const recordedWarmShare = 5

// LoadRecorded reads a trace to compare hit ratios by: its first fifth is not counted.
func LoadRecorded(path string) (Trace, error) {
	requests, err := LoadTrace(path)
	t := TraceOf(requests)
	t.Warm = t.Count / recordedWarmShare
	return t, err
}

func readTrace(in io.Reader) ([]Request, error) {
	var trace []Request
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' || n == 1 && bytes.HasPrefix(line, []byte("time,")) {
			continue
		}
		r, err := parseRequest(string(line))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		trace = append(trace, r)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(trace) == 0 {
		return nil, errors.New("there is no request in it")
	}
	return trace, nil
}

func parseRequest(line string) (Request, error) {
	fields := strings.Split(line, ",")
	if len(fields) != 5 {
		return Request{}, fmt.Errorf("%d fields, want time,key,size,op,TTL", len(fields))
	}
	r := Request{Key: fields[1]}
	if r.Key == "" || len(r.Key) > bench.MaxKey || strings.ContainsFunc(r.Key, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return Request{}, fmt.Errorf("%q cannot be a key", r.Key)
	}
	var err error
	if r.Size, err = strconv.Atoi(fields[2]); err != nil || r.Size < 0 || r.Size > bench.MaxSize {
		return Request{}, fmt.Errorf("%q cannot be a size", fields[2])
	}
	if r.TTL, err = strconv.Atoi(fields[4]); err != nil || r.TTL < 0 {
		return Request{}, fmt.Errorf("%q cannot be a TTL", fields[4])
	}
	switch fields[3] {
	case "get":
		r.Op = OpGet
	case "set":
		r.Op = OpSet
	case "delete":
		r.Op = OpDelete
	default:
		return Request{}, fmt.Errorf("%q is no operation", fields[3])
	}
	return r, nil
}
