package bench

import "encoding/binary"

// Bounds of what a cache is asked to hold, in bytes.
const (
	MaxKey  = 250
	MaxSize = 128 << 20 // of a value
)

// AppendValue appends the value that belongs to a key at a size. No two keys share one, but for values too small to
// tell them apart.
func AppendValue(dst []byte, key string, size int) []byte {
	state := Hash(key) + uint64(size)
	for ; size >= 8; size -= 8 {
		dst = binary.LittleEndian.AppendUint64(dst, Next(&state))
	}
	var tail [8]byte
	binary.LittleEndian.PutUint64(tail[:], Next(&state))
	return append(dst, tail[:size]...)
}

// IsValue reports whether value is what belongs to the key.
func IsValue(key string, value []byte) bool {
	state := Hash(key) + uint64(len(value))
	for ; len(value) >= 8; value = value[8:] {
		if binary.LittleEndian.Uint64(value) != Next(&state) {
			return false
		}
	}
	var tail [8]byte
	binary.LittleEndian.PutUint64(tail[:], Next(&state))
	return string(tail[:len(value)]) == string(value)
}

// Next is a step of a fast pseudo-random generator (splitmix64).
func Next(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Hash is FNV-1a: the same in every run, so that what an earlier run left on a server is right as well.
func Hash(key string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 0x100000001b3
	}
	return h
}
