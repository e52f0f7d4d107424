package lru

import "math/bits"

const (
	// ways is how many ghosts share a bucket: those of a cache line.
	ways = 16

	// EntryBytes is the size of a ghost.
	EntryBytes = 4

	// stampBits is how many bits of a ghost say when it was noted. The next one is early, the rest is of the key's hash.
	stampBits = 16
	early     = 1 << stampBits

	// fine is how many bits of a stamp tell apart the ghosts that there is room for. The others see to it that an old one is
	// not mistaken for a new one: until the stamps come round, each bucket is filled anew four times over.
	fine = stampBits - 2
)

// ghosts are the keys of the items that were evicted last: of each 15 bits of its hash, whether the item went early, and when
// that was, counted in evictions. A few keys more are taken for ghosts, one in two thousand at most, and a ghost in a crowded
// bucket is lost before its time.
//
// They lie in memory that all classes share, of which no more is taken than about one ghost takes for each that is to be told. If
// many more or fewer are to be told than before the table changes its size, and ghosts are lost. The zero value has no memory,
// and remembers nothing. Every method needs the class lock.
type ghosts struct {
	memory  *GhostMemory
	extents []extent // of the table, as far as there was something to be noted in them
	size    int      // ghosts that the table is for: 0 or a power of two, at least a bucket
	shift   uint8    // a stamp counts so many evictions as one, in powers of two
	noted   uint64   // ghosts that were ever noted
}

// bucket is what may be found under a hash, newest first. The zero is no ghost.
type bucket [ways]uint32

// note makes a key a ghost, where the last so many are to be told. wasEarly says that the item went before it was used.
func (g *ghosts) note(hash uint64, reach int, wasEarly bool) {
	if reach == 0 || g.memory == nil {
		return
	}
	g.fit(reach)
	g.noted++
	word := mark(hash) | uint32(g.stamp())
	if wasEarly {
		word |= early
	}
	if b := g.bucket(hash, true); b != nil {
		copy(b[1:], b[:ways-1])
		b[0] = word
	}
}

// lay says whether a key is a ghost, and one of the last so many. Then it is none any longer. age is how many were noted
// since, roughly.
func (g *ghosts) lay(hash uint64, reach int) (age int, wasEarly, found bool) {
	if g.size == 0 {
		return 0, false, false
	}
	b := g.bucket(hash, false)
	if b == nil {
		return 0, false, false
	}
	want, now := mark(hash), g.stamp()
	for i, word := range b {
		if word&markMask != want || word == 0 {
			continue
		}
		age = int(now-uint16(word)) << g.shift
		if age < reach {
			b[i] = 0
			return age, word&early != 0, true
		}
	}
	return 0, false, false
}

// fit changes the size of the table if it is not near what is needed.
func (g *ghosts) fit(reach int) {
	need := max(reach, ways)
	if g.size != 0 && need <= g.size/2*3 && need >= g.size/4 {
		return
	}
	g.size = sizeFor(need)
	g.shift = uint8(max(0, bits.Len(uint(g.size))-1-fine))
	n := (g.size/ways + extentBuckets - 1) / extentBuckets
	if n < len(g.extents) {
		g.memory.give(g.extents[n:])
	}
	extents := make([]extent, n)
	copy(extents, g.extents)
	g.extents = extents
}

// trim fits the table to what is needed.
func (g *ghosts) trim(reach int) {
	if g.size > 0 {
		g.fit(reach)
	}
}

// sizeFor returns the power of two that is near so many ghosts: between two thirds and four thirds of that.
func sizeFor(n int) int {
	size := 1 << (bits.Len(uint(n)) - 1)
	if n > size/2*3 {
		size *= 2
	}
	return size
}

// stamp is the present moment.
func (g *ghosts) stamp() uint16 { return uint16(g.noted >> g.shift) }

// markMask is where a ghost has a part of the hash.
const markMask = ^uint32(early<<1 - 1)

// mark is what a ghost has of the hash.
func mark(hash uint64) uint32 { return uint32(hash>>32) & markMask }

// bucket finds where a hash belongs, by other bits than mark's. It returns nil if there is no memory for it yet, and none is
// wanted or to be had.
func (g *ghosts) bucket(hash uint64, want bool) *bucket {
	i := int(hash>>16) & (g.size/ways - 1)
	x := &g.extents[i/extentBuckets]
	if *x == 0 && want {
		*x = g.memory.take()
	}
	if *x == 0 {
		return nil
	}
	return &g.memory.buckets(*x)[i%extentBuckets]
}
