package tool

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// slabClass is what stats items and stats slabs say of one class: names and numbers.
type slabClass map[string]uint64

// display prints a line for each slab class that owns pages.
func (r *report) display() error {
	classes := map[int]slabClass{}
	items, err := r.source.stats("items")
	if err != nil {
		return err
	}
	for _, s := range items {
		if rest, ok := strings.CutPrefix(s.name, "items:"); ok {
			collect(classes, rest, s.value)
		}
	}
	slabs, err := r.source.stats("slabs")
	if err != nil {
		return err
	}
	for _, s := range slabs {
		collect(classes, s.name, s.value)
	}
	fmt.Fprintln(r.out, "  #  Item_Size  Max_age   Pages   Count   Full?  Evicted Evict_Time OOM")
	for _, n := range slices.Sorted(maps.Keys(classes)) {
		c := classes[n]
		if c["total_pages"] == 0 {
			continue
		}
		full := " no"
		if c["used_chunks"] == c["total_chunks"] {
			full = "yes"
		}
		fmt.Fprintf(r.out, "%3d %8s %9ds %7d %7d %7s %8d %8d %4d\n", n, r.size(c["chunk_size"]), c["age"],
			c["total_pages"], c["number"], full, c["evicted"], c["evicted_time"], c["outofmemory"])
	}
	return nil
}

// collect files a figure named class:name; others are left out.
func collect(classes map[int]slabClass, name, value string) {
	class, field, ok := strings.Cut(name, ":")
	n, err := strconv.Atoi(class)
	if !ok || err != nil || n < 0 {
		return
	}
	v, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return
	}
	if classes[n] == nil {
		classes[n] = slabClass{}
	}
	classes[n][field] = v
}

// size writes a number of bytes: for people, or exactly.
func (r *report) size(bytes uint64) string {
	if r.Bytes {
		return strconv.FormatUint(bytes, 10)
	}
	return humanize.IBytes(bytes)
}
