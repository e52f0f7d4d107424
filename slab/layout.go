package slab

const (
	// PageSize is the bytes of a page, where there is memory enough. All classes share what there is by the page: with pages of
	// 1 MiB, as memcached has them, a cache of 8 MiB would serve 8 sizes.
	PageSize = 64 << 10

	// MaxSpan is the most pages that a run of several chunks has.
	MaxSpan = 32

	// fineStart is the smallest chunk of the fine table: an item without CAS, and a key and a value of some bytes.
	fineStart = 40
)

// Layout is how chunks of some size lie in memory: so many pages are a run, which is cut into chunks.
type Layout struct {
	Size int // bytes of a chunk
	Span int // pages of a run
}

// Fine returns sizes of chunks from the smallest up to largest bytes, each growth times as large as the one before or less, and
// at least 8 bytes larger. Each size divides its run of pages with little left over. spans is the most pages that a run of
// several chunks may have.
func Fine(pageSize, largest, spans int, growth float64) (table []Layout) {
	for size := fineStart; ; {
		l := layoutFor(size, pageSize, spans)
		table = append(table, l)
		if l.Size >= largest {
			return table
		}
		size = max(l.Size+align, ceilTo(int(float64(l.Size)*growth), align))
		size = min(size, ceilTo(largest, align))
	}
}

// Classic returns chunks for a table of sizes: each as large as one of them, or by so much larger as its run has room for.
func Classic(sizes []int, pageSize, spans int) (table []Layout) {
	last := 0
	for _, size := range sizes {
		if l := layoutFor(max(size, fineStart), pageSize, spans); l.Size > last {
			table, last = append(table, l), l.Size
		}
	}
	return table
}

// layoutFor finds the shortest run in which chunks of at least so many bytes lie nearly as densely as in any. The chunks are as
// large as the run allows.
func layoutFor(size, pageSize, spans int) Layout {
	alone := pagesFor(size, pageSize)
	best := Layout{alone * pageSize, alone}
	for span := 1; span <= spans; span *= 2 {
		n := span * pageSize / size
		if n == 0 || n == 1 && span != alone {
			continue
		}
		if l := (Layout{span * pageSize / n &^ (align - 1), span}); l.Size*dense < best.Size*(dense-1) || l.Size <= best.Size && span < best.Span {
			best = l
		}
	}
	return best
}

// dense says how much smaller the chunks of a longer run must be, as a part: by a thirty-second.
const dense = 32

func ceilTo(n, unit int) int { return (n + unit - 1) / unit * unit }
