package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"gocached/clock"
	"gocached/engine"
	"gocached/engine/memory"
)

// store is an engine that is filled with numbered items: keys of ten bytes, and values that are up to six bytes shorter
// than the longest.
type store struct {
	*memory.Engine
	value string // the longest
}

const (
	keySize    = 10
	headerSize = 32
)

// newStore returns an engine with room for so many items, and more. Its smallest chunks hold an item exactly.
func newStore(items, value int) (*store, error) {
	s := &store{memory.New(), strings.Repeat("0123456789", 1+value/10)[:value]}
	chunk := (headerSize + keySize + value + 7) / 8 * 8
	return s, s.Initialize(engine.Settings{
		Clock: clock.NewFake(1_700_000_000), MemoryLimit: int64(items)*int64(chunk)/100*105 + 64<<20, ItemMax: 1 << 20,
		ChunkMin: chunk - 48, Factor: 1.25, LendFrom: 16 << 10,
		Warn: func(msg string) { fmt.Fprintln(os.Stderr, msg) },
	})
}

func (s *store) close() { _ = s.Shutdown(context.Background()) }

// putKey writes the key of an item: k and nine digits.
func putKey(key []byte, number int) {
	key[0] = 'k'
	for i := keySize - 1; i > 0; i-- {
		key[i] = byte('0' + number%10)
		number /= 10
	}
}

// set stores an item.
func (s *store) set(number int) error {
	var key [keySize]byte
	putKey(key[:], number)
	value := s.value[:len(s.value)-number%7]
	it, status := s.Allocate(key[:], len(value), 0, 0, engine.OpSet)
	if status == engine.OK {
		copy(it.Value, value)
		_, status = s.Store(it, engine.OpSet, 0)
	}
	if status != engine.OK {
		return fmt.Errorf("item %d: status %d", number, status)
	}
	return nil
}

// figure returns one of the engine's own figures.
func (s *store) figure(name string) int {
	n := 0
	s.Stats(engine.Query{Group: "gocached"}, func(figure, value string) {
		if figure == name {
			n, _ = strconv.Atoi(value)
		}
	})
	return n
}

// batch is keys to get, and the reader of what comes: it counts hits and looks at each value.
type batch struct {
	keys []engine.Key
	all  []byte
	hits int
}

func newBatch(n int) *batch {
	b := &batch{keys: make([]engine.Key, n), all: make([]byte, n*keySize)}
	for i := range b.keys {
		b.keys[i].Bytes = b.all[i*keySize : (i+1)*keySize]
	}
	return b
}

// choose makes the batch one of random items below a number.
func (b *batch) choose(below int) {
	for i := range b.keys {
		putKey(b.keys[i].Bytes, rand.IntN(below))
	}
}

// Hit is engine.Reader's.
func (b *batch) Hit(_ int, h engine.Hit) bool {
	if h.Value[0] == '0' {
		b.hits++
	}
	return true
}

// Miss is engine.Reader's.
func (b *batch) Miss(int) {}
