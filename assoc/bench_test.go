package assoc

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gocached/engine"
)

// BenchmarkFind looks keys up without an engine around: the stages of a run if there is more than one key, then the chain,
// under the lock. ns/op is for one key; probes/op is how many items were looked at for it, of which the first and
// second are prefetched.
func BenchmarkFind(b *testing.B) {
	for _, items := range []int{1_000, 100_000, 1_000_000} {
		f := newFixture(b, 128)
		keys := f.fill(items)
		for _, run := range []int{1, 64} {
			b.Run(fmt.Sprintf("hit/items=%d/run=%d", items, run), func(b *testing.B) { f.bench(b, keys, run) })
		}
		absent := shuffled("absent", items)
		b.Run(fmt.Sprintf("miss/items=%d/run=64", items), func(b *testing.B) { f.bench(b, absent, 64) })
	}
}

// fill puts items in the table and returns their keys in another, random order, one behind the other in memory so that
// reading them costs nothing.
func (f *fixture) fill(items int) [][]byte {
	for i := range items {
		key := fmt.Append(nil, "key", i)
		hash := f.table.Hash(key)
		r, h := f.item(string(key))
		f.table.Insert(hash, r, h)
		f.table.Grow(hash)
	}
	return shuffled("key", items)
}

func shuffled(prefix string, n int) [][]byte {
	keys, all := make([][]byte, n), []byte(nil)
	for i, number := range rand.Perm(n) {
		start := len(all)
		all = fmt.Append(all, prefix, number)
		keys[i] = all[start:len(all):len(all)]
	}
	return keys
}

func (f *fixture) bench(b *testing.B, keys [][]byte, run int) {
	batch := make([]engine.Key, run)
	at, probes := 0, 0
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += run {
		for i := range batch {
			batch[i].Bytes = keys[at]
			if at++; at == len(keys) {
				at = 0
			}
		}
		f.find(batch)
	}
	b.StopTimer()
	for _, k := range keys {
		probes += f.probes(k)
	}
	b.ReportMetric(float64(probes)/float64(len(keys)), "probes/op")
}

// find does for a run what the engine's Get does.
func (f *fixture) find(run []engine.Key) {
	if len(run) == 1 {
		run[0].Scratch[0] = f.table.Hash(run[0].Bytes)
		f.findLocked(&run[0])
		return
	}
	r := f.table.Run(run)
	for i := range run {
		if i%Step == 0 {
			r.Ahead()
		}
		f.findLocked(&run[i])
	}
}

func (f *fixture) findLocked(k *engine.Key) {
	s := f.table.Stripe(k.Scratch[0])
	s.Lock()
	f.table.Find(k.Scratch[0], k.Bytes)
	s.Unlock()
}
