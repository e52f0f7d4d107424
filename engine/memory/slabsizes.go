package memory

import (
	"strconv"
	"strings"

	"gocached/engine"
	"gocached/slab"
	"gocached/slabs/table"
)

// mostSizes is how many sizes -o slab_sizes may have (as in memcached 1.6).
const mostSizes = 62

// givenSizes reads -o slab_sizes. What is no number is 0, and nothing between two dashes is nothing (as in memcached).
func givenSizes(value string) (sizes []int) {
	for word := range strings.SplitSeq(value, "-") {
		if word != "" {
			n, _ := strconv.Atoi(word)
			sizes = append(sizes, n)
		}
	}
	return sizes
}

// sizesFault says in memcached's words what is wrong with a list, whatever the other flags are. Initialize knows those.
func sizesFault(value string) string {
	sizes := givenSizes(value)
	if len(sizes) == 0 {
		return "-o " + sizesOption + " needs a value: " + sizesOption + "=a-b-c"
	}
	if err := table.CheckSizes(sizes, 1, slab.MaxPage, mostSizes); err != nil {
		return err.Error()
	}
	return ""
}

// nominalSizes returns the sizes of memcached's classes: those given, or those that -f and -n make.
func nominalSizes(s *engine.Settings) ([]int, error) {
	sizes := givenSizes(s.Options[sizesOption])
	if len(sizes) == 0 {
		return slab.Sizes(s.ItemMax, s.ChunkMin, s.Factor), nil
	}
	if err := table.CheckSizes(sizes, s.ChunkMin, s.ItemMax, mostSizes); err != nil {
		return nil, err
	}
	for i, size := range sizes {
		sizes[i] = min((size+7)&^7, s.ItemMax)
	}
	return append(sizes, s.ItemMax), nil
}

// layouts returns the chunks in which items lie.
func layouts(s *engine.Settings, nominal []int, limit int64, pageSize int) []slab.Layout {
	if s.Options[tableOption] == classicTable {
		return slab.Classic(nominal, pageSize, spans(limit, pageSize))
	}
	return slab.Fine(pageSize, s.ItemMax, spans(limit, pageSize), growth(limit))
}
