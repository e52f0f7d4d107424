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
}
