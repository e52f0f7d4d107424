package assoc

import (
	"fmt"
	"testing"
)

// TestSeedsDiffer: keys that share a bucket in one table lie scattered in the next, so nobody can make up keys that
// collide everywhere. memcached's hash has no seed.
func TestSeedsDiffer(t *testing.T) {
	const buckets, colliding = 1 << startPower, 40
	first, second := newFixture(t, 4).table, newFixture(t, 4).table
	var keys [][]byte
	for i := 0; len(keys) < colliding; i++ {
		if key := fmt.Appendf(nil, "key%d", i); first.Hash(key)%buckets == 0 {
			keys = append(keys, key)
		}
	}
	seen := map[uint64]bool{}
	for _, key := range keys {
		seen[second.Hash(key)%buckets] = true
	}
	if len(seen) < colliding/2 {
		t.Errorf("%d keys of one bucket are in %d buckets of another table", colliding, len(seen))
	}
}
