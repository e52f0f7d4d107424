package curve

// block is how many neighbouring slots are added up one by one, and group how many blocks are.
const (
	block = 64
	group = 24
)

// sums are the sums of the bytes in blocks of slots, and in groups of blocks. They lie side by side, so that a processor adds
// them up faster than it would walk through a tree. A change that is negative wraps around, and so does the sum back.
type sums struct {
	blocks [slots / block]uint64
	groups [slots / block / group]uint64
}

// These do not compile if slots, or blocks, are left over.
const (
	_ = -uint(slots % block)
	_ = -uint(slots / block % group)
)

// add adds to a block.
func (s *sums) add(block int, n uint64) {
	s.blocks[block] += n
	s.groups[block/group] += n
}

// until returns the sum of all blocks before one.
func (s *sums) until(block int) (n uint64) {
	for _, sum := range s.groups[:block/group] {
		n += sum
	}
	for _, sum := range s.blocks[block/group*group : block] {
		n += sum
	}
	return n
}

func (s *sums) clear() {
	clear(s.blocks[:])
	clear(s.groups[:])
}
