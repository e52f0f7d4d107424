package curve

import (
	"math/rand/v2"
	"testing"

	"gocached/clock"
)

// BenchmarkSampled is what a sampled key costs, in a stack that is full of keys in use.
func BenchmarkSampled(b *testing.B) {
	var c Curve
	c.Init(1<<30, func() Gets { return Gets{} }, nil)
	r := rand.New(rand.NewPCG(1, 2))
	hashes := make([]uint64, maxKeys-1)
	for i := range hashes {
		hashes[i] = r.Uint64()
		c.Use(hashes[i], Item{Bytes: 100}, clock.First)
	}
	at, now := make([]int, 1<<16), clock.First
	for i := range at {
		at[i] = r.IntN(len(hashes))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%(maxWork/2) == 0 {
			now++
		}
		c.Hit(hashes[at[i%len(at)]], Item{Bytes: 100}, now)
	}
}
