package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapGrowth is by how many per cent Go's heap may grow from one collection to the next.
const heapGrowth = 50

// collectOften lets Go's heap grow by less between collections than it does by itself, which is 100 per cent, from the first
// collection on. Requests allocate hardly anything, so collections stay rare. Before the first, which takes a megabyte for
// itself, there is less to gain. GOGC in the environment has the last word.
func (p *program) collectOften() {
	if p.getenv("GOGC") == "" {
		first := new([16]byte)
		runtime.AddCleanup(first, func(percent int) { debug.SetGCPercent(percent) }, heapGrowth)
	}
}

// collector has Go collect what is left when a rush is over. By itself Go does that when the heap has doubled, or after two
// minutes, and a server that has nothing to do allocates nothing. Ten thousand clients that connected at once leave nearly as
// much behind as they keep.
type collector struct {
	allocated uint64 // bytes that were ever allocated, at the last look
}

const (
	// quietBytes is how much is allocated at most between two looks where there is no rush.
	quietBytes = 256 << 10

	// leftShare is which part of what was in use after the last collection, as a divisor, must have come since, and leftLeast how
	// many bytes, to be worth a collection. The very first one is left to Go: it takes a megabyte for itself.
	leftShare = 8
	leftLeast = 512 << 10
)

// look collects if there is something to collect, and nothing is going on.
func (c *collector) look() {
	figures := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"},
	}
	metrics.Read(figures)
	allocated, objects, live := figures[0].Value.Uint64(), figures[1].Value.Uint64(), figures[2].Value.Uint64()
	quiet := allocated-c.allocated <= quietBytes
	c.allocated = allocated
	if quiet && live > 0 && objects > live+live/leftShare+leftLeast {
		debug.FreeOSMemory()
	}
}
