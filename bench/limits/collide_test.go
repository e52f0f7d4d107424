package main

import (
	"hash/fnv"
	"math/rand/v2"
	"testing"
)

// TestCollisions makes keys of each kind: all different, all of one hash.
func TestCollisions(t *testing.T) {
	for _, c := range collisions {
		t.Run(c.name, func(t *testing.T) {
			keys := c.keys(rand.New(rand.NewPCG(1, 1)), 5000)
			seen := map[string]bool{}
			for _, key := range keys {
				seen[key] = true
				if len(key) != len(keys[0]) || len(key) > 250 || !allowed([]byte(key)) {
					t.Fatalf("%q is no key of %d bytes", key, len(keys[0]))
				}
				if c.hash != nil && c.hash([]byte(key)) != c.hash([]byte(keys[0])) {
					t.Fatalf("%q has another hash", key)
				}
			}
			if len(seen) != 5000 {
				t.Errorf("only %d keys", len(seen))
			}
		})
	}
}

// TestHashes compares the functions with known hashes.
func TestHashes(t *testing.T) {
	short, long := fnv.New32a(), fnv.New64a()
	short.Write([]byte("some key"))
	long.Write([]byte("some key"))
	for _, c := range []struct {
		name      string
		got, want uint32
	}{
		{"FNV-1a", fnv1a(fnvBasis, []byte("some key")), short.Sum32()},
		{"FNV-1a 64", fnv1a64(fnv64Basis, []byte("some key")), uint32(long.Sum64())},
		{"murmur3", murmur3([]byte("test")), 0xba6bd213},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#x instead of %#x", c.name, c.got, c.want)
		}
	}
}
