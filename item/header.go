// Package item is the layout of an item in its chunk, and the one test of whether an item is alive.
//
//	offset  bytes  field
//	     0      4  next item in the hash bucket, a ref        stripe lock
//	     4      4  next item in the LRU, towards the tail     class lock
//	     8      4  previous item in the LRU                   class lock
//	    12      4  exptime, a clock.Time                      stripe lock; read by anybody, so atomic
//	    16      4  shape: see below                           both locks to change once linked, either to read
//	    20      4  use: marks 6 bits, fetched 1,              stripe lock, but for the marks, which an
//	               last access 25 bits                        eviction clears under the class lock; atomic
//	    24      8  version: key length 8 bits, base64,        stripe lock; read by anybody, so atomic
//	               stale, won 1 bit each, stamp 53 bits
//	    32      8  pins, only if large                        atomic
//	     .      8  CAS, only if it may be a client's choice   stripe lock
//	     .      4  client's flags, only if not zero           both locks to change once linked
//	     .      n  key                                        immutable
//	     .      n  value                                      stripe lock; immutable while pinned
//
// The stamp says which items a flush ends, and is the CAS unless a client chose one. At ten million changes in a second its 53 bits
// last for 28 years. An engine without CAS (-C) saves four bytes: the version has 4 bytes at 24, of which the stamp has 21 bits and
// is the number of the flush generation, and the flags or the key follow at 28 (the pins of a large item stay at 32). There is no
// NUL, no "flags length" text and no line end, which memcached 1.4.5 keeps in every item; a client still sees that item's size
// (size.go).
//
// shape holds the length of the value in 27 bits, whether the item is linked, and four bits that say which layout it has, so that
// an item explains itself. It is 0 if the chunk is free.
//
// The life of an item: free (its chunk is on a free list, or was never used), held (by whoever allocated it, or by those
// to whom it was lent when it was unlinked), linked (in a bucket and an LRU, so that it can be found).
//
// The last access is in seconds, and wraps after 388 days. It is printed and chooses between classes, and decides nothing else.
// Marks and links of the LRU are package lru's. Who unlinks a linked item will write to the two that its links name, so that others
// have those fetched. What fetched, base64, stale and won mean stands at engine.Look.
package item

import (
	"unsafe"

	"gocached/clock"
	"gocached/slab"
)

// Header is the front of an item. A *Header is only ever an address in a chunk; never make or copy one.
type Header struct {
	Chain      slab.Ref
	Next, Prev slab.Ref
	exptime    uint32
	shape      uint32
	use        uint32
	version    uint64 // only the first half without CAS
}

const (
	// MaxKey is the longest key, in bytes.
	MaxKey = 250

	lengthBits = 27
	lengthMask = 1<<lengthBits - 1

	layoutMask = 15 << lengthBits
	kindMask   = 3 << lengthBits
	flagged    = 4 << lengthBits // client flags are present
	large      = 8 << lengthBits // pins are present
	linked     = 1 << 31

	// MarkBits is how many bits of an item are for the marks of package lru.
	MarkBits = 6

	markMask    = 1<<MarkBits - 1
	fetched     = 1 << MarkBits
	accessShift = MarkBits + 1

	keyMask    = 1<<8 - 1
	base64     = 1 << 8
	stale      = 1 << 9
	won        = 1 << 10
	stampShift = 11

	// MaxGeneration is the highest stamp without CAS.
	MaxGeneration = 1<<(32-stampShift) - 1
)

// The kinds of items, which say what is known of their CAS. None is 0, so that a chunk that was never written looks free.
const (
	plain  = 1 << lengthBits // the stamp is the CAS
	noCAS  = 2 << lengthBits // there is none, and the version has 4 bytes
	chosen = 3 << lengthBits // it stands behind the header
)

// These do not compile if a number has fewer bits than it needs.
const (
	_ = uint8(MaxKey)
	_ = uint(lengthMask - (slab.MaxPage - 28)) // no value fills a page, since its header is there too
)

// State is where an item is in its life.
type State uint8

// The states.
const (
	Free State = iota
	Held
	Linked
)

