package memory

import (
	"gocached/engine"
	"gocached/lru"
)

// The keys of -o that are this engine's own.
const (
	lruOption       = "lru"
	objectiveOption = "objective"
	releaseOption   = "release_after"

	automoveOption = "slab_automove"
	reserveOption  = "memory_limit_max"
	tableOption    = "slab_table"
	sizesOption    = "slab_sizes"
)

// What a cache is to have many of.
const (
	hitsFound  = "hits"
	bytesFound = "bytes"
)

var options = []engine.Option{
	{
		Key: lruOption, Kind: engine.OneOf("policy", lru.Names...), Default: lru.S3,
		Help: "which items go when memory is full: s3fifo lets go first what was never used again, and keeps what is used " +
			"often; value lets go what was used least for its size, older uses counting less; lru lets go those that were " +
			"not used for longest (default: s3fifo)",
	},
	{
		Key: objectiveOption, Kind: engine.OneOf("what", hitsFound, bytesFound), Default: hitsFound,
		Help: "what memory is shared out for among items of different sizes: that as many gets as possible find something, or " +
			"that as many bytes as possible are found, which keeps more of the large ones (default: hits)",
	},
	{
		Key: releaseOption, Kind: engine.Whole("seconds", 0, 1<<20), Default: "4",
		Help: "after how many seconds the memory of pages that no item is in goes back to the system; up to twice as many may " +
			"pass, and 0 is never (default: 4)",
	},
	{
		Key: automoveOption, Kind: engine.Whole("level", 0, 2).OrAlone(), Default: "1",
		Help: "how pages move between slab classes by themselves: 0 is not at all but for a class that has none, 1 where it pays, " +
			"2 in a hurry (default: 1)",
	},
	{
		Key: tableOption, Kind: engine.OneOf("table", fineTable, classicTable), Default: fineTable,
		Help: "which sizes of chunks items lie in: fine is many, so that little is wasted; 1.4.5 is those of memcached's slab " +
			"classes (default: fine)",
	},
	{
		Key: sizesOption, Kind: engine.Checked("a-b-c", sizesFault),
		Help: "the chunk sizes of the slab classes, instead of those that -f and -n make; a last one, as large as the largest item, is " +
			"added (default: none)",
	},
	{
		Key: reserveOption, Kind: engine.Whole("megabytes", 0, 1<<27), Default: "0",
		Help: "up to how much memory cache_memlimit may allow; as much address space is taken at the start (default: 0, which is four " +
			"times -m, 1024 at least, or -m where address space is limited)",
	},
}

// What slab_table can be.
const (
	fineTable    = "fine"
	classicTable = "1.4.5"
)

// automoveOf returns how readily pages move at the start.
func automoveOf(options engine.Values) (level int) {
	if options[automoveOption] == "" {
		return 1
	}
	return options.Number(automoveOption)
}
