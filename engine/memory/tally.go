package memory

// tally counts for a class without the class lock. It has a cache line of its own.
type tally struct {
	getHits, incrHits, decrHits, casBadval counter
	overwritten, swapped                   counter // items that were stored in place, by a CAS store or otherwise

	_ [cacheLine - 6*8]byte
}

// cacheLine is the distance in bytes between things that different processors write.
const cacheLine = 64

// tallies are the counters of a class, in several parts. Each key counts in one part, so processors rarely write to the same
// cache line. With a single counter an incr took 40 ns longer on a machine with two processors.
type tallies [16]tally

// of returns the part in which a key with this hash is counted.
func (t *tallies) of(hash uint64) *tally { return &t[hash%uint64(len(t))] }

// read adds the parts up.
func (t *tallies) read(v *view) {
	for i := range t {
		v.hits += t[i].getHits.Load()
		v.incr += t[i].incrHits.Load()
		v.decr += t[i].decrHits.Load()
		v.badval += t[i].casBadval.Load()
		over, swaps := t[i].overwritten.Load(), t[i].swapped.Load()
		v.counts.linked += over + swaps
		v.counts.sets += over + swaps
		v.counts.unlinked[replaced] += over
		v.counts.unlinked[swapped] += swaps
	}
}

// reset sets all to zero.
func (t *tallies) reset() {
	for i := range t {
		for _, n := range []*counter{&t[i].getHits, &t[i].incrHits, &t[i].decrHits, &t[i].casBadval, &t[i].overwritten, &t[i].swapped} {
			n.Store(0)
		}
	}
}
