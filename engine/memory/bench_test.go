package memory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"gocached/clock"
	"gocached/engine"
)

// The benchmarks of the engine's calls, one after the other on one goroutine, among a million items. Keys come in random
// order, so that nearly every access misses the processor's caches, as on a server. ns/op is for one key.
//
//	make microbench                                       all of them, shortly
//	make benchstat OLD=<commit> BENCH='Get|Set'           compares two commits
//
// A run is what the server gives Get at once. The other calls take one key each.

// sink is a Reader that copies like a connection.
type sink struct {
	out  []byte
	hits int
}

func (s *sink) Hit(_ int, h engine.Hit) bool {
	s.out = append(s.out[:0], h.Value...)
	s.hits++
	return true
}

func (s *sink) Miss(int) {}

const (
	workingSet = 1_000_000
	benchValue = 100 // bytes

	// freshSet is how many keys are stored or removed between two pauses of the clock.
	freshSet = 100_000
)

// filled is an engine with a million items, made once.
var filled = sync.OnceValue(func() *Engine {
	e := New()
	s := benchSettings()
	if err := e.Initialize(s); err != nil {
		panic(err)
	}
	for i := range workingSet {
		put(e, benchKey(make([]byte, 0, 32), i), value100)
	}
	return e
})

var value100 = []byte(strings.Repeat("v", benchValue))

func benchSettings() engine.Settings {
	s := testSettings()
	s.MemoryLimit = 1 << 30
	return s
}

// benchKey makes a key of 32 bytes.
func benchKey(b []byte, i int) []byte { return fmt.Appendf(b, "key:%028d", i) }

func put(e *Engine, key, value []byte) engine.Status { return putUntil(e, key, value, clock.Never) }

func putUntil(e *Engine, key, value []byte, exptime clock.Time) engine.Status {
	it, status := e.Allocate(key, len(value), 0, exptime, engine.OpSet)
	if status != engine.OK {
		return status
	}
	copy(it.Value, value)
	_, status = e.Store(it, engine.OpSet, 0)
	return status
}

// keyRing is keys in random order, one behind the other, so that reading them costs nothing.
type keyRing struct {
	keys [][]byte
	at   int
}

// newKeyRing makes n keys, the first of them of number first.
func newKeyRing(first, n int) *keyRing {
	all := make([]byte, 0, 32*n)
	r := &keyRing{keys: make([][]byte, n)}
	for i, number := range rand.Perm(n) {
		all = benchKey(all, first+number)
		r.keys[i] = all[32*i : 32*i+32 : 32*i+32]
	}
	return r
}

func (r *keyRing) next() []byte {
	if r.at == len(r.keys) {
		r.at = 0
	}
	r.at++
	return r.keys[r.at-1]
}

// elsewhere returns the same keys, begun at another place.
func (r *keyRing) elsewhere() *keyRing { return &keyRing{keys: r.keys, at: rand.IntN(len(r.keys))} }

// The keys of the working set, and keys that are not in it.
var (
	presentKeys = sync.OnceValue(func() *keyRing { return newKeyRing(0, workingSet) })
	absentKeys  = sync.OnceValue(func() *keyRing { return newKeyRing(workingSet, workingSet) })
)

func BenchmarkGet(b *testing.B) {
	for _, c := range []struct {
		name string
		keys func() *keyRing
	}{{"hit/100B", presentKeys}, {"miss", absentKeys}} {
		for _, run := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%s/run=%d", c.name, run), func(b *testing.B) {
				e, keys := filled(), c.keys()
				b.ReportAllocs()
				b.ResetTimer()
				s := getRuns(e, keys, run, b.N)
				if hits := c.name != "miss"; b.N > run && hits != (s.hits > 0) {
					b.Fatal("hits:", s.hits)
				}
			})
		}
	}
}

