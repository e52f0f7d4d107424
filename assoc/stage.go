package assoc

import (
	"sync/atomic"
	"unsafe"

	"gocached/engine"
	"gocached/slab"
)

// MaxRun is how many keys Stage takes at once: enough to keep the memory busy, few enough that what was fetched for the
// first is still in the cache when the last is answered.
const MaxRun = 64

// Stage prepares the lookup of a run of at most MaxRun keys so that their cache misses overlap: it hashes all keys, has
// all buckets fetched, then the first two lines of all items. It leaves the hash in Scratch[0], and takes no lock: the
// answer is decided later, by Find. What it reads may be stale by the time it is used, which costs only time.
func (t *Table) Stage(run []engine.Key) {
	now := t.now.Load()
	for i := range run {
		k := &run[i]
		hash := t.Hash(k.Bytes)
		k.Scratch[0] = hash
		k.Scratch[1] = uint64(uintptr(unsafe.Pointer(now.current.at(hash))))
	}
	prefetch(&run[0].Scratch[1], len(run), unsafe.Sizeof(run[0]))
	for i := range run {
		k := &run[i]
		k.Scratch[1] = uint64(t.hint(now, k.Scratch[0]))
	}
	prefetch(&run[0].Scratch[1], len(run), unsafe.Sizeof(run[0]))
}

// hint returns where the first item of a bucket is likely to be, or 0.
func (t *Table) hint(now *tables, hash uint64) uintptr {
	ref := slab.Ref(atomic.LoadUint32(now.current.at(hash)))
	if ref == slab.Mark && now.growing {
		ref = slab.Ref(atomic.LoadUint32(now.bigger.at(hash)))
	}
	if ref == slab.None || ref == slab.Mark {
		return 0
	}
	return t.arena.Hint(ref)
}

// PrefetchBucket has the bucket of a hash fetched, for a caller that will need it soon.
func (t *Table) PrefetchBucket(hash uint64) {
	at := uint64(uintptr(unsafe.Pointer(t.now.Load().current.at(hash))))
	prefetch(&at, 1, 0)
}

// PrefetchFirst has the first item of a bucket fetched. It reads the bucket, so that PrefetchBucket should come before.
func (t *Table) PrefetchFirst(hash uint64) {
	at := uint64(t.hint(t.now.Load(), hash))
	prefetch(&at, 1, 0)
}

// PrefetchItem has the front of an item fetched.
func (t *Table) PrefetchItem(ref slab.Ref) {
	at := uint64(t.arena.Hint(ref))
	prefetch(&at, 1, 0)
}
