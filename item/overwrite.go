package item

import (
	"sync/atomic"
	"unsafe"

	"gocached/clock"
)

// A linked item can become a new one in the same chunk, if that has the same key and layout. Then its header changes in the steps
// below, and the caller writes the value.

// Like says whether an item with this shape has its key and its value at the same places.
func (h *Header) Like(s Shape) bool { return (uint32(s)^h.shape)&layoutMask == 0 }

// Overwrite gives the item the exptime and the stamp of a new one, which is not stale, and nobody has won. Needs the stripe lock.
func (h *Header) Overwrite(exptime clock.Time, stamp uint64) {
	h.SetExptime(exptime)
	h.store(h.load()&keyMask | stamp<<stampShift)
	h.Choose(stamp)
}

// Reshape changes the length of the value and the client's flags, which must be zero if they were and only then. Needs both locks.
func (h *Header) Reshape(valueLen int, flags uint32) {
	if h.shape&flagged != 0 {
		*(*uint32)(unsafe.Add(unsafe.Pointer(h), h.Shape().start()-4)) = flags
	}
	h.shape = h.shape&^lengthMask | uint32(valueLen)
}

// StoredIf notes that the item was stored now, and the marks that it has from now on. It is UsedIf, but the item counts as not
// fetched.
func (h *Header) StoredIf(now clock.Time, was, marks uint32) bool {
	old, next := atomic.LoadUint32(&h.use), marks|uint32(now)<<accessShift
	return next == old || old&markMask == was && atomic.CompareAndSwapUint32(&h.use, old, next)
}
