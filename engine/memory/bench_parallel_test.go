package memory

import (
	"math/rand/v2"
	"testing"

	"gocached/engine"
)

// BenchmarkParallel says whether goroutines stand in each other's way. The time for a call should fall with each
// processor there is, and not rise when there are more goroutines than processors:
//
//	go test ./engine/memory -run '^$' -bench Parallel -cpu 1,2,4,8,16
//
// What they wait for:
//
//	go test ./engine/memory -run '^$' -bench Parallel/get -cpu 8 -mutexprofile mutex.out -mutexprofilefraction 1
//	go tool pprof -top -lines mutex.out
func BenchmarkParallel(b *testing.B) {
	for _, c := range []struct {
		name string
		make func(b *testing.B) crew
	}{
		{"get/uniform", getUniform},
		{"get/onekey", getOneKey},
		{"get90set10", getAndSet},
		{"set/overwrite", setOverwrite},
		{"set/evict", setEvict},
		{"incr", incrOwn},
	} {
		b.Run(c.name, func(b *testing.B) {
			worker := c.make(b)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				call := worker(rand.IntN(workingSet))
				for pb.Next() {
					call()
				}
			})
		})
	}
}

// crew makes a goroutine's work: what it calls again and again. id differs from goroutine to goroutine.
type crew func(id int) (call func())

func getUniform(*testing.B) crew {
	e := filled()
	return func(int) func() {
		keys, get := presentKeys().elsewhere(), getOne(e)
		return func() { get(keys.next()) }
	}
}

func getOneKey(*testing.B) crew {
	e, key := filled(), presentKeys().keys[0]
	return func(int) func() {
		get := getOne(e)
		return func() { get(key) }
	}
}

func getAndSet(*testing.B) crew {
	e := filled()
	return func(int) func() {
		keys, get, n := presentKeys().elsewhere(), getOne(e), 0
		return func() {
			if n++; n%10 == 0 {
				put(e, keys.next(), value100)
			} else {
				get(keys.next())
			}
		}
	}
}

func setOverwrite(*testing.B) crew {
	e := filled()
	return func(int) func() {
		keys := presentKeys().elsewhere()
		return func() { put(e, keys.next(), value100) }
	}
}

func setEvict(b *testing.B) crew {
	e := fullEngine(b)
	return func(int) func() {
		keys := presentKeys().elsewhere()
		return func() { put(e, keys.next(), value100) }
	}
}

// incrOwn has each goroutine count under a key of its own.
func incrOwn(b *testing.B) crew {
	e := New()
	if err := e.Initialize(testSettings()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { e.Shutdown(b.Context()) })
	return func(id int) func() {
		key := benchKey(nil, id)
		put(e, key, []byte("10000000000"))
		a := engine.Arithmetic{Delta: 1}
		return func() { e.Arithmetic(key, &a) }
	}
}

// getOne returns a function that gets one key.
func getOne(e *Engine) func(key []byte) {
	var s sink
	run := make([]engine.Key, 1)
	return func(key []byte) {
		run[0].Bytes = key
		e.Get(run, &s)
	}
}
