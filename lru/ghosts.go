package lru

import (
	"math/bits"
	"unsafe"
)

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
// They lie in memory that the owner has reserved, of which no more is touched than about one ghost takes for each that is to
// be told. If many more or fewer are to be told than before the table changes its size, and ghosts are lost. The zero value has
// no memory, and remembers nothing. Every method needs the class lock.
type ghosts struct {
	table unsafe.Pointer // of buckets
	most  int            // ghosts that there is room for, a power of two
	size  int            // ghosts in the part that is used: 0 or a power of two, at least a bucket
	high  int            // the largest size since trim was called
	shift uint8          // a stamp counts so many evictions as one, in powers of two
	noted uint64         // ghosts that were ever noted
}

// bucket is what may be found under a hash, newest first. The zero is no ghost.
type bucket [ways]uint32

// use gives the ghosts memory, which is all zeros.
func (g *ghosts) use(table unsafe.Pointer, bytes int) {
	if n := bytes / EntryBytes; n >= ways {
		g.table, g.most = table, 1<<(bits.Len(uint(n))-1)
	}
}

// note makes a key a ghost, where the last so many are to be told. wasEarly says that the item went before it was used.
func (g *ghosts) note(hash uint64, reach int, wasEarly bool) {
	if reach == 0 || g.most == 0 {
		return
	}
	g.fit(reach)
	g.noted++
	word := mark(hash) | uint32(g.stamp())
	if wasEarly {
		word |= early
	}
	b := g.bucket(hash)
	copy(b[1:], b[:ways-1])
	b[0] = word
}

// lay says whether a key is a ghost, and one of the last so many. Then it is none any longer. age is how many were noted
// since, roughly.
func (g *ghosts) lay(hash uint64, reach int) (age int, wasEarly, found bool) {
	if g.size == 0 {
		return 0, false, false
	}
	want, now := mark(hash), g.stamp()
	b := g.bucket(hash)
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
	need := min(max(reach, ways), g.most)
	if g.size != 0 && need <= g.size/2*3 && need >= g.size/4 {
		return
	}
	g.size = sizeFor(need)
	g.high = max(g.high, g.size)
	g.shift = uint8(max(0, bits.Len(uint(g.size))-1-fine))
}

// trim fits the table to what is needed, and returns which bytes of the memory were used since the last call and are not any
// more. They may be made zeros, now or later.
func (g *ghosts) trim(reach int) (offset, bytes int) {
	if g.size > 0 {
		g.fit(reach)
	}
	offset, bytes = g.size*EntryBytes, (g.high-g.size)*EntryBytes
	g.high = g.size
	return offset, bytes
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

// bucket finds where a hash belongs, by other bits than mark's.
func (g *ghosts) bucket(hash uint64) *bucket {
	i := uintptr(hash>>16) & uintptr(g.size/ways-1)
	return (*bucket)(unsafe.Add(g.table, i*unsafe.Sizeof(bucket{})))
}
