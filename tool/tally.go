package tool

import (
	"fmt"
	"io"
)

// tally counts what became of the items of a dump, so that a copy with gaps does not look whole.
type tally struct {
	held        int64      // that the server said it had, before
	listed      int64      // whose keys it showed
	written     int64      // that are in the dump
	gone        int64      // that were listed, and had expired or been deleted when their value was asked for
	unspeakable int64      // whose keys no command of the text protocol can name
	unlisted    []shortage // that cachedump did not show
	limited     bool       // the dump ended since it had as many as it was to have
}

// shortage is how many items of a slab class were not shown.
type shortage struct {
	class int
	items int64
}

// missing is how many items the server still has, as far as can be told, that are not in the dump.
func (t *tally) missing() int64 {
	n := t.unspeakable
	for _, s := range t.unlisted {
		n += s.items
	}
	return n
}

// verdict is an error if the copy is not whole.
func (t *tally) verdict(address string) error {
	if n := t.missing(); n > 0 && !t.limited {
		return fmt.Errorf("%s: the dump is not whole: %d items are missing", address, n)
	}
	return nil
}

// print says how many items there are in the dump, and which are not, and why.
func (t *tally) print(w io.Writer) {
	if t.limited {
		fmt.Fprintf(w, "%d of %d items, as --limit asks\n", t.written, t.held)
		return
	}
	fmt.Fprintf(w, "%d of %d items\n", t.written, t.held)
	for _, s := range t.unlisted {
		fmt.Fprintf(w, "missing: %d items of slab class %d, since stats cachedump shows no more than 2 MB of keys of a class\n", s.items, s.class)
	}
	if t.unspeakable > 0 {
		fmt.Fprintf(w, "missing: %d items whose keys hold blanks, line ends or zero bytes, since no add command can name them\n", t.unspeakable)
	}
	if t.gone > 0 {
		fmt.Fprintf(w, "gone: %d items that expired or were deleted meanwhile\n", t.gone)
	}
}
