package assoc

import (
	"sync/atomic"
	"unsafe"

	"gocached/engine"
	"gocached/slab"
)

// MaxRun is how many keys Stage takes at once: about as many misses as a processor core can have under way. A run of 64
// took 185 ns a key (a million items of 100 bytes, one core) in steps of 8, 195 in steps of 16, 208 of 24, 230 of 64.
const MaxRun = 8

// Stage prepares the lookup of a run of at most MaxRun keys so that their cache misses overlap: it hashes all keys, has
// all buckets fetched, then the first three lines of all items, then those of the next item in each chain. It leaves the
// hash in Scratch[0], and takes no lock: the answer is decided later, by Find. What it reads may be stale by the time it
// is used, which costs only time.
func (t *Table) Stage(run []engine.Key) {
	now := t.now.Load()
	for i := range run {
		k := &run[i]
		hash := t.Hash(k.Bytes)
		k.Scratch[0] = hash
		k.Scratch[1] = uint64(uintptr(unsafe.Pointer(now.current.at(hash))))
	}
	prefetch(&run[0].Scratch[1], len(run), unsafe.Sizeof(run[0]))
	var heads [MaxRun]slab.Ref
	for i := range run {
		k := &run[i]
		heads[i] = t.head(now, k.Scratch[0])
		k.Scratch[1] = t.hint(heads[i])
	}
	prefetch(&run[0].Scratch[1], len(run), unsafe.Sizeof(run[0]))
	for i := range run {
		run[i].Scratch[1] = t.hint(t.arena.Peek(heads[i]))
	}
	prefetch(&run[0].Scratch[1], len(run), unsafe.Sizeof(run[0]))
}

// hint returns where an item is likely to be, or 0.
func (t *Table) hint(ref slab.Ref) uint64 {
	if ref == slab.None {
		return 0
	}
	return uint64(t.arena.Hint(ref))
}

// head returns what is likely to be the first item of a bucket.
func (t *Table) head(now *tables, hash uint64) slab.Ref {
	ref := slab.Ref(atomic.LoadUint32(now.current.at(hash)))
	if ref == slab.Mark && now.growing {
		ref = slab.Ref(atomic.LoadUint32(now.bigger.at(hash)))
	}
	if ref == slab.Mark {
		return slab.None
	}
	return ref
}

// PrefetchBucket has the bucket of a hash fetched, for a caller that will need it soon.
func (t *Table) PrefetchBucket(hash uint64) {
	at := uint64(uintptr(unsafe.Pointer(t.now.Load().current.at(hash))))
	prefetch(&at, 1, 0)
}

// PrefetchFirst has the first item of a bucket fetched. It reads the bucket, so that PrefetchBucket should come before.
func (t *Table) PrefetchFirst(hash uint64) {
	at := t.hint(t.head(t.now.Load(), hash))
	prefetch(&at, 1, 0)
}

// PrefetchItem has the front of an item fetched.
func (t *Table) PrefetchItem(ref slab.Ref) {
	at := uint64(t.arena.Hint(ref))
	prefetch(&at, 1, 0)
}
