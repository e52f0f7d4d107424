package slabs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// sizeStep is the width of a step of "stats sizes", in bytes: the line "128 7" says that seven items have 97 to 128.
const sizeStep = 32

// histogram is an answer to "stats sizes".
type histogram struct {
	population
	less  int // bytes by which the items are smaller than the server says
	lines int // that counted
}

// add takes a line: a size and how many items have it. ok is false if it is something else.
func (h *histogram) add(name, value string) (ok bool) {
	size, err := strconv.ParseUint(name, 10, 64)
	items, err2 := strconv.ParseUint(value, 10, 64)
	if err != nil || err2 != nil {
		return false
	}
	h.lines++
	top := int(min(size, maxSize)) - h.less
	h.spread(top-sizeStep, top, float64(min(items, maxCount)))
	return true
}

// maxCount bounds numbers, so that their sums keep what they say.
const maxCount = 1 << 50

// readHistogram reads an answer to "stats sizes" that was saved: lines of STAT, a size and a number, or of the two alone, which
// gocached tool ... sizes --bytes prints. name is what to call it in errors.
func readHistogram(r io.Reader, name string) (*histogram, error) {
	const longest = 4096
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, longest), longest)
	var h histogram
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(strings.TrimPrefix(lines.Text(), "STAT "))
		switch {
		case len(words) == 0, words[0] == "END", words[0][0] == '#':
			continue
		case words[0] == "sizes_status":
			return nil, fmt.Errorf("%s: the server did not count sizes: stats sizes_enable has it do so, or -o track_sizes", name)
		case len(words) != 2 || !h.add(words[0], words[1]):
			return nil, fmt.Errorf("%s: line %d is none of stats sizes: %.40q", name, n, lines.Text())
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s: that is no stats sizes: it has a line without end", name)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if h.lines == 0 {
		return nil, fmt.Errorf("%s: there is no line of stats sizes in it", name)
	}
	return &h, nil
}
