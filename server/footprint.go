package server

import (
	"bytes"
	"fmt"
	"os"
	"runtime/metrics"
	"strings"

	"gocached/figure"
)

// Where the memory of the process goes, for whoever chooses -m by it. All of it is found out when it is asked for.

// footprint is the memory of the process at one moment, in bytes.
type footprint struct {
	resident, program uint64 // as the system counts; 0 if it does not say
	items             uint64 // pages for items
	engine            uint64 // what else the engine takes beside Go's heap
	heap              uint64 // Go's heap, less what was given back to the system; some of it may never have been touched
	requests, replies uint64 // of the heap: what is kept for clients
}

// footprintRows are lines of `stats gocached`; those of the engine precede them. What is resident is the items and the
// overhead, and the overhead is the engine's other lines, the program, the heap and the runtime (TestFootprintExplains).
var footprintRows = []footprintRow{
	ofBytes("memory_program", "Bytes of the program's file; several processes of one program share them.",
		func(f *footprint) uint64 { return f.program }),
	ofBytes("memory_heap", "Bytes of Go's heap that are in memory: connections, buffers, what "+
		"memory_requests and memory_replies count.",
		func(f *footprint) uint64 { return min(f.heap, f.goes()) }),
	ofBytes("memory_requests", "Bytes of the heap for requests: what is kept of those that are not whole or have to wait, "+
		"values below 16 KB included, and a buffer for each event loop.",
		func(f *footprint) uint64 { return f.requests }),
	ofBytes("memory_replies", "Bytes of the heap for replies that clients have not taken.",
		func(f *footprint) uint64 { return f.replies }),
	ofBytes("memory_runtime", "Bytes of stacks and of what Go itself needs: what is left of the overhead.",
		func(f *footprint) uint64 { return less(f.goes(), f.heap) }),
	ofBytes("memory_overhead", "Bytes beside the items: memory_hash_table, memory_page_table, memory_ghosts, memory_curve, "+
		"memory_program, memory_heap and memory_runtime together, to within a few per cent of memory_resident.",
		(*footprint).overhead),
	ofBytes("memory_resident", "Bytes of the process that are in memory: memory_items and memory_overhead. For the -m that a "+
		"machine can bear, take what it can spare for the process and subtract the overhead under full load.",
		func(f *footprint) uint64 { return f.resident }),
}

// footprintRow is one of the lines.
type footprintRow struct {
	figure.Row
	bytes func(*footprint) uint64
}

func ofBytes(name, text string, bytes func(*footprint) uint64) footprintRow {
	return footprintRow{figure.New(name, figure.Gauge, figure.Bytes, text), bytes}
}

func (f *footprint) overhead() uint64 { return less(f.resident, f.items) }

// goes returns what Go has: neither the engine's nor the program's.
func (f *footprint) goes() uint64 { return less(f.overhead(), f.engine+f.program) }

// less returns a less b, or 0: figures that are taken one after the other need not add up.
func less(a, b uint64) uint64 { return a - min(a, b) }

// itemsPart is how the engine names its memory for items.
const itemsPart = "memory_items"

// visitFootprint visits the lines, the engine's first.
func (w *walk) visitFootprint() bool {
	f := w.shared.footprint()
	w.visitEngine("memory", func(part figure.Figure) {
		n, _ := part.Value.Number()
		switch {
		case part.Name == itemsPart:
			f.items = uint64(n)
		case !strings.HasPrefix(part.Name, itemsPart): // which would be a part of those
			f.engine += uint64(n)
		}
		w.visit(part)
	})
	for _, row := range footprintRows {
		w.visit(figure.Figure{Row: row.Row, Name: row.Name, Value: figure.Uint(row.bytes(&f))})
	}
	return true
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
		f.requests += uint64(l.reader.maxInput) + uint64(l.inputs.held.Load())
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
