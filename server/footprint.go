package server

import (
	"bytes"
	"fmt"
	"os"
	"runtime/metrics"
	"strconv"

	"gocached/engine"
)

// Where the memory of the process goes, for whoever chooses -m by it. All of it is found out when it is asked for.

// footprint is the memory of the process at one moment, in bytes.
type footprint struct {
	resident, program uint64 // as the system counts; 0 if it does not say
	items             uint64 // pages for items
	engine            uint64 // what else the engine takes beside Go's heap
	heap              uint64 // Go's heap, less what was given back to the system
	requests, replies uint64 // of the heap: what is kept for clients
}

// footprintRows are lines of `stats gocached`; those of the engine precede them. What is resident is the items and the
// overhead, and the overhead is the engine's other lines, the program, the heap and the runtime.
var footprintRows = []struct {
	name  string
	bytes func(*footprint) uint64
}{
	{"memory_program", func(f *footprint) uint64 { return f.program }},
	{"memory_heap", func(f *footprint) uint64 { return f.heap }},
	{"memory_requests", func(f *footprint) uint64 { return f.requests }},
	{"memory_replies", func(f *footprint) uint64 { return f.replies }},
	{"memory_runtime", func(f *footprint) uint64 { return less(f.overhead(), f.engine+f.program+f.heap) }},
	{"memory_overhead", (*footprint).overhead},
	{"memory_resident", func(f *footprint) uint64 { return f.resident }},
}

func (f *footprint) overhead() uint64 { return less(f.resident, f.items) }

// less returns a less b, or 0: figures that are taken one after the other need not add up.
func less(a, b uint64) uint64 { return a - min(a, b) }

// statsFootprint adds the lines.
func (f *figures) statsFootprint(i int) {
	print := f.shared.footprint()
	f.engineCall().Stats(engine.Query{Group: "memory"}, func(name, value string) {
		f.stat(i, name, value)
		n, _ := strconv.ParseUint(value, 10, 64)
		if name == "memory_items" {
			print.items = n
		} else {
			print.engine += n
		}
	})
	f.engineDone()
	for _, row := range footprintRows {
		f.stat(i, row.name, decimal(row.bytes(&print)))
	}
}

// footprint measures everything but the engine's part.
func (s *shared) footprint() (f footprint) {
	f.resident, f.program = residentBytes()
	heap := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(heap)
	for _, part := range heap {
		f.heap += part.Value.Uint64()
	}
	s.loopsMu.Lock()
	defer s.loopsMu.Unlock()
	for _, l := range s.loops {
		f.requests += uint64(roundInput + l.inputs.held.Load())
	}
	f.replies = uint64(s.unsent.Load())
	return f
}

// residentBytes returns how much of the process is in memory, and how much of that is files, the program first of all.
func residentBytes() (all, files uint64) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0
	}
	var size uint64
	if _, err := fmt.Fscan(bytes.NewReader(text), &size, &all, &files); err != nil {
		return 0, 0
	}
	page := uint64(os.Getpagesize())
	return all * page, files * page
}
