// Package item is the layout of an item in its chunk, and the one test of whether an item is alive.
//
//	offset  bytes  field
//	     0      4  next item in the hash bucket, a ref        stripe lock
//	     4      4  next item in the LRU, towards the tail     class lock
//	     8      4  previous item in the LRU                   class lock
//	    12      4  exptime, a clock.Time                      stripe lock; read by anybody, so atomic
//	    16      4  shape: see below                           both locks to change once linked, either to read
//	    20      4  use: key length 8 bits, marks 6,           stripe lock, but for the marks, which an
//	               last access 18 bits                        eviction clears under the class lock; atomic
//	    24      8  stamp: the CAS                             stripe lock; read by anybody, so atomic
//	    32      8  pins, only if large                        atomic
//	     .      4  client's flags, only if not zero           immutable
//	     .      n  key                                        immutable
//	     .      n  value                                      stripe lock; immutable while pinned
//
// An engine without CAS (-C) saves four bytes: the stamp is the number of the flush generation, 4 bytes at 24, and the
// flags or the key follow at 28 (the pins of a large item stay at 32). There is no NUL, no "flags length" text and no
// line end, which memcached 1.4.5 keeps in every item; a client still sees that item's size (size.go).
//
// shape holds the length of the value in 27 bits, the state in two, and three bits that say which layout the item has,
// so that an item explains itself.
//
// The life of an item: free (its chunk is on a free list, or was never used), held (by whoever allocated it, or by those
// to whom it was lent when it was unlinked), linked (in a bucket and an LRU, so that it can be found).
//
// The last access is in units of eight seconds, and wraps after 24 days: it is printed and chooses between classes, and
// decides nothing else. Marks and links of the LRU are package lru's. Who unlinks a linked item will write to the two that
// its links name, so that others have those fetched.
package item

import (
	"sync/atomic"
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
	stamp      uint64 // only the first half without CAS
}

const (
	// MaxKey is the longest key, in bytes.
	MaxKey = 250

	lengthBits = 27
	lengthMask = 1<<lengthBits - 1

	stateShift = lengthBits
	stateMask  = 3 << stateShift

	flagged = 1 << 29 // client flags are present
	large   = 1 << 30 // pins are present
	noCAS   = 1 << 31 // the stamp has 4 bytes

	layoutShift = 29

	// MarkBits is how many bits of an item are for the marks of package lru.
	MarkBits = 6

	markShift   = 8
	markMask    = 1<<MarkBits - 1
	accessShift = 14
	accessUnit  = 8 // seconds
	accessBits  = 18
	accessMask  = 1<<accessBits - 1
)

// These do not compile if a number has fewer bits than it needs.
const (
	_ = uint8(MaxKey)
	_ = uint(lengthMask - (slab.MaxPage - 32)) // no value fills a page, since its header is there too
	_ = uint(accessShift - markShift - MarkBits)
	_ = uint(32 - accessShift - accessBits)
)

// State is where an item is in its life.
type State uint32

// The states. The zero is free, so that a chunk that was never written looks free.
const (
	Free   State = 0
	Held   State = 1 << stateShift
	Linked State = 2 << stateShift
)

// starts is where the key begins, by the layout bits of a shape: without CAS, large, flagged.
var starts = [8]uint8{32, 36, 40, 44, 28, 32, 40, 44}

// Shape is what the length and the layout of an item follow from.
type Shape uint32

// ShapeOf returns the shape of an item with a value of valueLen bytes, in the state held.
func ShapeOf(valueLen int, flags uint32, lendable, withoutCAS bool) Shape {
	s := uint32(valueLen) | uint32(Held)
	if flags != 0 {
		s |= flagged
	}
	if lendable {
		s |= large
	}
	if withoutCAS {
		s |= noCAS
	}
	return Shape(s)
}

// Size returns how many bytes of its chunk an item takes.
func (s Shape) Size(keyLen int) int { return s.start() + keyLen + int(s&lengthMask) }

func (s Shape) start() int { return int(starts[s>>layoutShift]) }

// At returns the item in a chunk.
func At(a *slab.Arena, r slab.Ref) *Header { return (*Header)(a.At(r)) }

// Write makes the chunk an item: all but the value and the place in bucket and LRU. Only a new item's holder may call it,
// once; the shape has been set when the chunk was taken.
func (h *Header) Write(key []byte, flags uint32, exptime clock.Time) {
	h.exptime = uint32(exptime)
	h.use = uint32(len(key))
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
func (h *Header) State() State { return State(h.shape & stateMask) }

// SetState changes it. Both locks are needed if the item is linked or becomes so, else the class lock.
func (h *Header) SetState(s State) { h.shape = h.shape&^stateMask | uint32(s) }

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
func (h *Header) KeyLen() int { return int(atomic.LoadUint32(&h.use) & 0xff) }

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

// Stamp returns what orders the item among the flushes: its CAS, or without CAS its flush generation.
func (h *Header) Stamp() uint64 {
	if h.shape&noCAS != 0 {
		return uint64(atomic.LoadUint32((*uint32)(unsafe.Pointer(&h.stamp))))
	}
	return atomic.LoadUint64(&h.stamp)
}

// SetStamp gives the item a new stamp.
func (h *Header) SetStamp(s uint64) {
	if h.shape&noCAS != 0 {
		atomic.StoreUint32((*uint32)(unsafe.Pointer(&h.stamp)), uint32(s))
		return
	}
	atomic.StoreUint64(&h.stamp, s)
}

// CAS returns the item's CAS, 0 without CAS.
func (h *Header) CAS() uint64 {
	if h.shape&noCAS != 0 {
		return 0
	}
	return atomic.LoadUint64(&h.stamp)
}

// Link makes a held item a linked one, as of now and under a stamp of its own. Needs both locks.
func (h *Header) Link(stamp uint64, now clock.Time) {
	h.use = h.use&0xff | uint32(now)/accessUnit<<accessShift
	if h.shape&noCAS != 0 {
		*(*uint32)(unsafe.Pointer(&h.stamp)) = uint32(stamp)
	} else {
		h.stamp = stamp
	}
	h.SetState(Linked)
}

// SetHash keeps the hash of the key in a new item, where bucket and LRU links will be once it is linked.
func (h *Header) SetHash(hash uint64) { h.Chain, h.Next = slab.Ref(hash), slab.Ref(hash>>32) }

// Hash returns what SetHash was given. Only for an item that was never linked.
func (h *Header) Hash() uint64 { return uint64(h.Chain) | uint64(h.Next)<<32 }