// starts is where the key begins, by the layout bits of a shape: large, flagged, kind.
var starts = [16]uint8{0, 32, 28, 40, 0, 36, 32, 44, 0, 40, 40, 48, 0, 44, 44, 52}

// Shape is what the length and the layout of an item follow from.
type Shape uint32

// ShapeOf returns the shape of an item with a value of valueLen bytes, in the state held.
func ShapeOf(valueLen int, flags uint32, lendable, withoutCAS bool) Shape {
	s := uint32(valueLen) | plain
	if withoutCAS {
		s = uint32(valueLen) | noCAS
	}
	if flags != 0 {
		s |= flagged
	}
	if lendable {
		s |= large
	}
	return Shape(s)
}

// Choosing returns the shape with room for a CAS that a client chooses. Without CAS there is none.
func (s Shape) Choosing() Shape {
	if s&kindMask == noCAS {
		return s
	}
	return s | chosen
}

// Size returns how many bytes of its chunk an item takes.
func (s Shape) Size(keyLen int) int { return s.start() + keyLen + int(s&lengthMask) }

func (s Shape) start() int { return int(starts[s&layoutMask>>lengthBits]) }

// At returns the item in a chunk.
func At(a *slab.Arena, r slab.Ref) *Header { return (*Header)(a.At(r)) }

// Write makes the chunk an item: all but the value and the place in bucket and LRU. Only a new item's holder may call it,
// once; the shape has been set when the chunk was taken.
func (h *Header) Write(key []byte, flags uint32, exptime clock.Time) {
	h.exptime = uint32(exptime)
	h.setVersion(uint64(len(key)))
	start := h.Shape().start()
	if h.Large() {
		*h.pins() = 1
	}
	if h.shape&flagged != 0 {
		*(*uint32)(unsafe.Add(unsafe.Pointer(h), start-4)) = flags
	}
	copy(h.bytes(start, len(key)), key)
}

func (h *Header) bytes(offset, n int) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(h), offset)), n)
}

// Shape returns the item's shape.
func (h *Header) Shape() Shape { return Shape(h.shape) }

// SetShape makes a free chunk a held item, under the class lock.
func (h *Header) SetShape(s Shape) { h.shape = uint32(s) }

// State returns where the item is in its life.
func (h *Header) State() State {
	switch {
	case h.shape&linked != 0:
		return Linked
	case h.shape&kindMask != 0:
		return Held
	}
	return Free
}

// Unlink makes a linked item a held one. Needs both locks.
func (h *Header) Unlink() { h.shape &^= linked }

// Clear makes a chunk look free.
func (h *Header) Clear() { h.shape = 0 }

// Large says that the item counts pins, and may be lent.
func (h *Header) Large() bool { return h.shape&large != 0 }

// Key returns the key, in the chunk.
func (h *Header) Key() []byte { return h.bytes(h.Shape().start(), h.KeyLen()) }

// HasKey says whether the key equals k.
func (h *Header) HasKey(k []byte) bool {
	if h.KeyLen() != len(k) {
		return false
	}
	key := (*byte)(unsafe.Add(unsafe.Pointer(h), h.Shape().start()))
	return unsafe.String(key, len(k)) == string(k)
}

// KeyLen returns the length of the key.
func (h *Header) KeyLen() int { return int(h.load() & keyMask) }

// ValueLen returns the length of the value.
func (h *Header) ValueLen() int { return int(h.shape & lengthMask) }

// Value returns the value, in the chunk.
func (h *Header) Value() []byte { return h.bytes(h.Shape().start()+h.KeyLen(), h.ValueLen()) }

// Flags returns the client's flags.
func (h *Header) Flags() uint32 {
	if h.shape&flagged == 0 {
		return 0
	}
	return *(*uint32)(unsafe.Add(unsafe.Pointer(h), h.Shape().start()-4))
}

// SetHash keeps the hash of the key in a new item, where bucket and LRU links will be once it is linked.
func (h *Header) SetHash(hash uint64) { h.Chain, h.Next = slab.Ref(hash), slab.Ref(hash>>32) }

// Hash returns what SetHash was given. Only for an item that was never linked.
func (h *Header) Hash() uint64 { return uint64(h.Chain) | uint64(h.Next)<<32 }
