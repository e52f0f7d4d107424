package curve

// block is how many neighbouring slots are added up one by one.
const block = 64

// sums are the sums of the bytes in blocks of slots, as a Fenwick tree: the element at i, counted from 1, is the sum of as
// many blocks up to the i-th as its lowest bit says. A change that is negative wraps around, and so does the sum back.
type sums [slots / block]uint64

// add adds to a block.
func (s *sums) add(block int, n uint64) {
	for i := block + 1; i <= len(s); i += i & -i {
		s[i-1] += n
	}
}

// until returns the sum of all blocks before one.
func (s *sums) until(block int) (n uint64) {
	for i := block; i > 0; i -= i & -i {
		n += s[i-1]
	}
	return n
}
