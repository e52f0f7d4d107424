package item

import (
	"sync/atomic"
	"unsafe"

	"gocached/clock"
)

// Used notes that the item was used now, in the given epoch of its LRU, and marks it to be renewed before it is evicted.
// It writes only what changes: at the first use, once in an epoch and every eight seconds, so that a popular item's cache
// line is not passed around. Needs the stripe lock.
func (h *Header) Used(now clock.Time, epoch uint32) {
	old := atomic.LoadUint32(&h.use)
	next := old&0xff | touched | epoch<<epochShift | uint32(now)/accessUnit<<accessShift
	if next != old {
		atomic.StoreUint32(&h.use, next)
	}
}

// Epoch returns the epoch of the LRU in which the item was last used.
func (h *Header) Epoch() uint32 { return atomic.LoadUint32(&h.use) >> epochShift & epochMask }

// SetEpoch notes the epoch in which the item is linked. Only while it is being linked.
func (h *Header) SetEpoch(epoch uint32) { h.use |= epoch << epochShift }

// Touched says whether the item was used since it was linked or last renewed.
func (h *Header) Touched() bool { return atomic.LoadUint32(&h.use)&touched != 0 }

// Untouch takes the mark away. It may be called under either lock: a use at the same time may win.
func (h *Header) Untouch() { atomic.AndUint32(&h.use, ^uint32(touched)) }

// Idle returns for how many seconds the item was not used, to within eight.
func (h *Header) Idle(now clock.Time) uint32 {
	return (uint32(now)/accessUnit - atomic.LoadUint32(&h.use)>>accessShift) & accessMask * accessUnit
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
