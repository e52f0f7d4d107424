package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// version is the number of a release of memcached: 1, 4, 5.
type version [3]int

// last stands for the last release of a series.
const last = 1 << 20

func (v version) String() string {
	if v[2] == last {
		return fmt.Sprintf("%d.%d", v[0], v[1])
	}
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}

func (v version) before(w version) bool { return slices.Compare(v[:], w[:]) < 0 }

// rules are by what a version makes its table, from the first release on that does so.
type rules struct {
	since    version
	powers   bool // the classes are the powers of two, each with its exponent as its number, and no flag changes that
	header   word // what an item has before its key: the first chunk is that and -n
	align    word // chunks are rounded up to a multiple of it
	most     int  // classes
	usual128 bool // -f 2 means that the first chunk has 128 bytes at least
	halves   bool // chunks grow while two fit in a page; else as long as the next would fit
	strict   bool // and not if that were just as large as a page
	pages    bool // -I is there, and makes the pages; before and later they have 1 MiB
	sizes    bool // -o slab_sizes is there
	chained  bool // -o slab_chunk_max is there: an item may lie in several chunks, the largest of which has
	half     when // half a page
}

// word is a number of bytes that depends on the machine's words.
type word struct{ of32, of64 int }

// when says under which condition something is so.
type when int

const (
	never      when = iota
	largeItems      // if -I is more than a page
	always
)

// history is all rules, in the order of the releases. It was read in their sources.
var history = []rules{
	{since: version{1, 1, 0}, powers: true},
	{since: version{1, 2, 0}, header: word{32, 48}, align: word{4, 8}, most: 200, usual128: true, halves: true},
	{since: version{1, 2, 4}, header: word{40, 56}, align: word{4, 8}, most: 200, usual128: true, halves: true},
	{since: version{1, 2, 5}, header: word{40, 56}, align: word{8, 8}, most: 200, usual128: true, halves: true},
	{since: version{1, 3, 0}, header: word{32, 48}, align: word{8, 8}, most: 200, usual128: true, halves: true},
	{since: version{1, 4, 2}, header: word{32, 48}, align: word{8, 8}, most: 200, usual128: true, halves: true, pages: true},
	{since: version{1, 4, 3}, header: word{32, 48}, align: word{8, 8}, most: 200, pages: true},
	{since: version{1, 4, 23}, header: word{32, 48}, align: word{8, 8}, most: 63, pages: true},
	{since: version{1, 4, 27}, header: word{32, 48}, align: word{8, 8}, most: 63, pages: true, strict: true, sizes: true},
	{since: version{1, 4, 29}, header: word{32, 48}, align: word{8, 8}, most: 63, strict: true, sizes: true, chained: true},
	{since: version{1, 4, 31}, header: word{32, 48}, align: word{8, 8}, most: 63, strict: true, sizes: true, chained: true, half: largeItems},
	{since: version{1, 5, 0}, header: word{32, 48}, align: word{8, 8}, most: 63, strict: true, sizes: true, chained: true, half: always},
}

// Vintage is a version of memcached.
type Vintage struct {
	version version
	rules
}

// newest is the youngest series that is known.
var newest = version{1, 6, last}

// Find returns the vintage of a version such as 1.4.5, or of a series' last one, such as 1.6. What follows the number, as in
// 1.6.0-beta1, is passed over.
func Find(name string) (Vintage, error) {
	number := name
	if end := strings.IndexFunc(name, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }); end > 0 {
		number = name[:end]
	}
	parts := strings.Split(number, ".")
	v := version{0, 0, last}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || i >= len(v) || n >= last {
			return Vintage{}, unknown(name)
		}
		v[i] = n
	}
	if len(parts) < 2 || v.before(history[0].since) || newest.before(v) {
		return Vintage{}, unknown(name)
	}
	for _, r := range slices.Backward(history) {
		if !v.before(r.since) {
			return Vintage{v, r}, nil
		}
	}
	return Vintage{}, unknown(name)
}

func unknown(name string) error {
	return fmt.Errorf("%q is no version of memcached's: they go from %d.%d to %v, such as 1.4.5", name, history[0].since[0],
		history[0].since[1], newest)
}

// Names returns a version of each vintage, the oldest first: those that began something, and the newest series.
func Names() []string {
	var names []string
	for _, r := range history {
		names = append(names, r.since.String())
	}
	return append(names, newest.String())
}

// String returns the version's number.
func (v Vintage) String() string { return v.version.String() }

// TakesSizes reports whether -o slab_sizes chooses the classes.
func (v Vintage) TakesSizes() bool { return v.sizes }

// MostSizes is how many sizes it takes.
func (v Vintage) MostSizes() int { return v.most - 1 }

// Chains reports whether a large item lies in several chunks.
func (v Vintage) Chains() bool { return v.chained }

// Align is of what each chunk's size is a multiple, but for the last class.
func (v Vintage) Align(bits int) int { return v.align.of(bits) }

// Header is what an item has before its key, without the CAS if that can be left out: the first chunk is that and -n.
func (v Vintage) Header(bits int) int { return v.header.of(bits) }

// HasFlags reports whether -f and -n choose the classes.
func (v Vintage) HasFlags() bool { return !v.powers }

func (w word) of(bits int) int {
	if bits == 32 {
		return w.of32
	}
	return w.of64
}
