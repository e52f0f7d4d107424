package assoc

import (
	"math/bits"

	"gocached/item"
	"gocached/slab"
)

// scanStep is how many buckets a Scan looks at. Their items are fetched from memory together.
const scanStep = 16

// Scan calls f for the items in some buckets, each with its stripe locked, and returns where the next Scan goes on; 0 is the
// beginning and the end. Between two calls anything may happen: an item that is in the table all the time is scanned once, also
// when the table grows.
//
// Buckets are scanned in the order of their numbers with the bits reversed: after a bucket comes the one that differs in the highest
// bit. So when every bucket has become two, the two of each that was scanned were scanned, and no others.
func (t *Table) Scan(at uint64, f func(slab.Ref, *item.Header)) (next uint64) {
	mask := t.now.Load().current.mask
	var numbers [scanStep]uint64
	n := 0
	for ; n < scanStep && (n == 0 || at != 0); n++ {
		numbers[n] = at
		at = after(at, mask)
	}
	for _, number := range numbers[:n] {
		t.PrefetchBucket(number)
	}
	for _, number := range numbers[:n] {
		t.PrefetchFirst(number)
	}
	for _, number := range numbers[:n] {
		t.scan(number, mask, f)
	}
	return at
}

// after returns the bucket behind another, or 0 if there is none.
func after(number, mask uint64) uint64 {
	return bits.Reverse64(bits.Reverse64(number|^mask) + 1)
}

// scan calls f for the items in a bucket of a table with that mask, which may have grown since.
func (t *Table) scan(number, mask uint64, f func(slab.Ref, *item.Header)) {
	s := t.Stripe(number)
	s.Lock()
	defer s.Unlock()
	now := t.now.Load()
	for k := number & mask; k <= now.current.mask; k += mask + 1 {
		if (Link{now.current.at(k)}).ref() != slab.Mark {
			t.chain(now.current.at(k), f)
			continue
		}
		t.chain(now.bigger.at(k), f)
		t.chain(now.bigger.at(k+now.current.mask+1), f)
	}
}

// chain calls f for the items of a chain.
func (t *Table) chain(first *uint32, f func(slab.Ref, *item.Header)) {
	for ref := (Link{first}).ref(); ref != slab.None; {
		h := item.At(t.arena, ref)
		f(ref, h)
		ref = h.Chain
	}
}
