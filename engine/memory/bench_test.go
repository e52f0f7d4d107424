package memory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"gocached/engine"
)

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

const workingSet = 1_000_000

// filled is an engine with a million items of 100 bytes, made once.
var filled = sync.OnceValue(func() *Engine {
	e := New()
	s := benchSettings()
	if err := e.Initialize(s); err != nil {
		panic(err)
	}
	value := []byte(strings.Repeat("v", 100))
	for i := range workingSet {
		put(e, benchKey(make([]byte, 0, 32), i), value)
	}
	return e
})

func benchSettings() engine.Settings {
	s := testSettings()
	s.MemoryLimit = 1 << 30
	return s
}

// benchKey makes a key of 32 bytes.
func benchKey(b []byte, i int) []byte { return fmt.Appendf(b, "key:%028d", i) }

func put(e *Engine, key, value []byte) engine.Status {
	it, status := e.Allocate(key, len(value), 0, 0)
	if status != engine.OK {
		return status
	}
	copy(it.Value, value)
	_, status = e.Store(it, engine.OpSet, 0)
	return status
}

// benchKeys returns the working set's keys in random order, one behind the other, so that reading them costs nothing.
var benchKeys = sync.OnceValue(func() [][]byte {
	all := make([]byte, 0, 32*workingSet)
	keys := make([][]byte, workingSet)
	for i, n := range rand.Perm(workingSet) {
		all = benchKey(all, n)
		keys[i] = all[32*i : 32*i+32 : 32*i+32]
	}
	return keys
})

// BenchmarkGet gets one key at a time and in runs, each key once in a million; ns/op is per key.
func BenchmarkGet(b *testing.B) {
	for _, run := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("hit/100B/run=%d", run), func(b *testing.B) { benchGet(b, run, 0) })
	}
	b.Run("miss/run=64", func(b *testing.B) { benchGet(b, 64, 1) })
}

func benchGet(b *testing.B, run, miss int) {
	e, keys := filled(), benchKeys()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var s sink
		batch := make([]engine.Key, run)
		bytes := make([]byte, 32*run)
		at := rand.IntN(len(keys))
		n := 0
		for pb.Next() {
			k := bytes[32*n : 32*n+32]
			copy(k, keys[at])
			k[0] += byte(miss)
			batch[n].Bytes = k
			if at++; at == len(keys) {
				at = 0
			}
			if n++; n == run {
				e.Get(batch, &s)
				n = 0
			}
		}
	})
}

// BenchmarkSet replaces items at random, and stores new ones in a full cache.
func BenchmarkSet(b *testing.B) {
	value := []byte(strings.Repeat("v", 100))
	b.Run("replace/100B", func(b *testing.B) {
		e, keys := filled(), benchKeys()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			at := rand.IntN(len(keys))
			for pb.Next() {
				put(e, keys[at], value)
				if at++; at == len(keys) {
					at = 0
				}
			}
		})
	})
	b.Run("evict/100B", func(b *testing.B) {
		e := New()
		s := testSettings()
		if err := e.Initialize(s); err != nil {
			b.Fatal(err)
		}
		defer e.Shutdown(b.Context())
		keys := benchKeys()
		for _, k := range keys {
			put(e, k, value)
		}
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			at := rand.IntN(len(keys))
			for pb.Next() {
				put(e, keys[at], value)
				if at++; at == len(keys) {
					at = 0
				}
			}
		})
	})
}

func BenchmarkIncr(b *testing.B) {
	e := New()
	if err := e.Initialize(testSettings()); err != nil {
		b.Fatal(err)
	}
	defer e.Shutdown(b.Context())
	put(e, []byte("n"), []byte("10000000000"))
	for b.Loop() {
		e.Arithmetic([]byte("n"), &engine.Arithmetic{Delta: 1})
	}
}
