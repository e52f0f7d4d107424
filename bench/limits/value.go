package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
)

// A value says whose it is: it begins with its key's number and its version, 8 bytes each, and goes on with a window of
// a pool of random bytes, which both of them choose. So a value of another key, an old one, a torn one and one that was
// written over are all found out.
const valueHead = 16

const poolSize = 64 << 10

// pool has room behind it for the longest window.
var pool = func() []byte {
	random := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, poolSize+1<<20)
	for i := 0; i < len(out); i += 8 {
		binary.LittleEndian.PutUint64(out[i:], random.Uint64())
	}
	return out
}()

// appendValue appends the value of a key in a version: its head and a window of so many bytes.
func appendValue(dst []byte, key, version uint64, window int) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, key)
	dst = binary.LittleEndian.AppendUint64(dst, version)
	at := mix(key, version) % poolSize
	return append(dst, pool[at:at+uint64(window)]...)
}

// checkValue returns the version of a value, and whether it is one of this key, whole.
func checkValue(value []byte, key uint64) (version uint64, ok bool) {
	if len(value) < valueHead || binary.LittleEndian.Uint64(value) != key {
		return 0, false
	}
	version = binary.LittleEndian.Uint64(value[8:])
	window := value[valueHead:]
	at := mix(key, version) % poolSize
	return version, len(window) == windowOf(key, version) && bytes.Equal(window, pool[at:at+uint64(len(window))])
}

// windowOf is how long the window of a version of a key is: mostly small, at times some hundred bytes, and one in a
// thousand is long enough to be sent from where it is stored.
func windowOf(key, version uint64) int {
	n := mix(version, key)
	switch kind := n % 1000; {
	case kind == 0:
		return 16<<10 + int(n>>32%(24<<10))
	case kind < 60:
		return int(n >> 32 % 1000)
	}
	return int(n >> 32 % 100)
}

// mix makes one number of two (splitmix64).
func mix(a, b uint64) uint64 {
	z := a*0x9e3779b97f4a7c15 + b*0xd1342543de82ef95 + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
