// Package assoc finds items by key: a hash table of refs, chained through the first word of each item.
//
//	hash of the key, 64 bits, with a random seed for each process
//	  lowest bits: the stripe, of which there are 1024       lowest bits of more: the bucket
//
// A stripe is a lock, and guards the buckets whose numbers end like its own. There are never fewer buckets than stripes
// and both are powers of two, so a bucket and the two it becomes when the table doubles belong to one stripe; a key keeps
// its stripe for ever.
//
// The table starts with 65,536 buckets of 4 bytes, and doubles when it holds more than one and a half items a bucket. A
// doubling never stops anybody: a goroutine makes the new table ready, and then each insertion moves a few buckets over
// (expand.go). Buckets are written under their stripe's lock but with atomic stores, because a run of lookups reads them
// without, to know what to prefetch (stage.go). For the same reason an old table is emptied but its addresses stay
// readable.
package assoc

import (
	"hash/maphash"
	"sync"
	"sync/atomic"

	"gocached/slab"
)

const (
	stripes    = 1024
	startPower = 16
	smallPower = 10
)

// Stripe is the lock on a share of all keys.
type Stripe struct {
	sync.Mutex
	items atomic.Int64 // items in its buckets; written under the lock
}

// Table is the hash table.
type Table struct {
	arena   *slab.Arena
	seed    maphash.Seed
	now     atomic.Pointer[tables]
	stripes [stripes]Stripe
	expand  expansion
}

// Hash returns the hash of a key, by which the other methods know it.
func (t *Table) Hash(key []byte) uint64 { return maphash.Bytes(t.seed, key) }

// Stripe returns the lock that guards the key with this hash.
func (t *Table) Stripe(hash uint64) *Stripe { return &t.stripes[hash%stripes] }