// getRuns gets about n keys in runs.
func getRuns(e *Engine, keys *keyRing, run, n int) (s sink) {
	batch := make([]engine.Key, run)
	for ; n > 0; n -= run {
		for i := range batch {
			batch[i].Bytes = keys.next()
		}
		e.Get(batch, &s)
	}
	return s
}

// BenchmarkSet stores new keys where there is room, stores keys that are there already, and stores keys in a full cache,
// where each evicts an item.
func BenchmarkSet(b *testing.B) {
	b.Run("new/100B", func(b *testing.B) {
		e, keys := filled(), newKeyRing(2*workingSet, freshSet)
		removeAll := func() { eachKey(keys, func(k []byte) { e.Remove(k, engine.Removal{}) }) }
		b.Cleanup(removeAll)
		inTurns(b, func(k []byte) { put(e, k, value100) }, keys, removeAll)
	})
	b.Run("overwrite/100B", func(b *testing.B) {
		e, keys := filled(), presentKeys()
		b.ReportAllocs()
		for b.Loop() {
			put(e, keys.next(), value100)
		}
	})
	b.Run("overwrite/100B/expiring", func(b *testing.B) {
		e, keys, now := filled(), presentKeys(), filled().clock.Now()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			putUntil(e, keys.next(), value100, now+1+clock.Time(i*7919%3600))
		}
	})
	b.Run("evict/100B", func(b *testing.B) {
		e, keys := fullEngine(b), presentKeys()
		b.ReportAllocs()
		for b.Loop() {
			put(e, keys.next(), value100)
		}
	})
}

// fullEngine returns a small engine in which every set evicts.
func fullEngine(b *testing.B) *Engine {
	e := New()
	if err := e.Initialize(testSettings()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Shutdown(b.Context()) })
	eachKey(presentKeys(), func(k []byte) { put(e, k, value100) })
	return e
}

func BenchmarkDelete(b *testing.B) {
	e, keys := filled(), newKeyRing(2*workingSet, freshSet)
	putAll := func() { eachKey(keys, func(k []byte) { put(e, k, value100) }) }
	inTurns(b, func(k []byte) { e.Remove(k, engine.Removal{}) }, keys, putAll)
	eachKey(keys, func(k []byte) { e.Remove(k, engine.Removal{}) })
}

// inTurns measures what call does to all keys, and has them prepared before, each time, with the clock stopped.
func inTurns(b *testing.B, call func(key []byte), keys *keyRing, prepare func()) {
	b.ReportAllocs()
	for n := 0; n < b.N; {
		b.StopTimer()
		prepare()
		b.StartTimer()
		for _, k := range keys.keys[:min(len(keys.keys), b.N-n)] {
			call(k)
			n++
		}
	}
}

func eachKey(keys *keyRing, call func(key []byte)) {
	for _, k := range keys.keys {
		call(k)
	}
}

func BenchmarkIncr(b *testing.B) {
	for _, counters := range []int{1, workingSet} {
		b.Run(fmt.Sprintf("keys=%d", counters), func(b *testing.B) {
			e, keys := New(), newKeyRing(0, counters)
			if err := e.Initialize(benchSettings()); err != nil {
				b.Fatal(err)
			}
			defer e.Shutdown(b.Context())
			eachKey(keys, func(k []byte) { put(e, k, []byte("10000000000")) })
			b.ReportAllocs()
			for b.Loop() {
				e.Arithmetic(keys.next(), &engine.Arithmetic{Delta: 1})
			}
		})
	}
}

// BenchmarkWalk is for one item of a million.
func BenchmarkWalk(b *testing.B) {
	e, bytes := filled(), 0
	q := engine.Query{Group: "metadump", Limit: 256, Cursor: &engine.Cursor{}}
	b.ResetTimer()
	for n := 0; n < b.N; {
		e.Stats(q, func(name, value string) {
			bytes += len(name) + len(value)
			n++
		})
		if q.Cursor.Done {
			*q.Cursor = engine.Cursor{}
		}
	}
	b.SetBytes(int64(bytes / b.N))
}
