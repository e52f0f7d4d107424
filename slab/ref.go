package slab

import (
	"math/bits"
	"sync/atomic"
	"unsafe"
)

// Ref names a chunk: page number in the high bits, chunk number in the low ones. Only its Arena can tell them apart.
type Ref uint32

const (
	// None is the ref that names no chunk.
	None Ref = 0

	// Mark is a ref that never names a chunk either, for others to use as a mark in place of a ref.
	Mark Ref = 1<<32 - 1
)

// refBits returns how many low bits number the chunks of a page that has at most n: one number more than needed, so that
// Mark names nothing.
func refBits(n int) uint32 { return uint32(bits.Len(uint(n))) }

// entry is a word of the page table, for the first page of a run: chunk size / 8 in the high 20 bits, the class in the low 12. A
// class with one chunk a run has size 0 here, since its chunk number is always 0; so the largest chunks fit too. Class 0 is no
// class. The other pages of a run have how far they are from the first instead of a size.
func (a *Arena) entry(page uint32) uint32 {
	return atomic.LoadUint32((*uint32)(unsafe.Add(a.table, uintptr(page)*4)))
}

const (
	classBits = 12
	classMask = 1<<classBits - 1
)

// follower is the entry of the page that comes so many pages behind the first of its run.
func follower(behind int) uint32 { return uint32(behind) << classBits }

func (a *Arena) setEntry(page, e uint32) {
	atomic.StoreUint32((*uint32)(unsafe.Add(a.table, uintptr(page)*4)), e)
}

// inUse returns where it is counted how many chunks of a page are in use. Needs the lock of the class that owns it.
func (a *Arena) inUse(page uint32) *uint32 { return (*uint32)(unsafe.Add(a.counts, uintptr(page)*4)) }

// InUse returns how many chunks of a page are in use. Needs the lock of the class that owns it.
func (a *Arena) InUse(page uint32) int { return int(*a.inUse(page)) }

// At returns the address of a chunk. r must name one, and whoever reads there must hold a lock, or the chunk itself, that
// keeps the page from changing hands.
func (a *Arena) At(r Ref) unsafe.Pointer {
	page := uint32(r) >> (a.shift & 31)
	size := uintptr(a.entry(page)>>classBits) << 3
	return unsafe.Add(a.base, uintptr(page)*a.stride+uintptr(uint32(r)&a.mask)*size)
}

// Hint returns the address at which a chunk is likely to be, for a prefetch. Any ref is allowed that was once right, and
// None, for which there is memory at the start of page 0.
func (a *Arena) Hint(r Ref) uintptr { at, _ := a.HintSize(r); return at }

// HintSize is Hint, and the size of the chunk there: 0 if its page has only one.
func (a *Arena) HintSize(r Ref) (at, size uintptr) {
	page := uint32(r) >> (a.shift & 31)
	size = uintptr(a.entry(page)>>classBits) << 3
	return uintptr(a.base) + uintptr(page)*a.stride + uintptr(uint32(r)&a.mask)*size, size
}

// Peek returns the first word of a chunk as a ref, read without a lock, and None where that cannot be: r may be stale, or
// no ref at all. Following None leads to None, since page 0 is all zeros. The race detector would object, so it always says None in builds with it.
func (a *Arena) Peek(r Ref) Ref { return a.peek(r, 0) }

// PeekLinks is the same for the second and the third word.
func (a *Arena) PeekLinks(r Ref) (next, prev Ref) { return a.peek(r, 4), a.peek(r, 8) }

// peek reads the word at an offset within a chunk, which is less than 16.
func (a *Arena) peek(r Ref, at uintptr) Ref {
	page := uint32(r) >> (a.shift & 31)
	if !canPeek || int(page) > a.most {
		return None
	}
	offset := uintptr(page)*a.stride + uintptr(uint32(r)&a.mask)*uintptr(a.entry(page)>>classBits)<<3
	if offset >= a.memory.Size-2*align {
		return None
	}
	word := Ref(atomic.LoadUint32((*uint32)(unsafe.Add(a.base, offset+at))))
	if int(a.PageOf(word)) > a.most {
		return None
	}
	return word
}

// ClassOf returns the number of the class to which the page of r belongs.
func (a *Arena) ClassOf(r Ref) int { return int(a.entry(a.PageOf(r)) & classMask) }

// Bits returns how many low bits of a ref number the chunk within its page.
func (a *Arena) Bits() int { return int(a.shift) }

// PageOf returns the number of the page in which r lies.
func (a *Arena) PageOf(r Ref) uint32 { return uint32(r) >> (a.shift & 31) }

// Chunk returns the ref of chunk number i of a page.
func (a *Arena) Chunk(page uint32, i int) Ref { return Ref(page<<(a.shift&31) | uint32(i)) }
