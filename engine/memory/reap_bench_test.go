package memory

import (
	"math/rand/v2"
	"testing"
	"time"

	"gocached/clock"
	"gocached/engine"
	"gocached/slab"
)

// BenchmarkReap takes items out that are over: all of a million at once, and those that end in one second among a million of
// which the ends are spread over an hour. ns/op is for one item. The longest time for which a class was locked shows too,
// with whatever else the machine did in it.
func BenchmarkReap(b *testing.B) {
	for name, spread := range map[string]int{"at once": 1, "spread": 3600} {
		b.Run(name, func(b *testing.B) {
			e, h := alone(b, func(s *engine.Settings) { s.MemoryLimit = 1 << 30 })
			gone, longest := int64(0), time.Duration(0)
			for b.ResetTimer(); gone < int64(b.N); {
				b.StopTimer()
				if e.table.Items() < workingSet/2 {
					for i := range workingSet {
						it, _ := e.Allocate(benchKey(nil, i), benchValue, 0, h.Clock.Now()+1+clock.Time(rand.IntN(spread)), engine.OpSet)
						e.Store(it, engine.OpSet, 0)
					}
				}
				h.Clock.Advance(1)
				before := e.table.Items()
				b.StartTimer()
				longest = max(longest, e.reapTimed())
				gone += before - e.table.Items()
			}
			b.ReportMetric(float64(longest.Microseconds()), "longest-µs")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(gone), "ns/op")
		})
	}
}

// reapTimed is reapDue, and returns the longest time that a block took.
func (e *Engine) reapTimed() (longest time.Duration) {
	now := e.now()
	e.due.take(now, func(first slab.Ref) bool {
		start := time.Now()
		e.reapBlock(first, now)
		longest = max(longest, time.Since(start))
		return e.pause(false)
	})
	return longest
}
