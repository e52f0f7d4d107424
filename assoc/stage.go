package assoc

import (
	"sync/atomic"
	"unsafe"

	"gocached/engine"
	"gocached/slab"
)

// Step is how many keys of a run go from stage to stage together.
const Step = 8

// stages is how many steps a run is ahead of its answers.
const stages = 3

// Run is the keys of one lookup on their way through four stages, so that their cache misses overlap with each other and
// with the answers before them:
//
//	hash      the hash is taken, and the bucket fetched
//	first     the bucket is read, and the first item of its chain fetched
//	second    that item is read, and the next one fetched
//	third     the same once more; longer chains are rare
//
// While one step is answered, the next is in the third stage, the one after it in the second, and so on. What the
// stages read, they read without a lock: it may be stale by the time it is used, which costs only time. The answer is
// decided later, by Find.
//
// Nanoseconds a key (EPYC, a million items of 100 bytes, run of 64, hit and miss; go test ./engine/memory -bench Get):
//
//	                                                     hit   miss
//	one step after the other, to the first-level cache   128     89
//	one step after the other, to the second level        121    116
//	overlapping, to the first level                      134     71
//	overlapping, to the second level                      90     63
//	with the third stage                                  83     59
//
// The first-level cache has few misses under way at a time, and three lines an item fill it; the second has many more. A
// run that is a single step overlaps with nothing, goes to the first level and leaves the third stage out: a run of
// eight takes 135 and 90 ns so, and 124 and 130 otherwise.
type Run struct {
	table *Table
	keys  []engine.Key
	at    int  // the step that Ahead makes ready
	short bool // a single step
}

// Run begins a lookup of keys. It leaves each hash in Scratch[0], for Find, and takes no lock. Call Ahead before the
// answers to each Step keys.
func (t *Table) Run(keys []engine.Key) Run {
	r := Run{table: t, keys: keys, at: -stages * Step, short: len(keys) <= Step}
	if r.short {
		r.hash(keys)
		r.first(keys)
		r.next(keys)
		r.at = len(keys) // there is nothing to do ahead
		return r
	}
	for range stages {
		r.Ahead()
	}
	return r
}

// Ahead takes all steps one stage further: then the next Step keys can be answered.
func (r *Run) Ahead() {
	r.next(r.step(0))
	r.next(r.step(1))
	r.first(r.step(2))
	r.hash(r.step(3))
	r.at += Step
}

// step returns the keys that are so many steps behind the ones to be answered.
func (r *Run) step(ahead int) []engine.Key {
	from := r.at + ahead*Step
	if from < 0 || from >= len(r.keys) {
		return nil
	}
	return r.keys[from:min(from+Step, len(r.keys))]
}

// addresses is what to prefetch for a step.
type addresses [Step]uint64

func (r *Run) fetch(to *addresses, n int) {
	if r.short {
		prefetchL1(&to[0], n)
	} else {
		prefetchL2(&to[0], n)
	}
}

func (r *Run) hash(keys []engine.Key) {
	now := r.table.now.Load()
	var to addresses
	for i := range keys {
		hash := r.table.Hash(keys[i].Bytes)
		keys[i].Scratch[0] = hash
		to[i%Step] = uint64(uintptr(unsafe.Pointer(now.current.at(hash))))
	}
	r.fetch(&to, len(keys))
}

// first leaves the ref in Scratch[1]; where there is no item, it is slab.None, whose address is a good one too: a branch
// would cost more.
func (r *Run) first(keys []engine.Key) {
	now := r.table.now.Load()
	var to addresses
	for i := range keys {
		ref := r.table.head(now, keys[i].Scratch[0])
		keys[i].Scratch[1] = uint64(ref)
		to[i%Step] = uint64(r.table.arena.Hint(ref))
	}
	r.fetch(&to, len(keys))
	r.rest(keys)
}

// The first lines of an item are always fetched: most items end there, wherever in its first line one begins. Of a longer chunk,
// which is likely to hold what is wanted, all are fetched up to maxSpan bytes; the processor sees by itself where a copy that long
// is going. In a pipeline of gets of 1,000 bytes that saves 14 % of the server's time.
const (
	front   = 4 * 64
	maxSpan = 2 << 10
)

// rest has what is behind the front of a longer chunk fetched.
func (r *Run) rest(keys []engine.Key) {
	for i := range keys {
		if at, size := r.table.arena.HintSize(slab.Ref(keys[i].Scratch[1])); size > front {
			prefetchSpan(uint64(at+front), int(min(size, maxSpan)-front))
		}
	}
}

// next follows the chain from the ref in Scratch[1].
func (r *Run) next(keys []engine.Key) {
	a := r.table.arena
	var to addresses
	for i := range keys {
		ref := a.Peek(slab.Ref(keys[i].Scratch[1]))
		keys[i].Scratch[1] = uint64(ref)
		to[i%Step] = uint64(a.Hint(ref))
	}
	r.fetch(&to, len(keys))
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
	prefetchL1(&at, 1)
}

// PrefetchFirst has the first item of a bucket fetched. It reads the bucket, so that PrefetchBucket should come before.
func (t *Table) PrefetchFirst(hash uint64) { t.PrefetchItem(t.head(t.now.Load(), hash)) }

// PrefetchNeighbours has the items fetched between which the first item of a bucket stands in its LRU. It reads the bucket
// and that item, so that both should have been fetched before.
func (t *Table) PrefetchNeighbours(hash uint64) {
	next, prev := t.arena.PeekLinks(t.head(t.now.Load(), hash))
	to := [2]uint64{uint64(t.arena.Hint(next)), uint64(t.arena.Hint(prev))}
	prefetchLine(&to[0], len(to))
}

// PrefetchHeaders has the headers of the items fetched that may be in n neighbouring chunks.
func (t *Table) PrefetchHeaders(first slab.Ref, n int) {
	var to addresses
	for n > 0 {
		some := min(n, Step)
		for i := range some {
			to[i] = uint64(t.arena.Hint(first + slab.Ref(i)))
		}
		prefetchLine(&to[0], some)
		first, n = first+slab.Ref(some), n-some
	}
}

// Prefetch has the line fetched in which an address lies, whatever the address.
func Prefetch(address uintptr) {
	at := uint64(address)
	prefetchLine(&at, 1)
}

// PrefetchItem has the front of an item fetched.
func (t *Table) PrefetchItem(ref slab.Ref) {
	at := uint64(t.arena.Hint(ref))
	prefetchL1(&at, 1)
}
