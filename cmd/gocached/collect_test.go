package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

var garbage []byte

// TestCollector: what was left behind is collected at the first look after which hardly anything came, and once.
func TestCollector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	cycles := func() uint64 {
		n := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
		metrics.Read(n)
		return n[0].Value.Uint64()
	}
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	for range 1 + (leftLeast+live[0].Value.Uint64())>>20 {
		garbage = make([]byte, 1<<20)
	}
	garbage = nil
	var c collector
	before := cycles()
	c.look()
	rush := cycles()
	c.look()
	after := cycles()
	c.look()
	if rush != before || after != before+1 || cycles() != after {
		t.Errorf("collections: %d, %d in a rush, %d when it is over, %d later", before, rush, after, cycles())
	}
}
