package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"
)

// collision is a way to make keys that all have one hash, under a function that needs no secret. The functions are
// written from their public definitions.
type collision struct {
	name string
	// keys makes so many different keys. None holds a byte that ends a key in the text protocol.
	keys func(random *rand.Rand, n int) []string
	hash func(key []byte) uint32
}

var collisions = []collision{
	{"lookup3", lookup3Keys, lookup3},
	{"murmur3", func(random *rand.Rand, n int) []string { return chains(random, n, 8, 0, murmur3Blocks) }, murmur3},
	{"FNV-1a", func(random *rand.Rand, n int) []string { return chains(random, n, 4, fnvBasis, fnv1a) },
		func(key []byte) uint32 { return fnv1a(fnvBasis, key) }},
	{"FNV-1a 64", func(random *rand.Rand, n int) []string { return chains(random, n, 4, fnv64Basis, fnv1a64) },
		func(key []byte) uint32 { return fnv1a64(fnv64Basis, key) }},
	{"XXH3", xxh3Keys, nil}, // no need of the function: the keys take what it multiplies by out of the sum
}

// allowed reports whether a key may hold these bytes.
func allowed(key []byte) bool {
	for _, b := range key {
		if b <= ' ' || b == 0x7f {
			return false
		}
	}
	return true
}

// randomBytes fills with bytes that a key may hold.
func randomBytes(random *rand.Rand, out []byte) {
	for i := range out {
		out[i] = byte('!' + random.IntN('~'-'!'))
	}
}

// chains makes keys for a function that goes through a key in blocks and remembers 32 bits (of 64, the low ones depend on
// the low ones alone). For the first block it finds two that lead to the same state, from there two further ones, and so
// on: each of the 2^k ways through k pairs is a key (Joux, 2004).
func chains(random *rand.Rand, n, block int, state uint32, step func(state uint32, block []byte) uint32) []string {
	var pairs [][2]string
	for range bits.Len(uint(n - 1)) {
		var pair [2]string
		pair, state = pairFrom(random, block, state, step)
		pairs = append(pairs, pair)
	}
	keys := make([]string, n)
	for i := range keys {
		for bit, pair := range pairs {
			keys[i] += pair[i>>bit&1]
		}
	}
	return keys
}

// pairFrom finds two blocks that lead from a state to the same one: by the birthday paradox, among some hundred thousand.
func pairFrom(random *rand.Rand, block int, state uint32, step func(uint32, []byte) uint32) (pair [2]string, to uint32) {
	seen := map[uint32]string{}
	b := make([]byte, block)
	for {
		randomBytes(random, b)
		to = step(state, b)
		if before, ok := seen[to]; ok && before != string(b) {
			return [2]string{before, string(b)}, to
		}
		seen[to] = string(b)
	}
}

// FNV-1a by Fowler, Noll and Vo.
const (
	fnvBasis   = 0x811c9dc5
	fnv64Basis = 0x84222325 // the low half of it
)

func fnv1a(state uint32, block []byte) uint32 {
	for _, b := range block {
		state = (state ^ uint32(b)) * 0x01000193
	}
	return state
}

// fnv1a64 is the low half of the hash of 64 bits, which depends on nothing else.
func fnv1a64(state uint32, block []byte) uint32 {
	for _, b := range block {
		state = (state ^ uint32(b)) * 0x1b3
	}
	return state
}

// murmur3Blocks takes the state of MurmurHash3_x86_32 by Austin Appleby through whole blocks.
func murmur3Blocks(state uint32, blocks []byte) uint32 {
	for ; len(blocks) >= 4; blocks = blocks[4:] {
		k := binary.LittleEndian.Uint32(blocks) * 0xcc9e2d51
		state ^= bits.RotateLeft32(k, 15) * 0x1b873593
		state = bits.RotateLeft32(state, 13)*5 + 0xe6546b64
	}
	return state
}

// murmur3 is MurmurHash3_x86_32 with seed 0 of a key whose length is a multiple of four.
func murmur3(key []byte) uint32 {
	h := murmur3Blocks(0, key) ^ uint32(len(key))
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}

// lookup3State is the state of Bob Jenkins' lookup3: three words.
type lookup3State [3]uint32

func (s *lookup3State) add(block []byte, sign uint32) {
	for i := range s {
		s[i] += sign * binary.LittleEndian.Uint32(block[4*i:])
	}
}

// mix stirs the state between two blocks of twelve bytes.
func (s *lookup3State) mix() {
	for i, r := range [...]int{4, 6, 8, 16, 19, 4} {
		a, b, c := i%3, (i+1)%3, (i+2)%3
		s[a] = (s[a] - s[c]) ^ bits.RotateLeft32(s[c], r)
		s[c] += s[b]
	}
}

// final stirs it after the last one.
func (s *lookup3State) final() uint32 {
	for i, r := range [...]int{14, 11, 25, 16, 4, 14, 24} {
		c, b := (i+2)%3, (i+1)%3
		s[c] = (s[c] ^ s[b]) - bits.RotateLeft32(s[b], r)
	}
	return s[2]
}

func newLookup3(length int) lookup3State {
	first := 0xdeadbeef + uint32(length)
	return lookup3State{first, first, first}
}

// lookup3 is hashlittle with no initial value, of a key of 24 bytes.
func lookup3(key []byte) uint32 {
	s := newLookup3(len(key))
	s.add(key, 1)
	s.mix()
	s.add(key[12:], 1)
	return s.final()
}

// lookup3Keys takes any first block, and for the second the difference between the state it leads to and one that is
// the same for all keys.
func lookup3Keys(random *rand.Rand, n int) []string {
	goal := lookup3State{random.Uint32(), random.Uint32(), random.Uint32()}
	seen := map[string]bool{}
	keys := make([]string, 0, n)
	key := make([]byte, 24)
	for len(keys) < n {
		randomBytes(random, key[:12])
		s := newLookup3(len(key))
		s.add(key, 1)
		s.mix()
		for i := range s {
			binary.LittleEndian.PutUint32(key[12+4*i:], goal[i]-s[i])
		}
		if allowed(key) && !seen[string(key)] {
			seen[string(key)] = true
			keys = append(keys, string(key))
		}
	}
	return keys
}

// xxh3Keys makes keys of 32 bytes. XXH3 by Yann Collet multiplies, for keys of 17 to 32 bytes, the first eight bytes xor
// the first eight of a constant by the next eight xor others: a key that begins with the constant makes that nought.
func xxh3Keys(random *rand.Rand, n int) []string {
	const constant = "\xb8\xfe\x6c\x39\x23\xa4\x4b\xbe"
	rest := make([]byte, 16)
	randomBytes(random, rest)
	keys := make([]string, n)
	for i := range keys {
		keys[i] = constant + fmt.Sprintf("%08x", i) + string(rest)
	}
	return keys
}
