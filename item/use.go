package item

import (
	"sync/atomic"
	"unsafe"

	"gocached/clock"
)

// Used notes that the item was fetched now, and the marks that it has from now on. It writes only what changes, so that a
// popular item's cache line is not passed around. Needs the stripe lock.
func (h *Header) Used(now clock.Time, marks uint32) {
	next := usedNow(now, marks)
	if next != atomic.LoadUint32(&h.use) {
		atomic.StoreUint32(&h.use, next)
	}
}

func usedNow(now clock.Time, marks uint32) uint32 { return marks | fetched | uint32(now)<<accessShift }

// UsedIf is Used for marks that follow from the ones before: it does nothing and returns false if the item has other marks
// than was by now. So what is changed in them under the class lock at the same time is not undone.
func (h *Header) UsedIf(now clock.Time, was, marks uint32) bool {
	old, next := atomic.LoadUint32(&h.use), usedNow(now, marks)
	return next == old || old&markMask == was && atomic.CompareAndSwapUint32(&h.use, old, next)
}

// UsedAlone is Used for an item that keeps its marks.
func (h *Header) UsedAlone(now clock.Time) {
	for m := h.Marks(); !h.UsedIf(now, m, m); {
		m = h.Marks()
	}
}

// Remark changes the marks alone, unless they are others than was by now: then it returns false. Needs the class lock.
func (h *Header) Remark(was, marks uint32) bool {
	old := atomic.LoadUint32(&h.use)
	return old&markMask == was && atomic.CompareAndSwapUint32(&h.use, old, old&^markMask|marks)
}

// Marks returns what package lru has noted in the item.
func (h *Header) Marks() uint32 { return atomic.LoadUint32(&h.use) & markMask }

// SetMarks marks an item that has no mark yet. Only while it is being linked.
func (h *Header) SetMarks(marks uint32) { h.use |= marks }

// Unmark takes marks away. It may be called under either lock: a use at the same time may win.
func (h *Header) Unmark(marks uint32) { atomic.AndUint32(&h.use, ^marks) }

// Fetched says that the item was used since it was linked.
func (h *Header) Fetched() bool { return atomic.LoadUint32(&h.use)&fetched != 0 }

// LastUse is when an item was used last, and whether it was fetched.
type LastUse uint32

// LastUse returns the item's.
func (h *Header) LastUse() LastUse { return LastUse(atomic.LoadUint32(&h.use) &^ markMask) }

// At is the same of an item that is used now, and not fetched by that.
func (u LastUse) At(now clock.Time) LastUse { return u&fetched | LastUse(now)<<accessShift }

// SetLastUse has an item have been used then. Needs the stripe lock.
func (h *Header) SetLastUse(u LastUse) {
	for {
		old := atomic.LoadUint32(&h.use)
		if atomic.CompareAndSwapUint32(&h.use, old, old&markMask|uint32(u)) {
			return
		}
	}
}

// Idle returns for how many seconds the item was not used.
func (h *Header) Idle(now clock.Time) uint32 {
	return (uint32(now) - atomic.LoadUint32(&h.use)>>accessShift) & (1<<(32-accessShift) - 1)
}

func (h *Header) pins() *int64 { return (*int64)(unsafe.Add(unsafe.Pointer(h), 32)) }

// Pin keeps a large item's chunk from being used again until Unpin. Needs the stripe lock, and the item linked.
func (h *Header) Pin() { atomic.AddInt64(h.pins(), 1) }

// Unpin undoes a Pin, or takes back the one pin that a held or linked item starts with, and reports whether it was the
// last: then the caller must free the chunk. An item that is not large has only that one pin, which is not counted.
func (h *Header) Unpin() (last bool) { return !h.Large() || h.UnpinLarge() }

// UnpinLarge is Unpin for an item known to be large. It needs no lock.
func (h *Header) UnpinLarge() (last bool) { return atomic.AddInt64(h.pins(), -1) == 0 }

// Lent says that somebody reads the item's value without a lock. Exact under the stripe lock; a hint without.
func (h *Header) Lent() bool { return h.Large() && atomic.LoadInt64(h.pins()) > 1 }
