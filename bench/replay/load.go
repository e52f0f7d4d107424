package replay

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"gocached/bench"
)

// Trace is a sequence of requests, and how it is to be played. It may be played again, and by several at once.
type Trace struct {
	Requests iter.Seq[Request]
	Count    int // of the requests
	Fill     int // of these, how many fill the servers first: they are sent as fast as they are answered
	Warm     int // how many come before the first whose hit or miss is counted
	Windows  int // in how many parts of the same length the others are counted; 0 is one
	Rate     int // of what follows the fill, in a second; 0 is as fast as it is answered
}

// TraceOf is a trace of requests that are known, as they are in a file.
func TraceOf(requests []Request) Trace {
	return Trace{Requests: slices.Values(requests), Count: len(requests)}
}

// Load is a rule that makes a trace, so that hit ratios can be compared without a recorded one. All it asks for follows
// from numbers: the same seed makes the same trace, and a long one takes no memory.
//
// A trace has two parts, either of which may be missing: a fill, sets of ever new keys until twice the server's memory
// has been sent; and reads, each of which is followed by a set if it misses. The fill is not counted, and of reads without
// a fill the first third.
type Load struct {
	Name   string
	Shows  string // what the load is like
	Memory []int  // megabytes of -m at which servers usually play it

	fill    *items // what the fill is made of
	reads   int    // how many
	rate    int    // of reads in a second; 0 is as fast as they are answered
	windows int
	read    func(*draw) func() Request // makes a source of reads
}

// warmShare is the part of the reads that is not counted, since the servers are still filling.
const warmShare = 3

// Trace makes the trace for servers with so many megabytes. Scale makes the reads fewer, or more; 1 leaves them.
func (l *Load) Trace(seed uint64, memory int, scale float64) Trace {
	fill, reads := l.fillCount(seed, memory), int(float64(l.reads)*scale)
	t := Trace{Count: fill + reads, Fill: fill, Warm: fill, Windows: l.windows, Rate: l.rate}
	if fill == 0 && l.windows == 0 {
		t.Warm = reads / warmShare
	}
	t.Requests = func(yield func(Request) bool) {
		if l.sendFill(seed, fill, yield) {
			l.sendReads(seed, reads, yield)
		}
	}
	return t
}

// fillCount is how many items are twice the memory, as far as a sample tells.
func (l *Load) fillCount(seed uint64, megabytes int) int {
	if l.fill == nil {
		return 0
	}
	const sample = 10_000
	bytes := 0
	for i := range uint64(sample) {
		r := l.fill.get(seed, i)
		bytes += len(r.Key) + r.Size
	}
	return int(2 * float64(megabytes<<20) / float64(bytes) * sample)
}

func (l *Load) sendFill(seed uint64, n int, yield func(Request) bool) bool {
	for i := range uint64(n) {
		r := l.fill.get(seed, i)
		r.Op = OpSet
		if !yield(r) {
			return false
		}
	}
	return true
}

func (l *Load) sendReads(seed uint64, n int, yield func(Request) bool) {
	if n == 0 {
		return
	}
	read := l.read(newDraw(seed))
	for range n {
		if !yield(read()) {
			return
		}
	}
}

// FindLoad finds a load by its name, or makes one of fill:KEY,VALUE, the lengths of keys and values in bytes.
func FindLoad(name string) (*Load, error) {
	i := slices.IndexFunc(Loads, func(l *Load) bool { return l.Name == name })
	if i >= 0 {
		return Loads[i], nil
	}
	if sizes, found := strings.CutPrefix(name, fillPrefix); found {
		return parseFill(name, sizes)
	}
	var names []string
	for _, l := range Loads {
		names = append(names, l.Name)
	}
	return nil, fmt.Errorf("%q is no load: there are %s, and %sKEY,VALUE for any other sizes", name, strings.Join(names, " "), fillPrefix)
}

const fillPrefix = "fill:"

// parseFill reads the sizes of a fill.
func parseFill(name, sizes string) (*Load, error) {
	first, second, _ := strings.Cut(sizes, ",")
	key, err1 := strconv.Atoi(first)
	value, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil || key < minFillKey || key > bench.MaxKey || value < 0 || value > bench.MaxSize {
		return nil, fmt.Errorf("%q: want %sKEY,VALUE, bytes of a key from %d to %d and of a value, as in %s24,100",
			name, fillPrefix, minFillKey, bench.MaxKey, fillPrefix)
	}
	return fillOf(key, value), nil
}

// minFillKey is the shortest key that tells apart all items that a fill may have.
const minFillKey = 8
