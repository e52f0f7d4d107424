package tool

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// layout is the shape of a two-column table: memcached-tool has one for stats and a narrower one for the others.
type layout struct {
	head, row     string
	field, number string
}

var (
	wide       = layout{"#%-22s %5s %13s\n", "%29s %14s\n", "Field", "Value"}
	narrow     = layout{"#%-17s %5s %11s\n", "%24s %12s\n", "Field", "Value"}
	sizeLayout = layout{narrow.head, narrow.row, "Size", "Count"}
)

func (r *report) general() error  { return r.table("", wide) }
func (r *report) settings() error { return r.table("settings", narrow) }
func (r *report) own() error      { return r.table("gocached", wide) }

// figures asks for a group. Of a server that refuses one that memcached does not have, the error says so.
func (r *report) figures(group string) ([]stat, error) {
	stats, err := r.source.stats(group)
	if errors.Is(err, ErrRefused) && (group == "gocached" || group == "curve") {
		err = fmt.Errorf("%w; only gocached has stats %s", err, group)
	}
	return stats, err
}

// table prints a group of figures, sorted by name.
func (r *report) table(group string, l layout) error {
	stats, err := r.figures(group)
	if err != nil {
		return err
	}
	slices.SortStableFunc(stats, func(a, b stat) int { return cmp.Compare(a.name, b.name) })
	fmt.Fprintf(r.out, l.head, r.address, l.field, l.number)
	for _, s := range stats {
		fmt.Fprintf(r.out, l.row, printable(s.name), r.value(s))
	}
	return nil
}

// sizes prints how many items there are of each size, smallest first.
func (r *report) sizes() error {
	stats, err := r.source.stats("sizes")
	if err != nil {
		return err
	}
	slices.SortStableFunc(stats, func(a, b stat) int {
		m, _ := strconv.ParseUint(a.name, 10, 64)
		n, _ := strconv.ParseUint(b.name, 10, 64)
		return cmp.Compare(m, n)
	})
	l := sizeLayout
	fmt.Fprintf(r.out, l.head, r.address, l.field, l.number)
	for _, s := range stats {
		name := printable(s.name)
		if n, err := strconv.ParseUint(s.name, 10, 64); err == nil {
			name = r.size(n)
		}
		fmt.Fprintf(r.out, l.row, name, printable(s.value))
	}
	return nil
}

// value writes the value of a figure; a number of bytes is written for people.
func (r *report) value(s stat) string {
	if countsBytes(s.name) {
		if n, err := strconv.ParseUint(s.value, 10, 64); err == nil {
			return r.size(n)
		}
	}
	return printable(s.value)
}

// countsBytes reports whether a figure of that name is a number of bytes, in any of memcached's versions.
func countsBytes(name string) bool {
	switch name {
	case "bytes", "maxbytes", "item_size_max", "slab_chunk_max", "chunk_size", "total_malloced", "mem_requested":
		return true
	}
	return strings.HasPrefix(name, "bytes_") || strings.HasPrefix(name, "memory_") || strings.HasSuffix(name, "_bytes") || strings.HasSuffix(name, "_maxbytes")
}
