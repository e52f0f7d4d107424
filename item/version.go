package item

import (
	"sync/atomic"
	"unsafe"

	"gocached/clock"
)

// load returns the version.
func (h *Header) load() uint64 {
	if h.shape&kindMask == noCAS {
		return uint64(atomic.LoadUint32((*uint32)(unsafe.Pointer(&h.version))))
	}
	return atomic.LoadUint64(&h.version)
}

// store changes the version. Needs the stripe lock.
func (h *Header) store(v uint64) {
	if h.shape&kindMask == noCAS {
		atomic.StoreUint32((*uint32)(unsafe.Pointer(&h.version)), uint32(v))
		return
	}
	atomic.StoreUint64(&h.version, v)
}

// setVersion is store for an item that nobody else can find.
func (h *Header) setVersion(v uint64) {
	if h.shape&kindMask == noCAS {
		*(*uint32)(unsafe.Pointer(&h.version)) = uint32(v)
		return
	}
	h.version = v
}

// Stamp returns what orders the item among the flushes.
func (h *Header) Stamp() uint64 { return h.load() >> stampShift }

// SetStamp gives the item a new stamp, and a new CAS with it.
func (h *Header) SetStamp(s uint64) {
	h.store(h.load()&(1<<stampShift-1) | s<<stampShift)
	h.Choose(s)
}

// CAS returns the item's CAS, 0 without CAS. Needs the stripe lock.
func (h *Header) CAS() uint64 {
	switch h.shape & kindMask {
	case noCAS:
		return 0
	case chosen:
		return *h.chosen()
	}
	return h.Stamp()
}

// Choosing says that the item has room for a CAS that a client chooses.
func (h *Header) Choosing() bool { return h.shape&kindMask == chosen }

// Choose gives the item a CAS of a client's choice, if there is room for it.
func (h *Header) Choose(cas uint64) {
	if h.Choosing() {
		*h.chosen() = cas
	}
}

func (h *Header) chosen() *uint64 {
	offset := uintptr(unsafe.Sizeof(Header{}))
	if h.Large() {
		offset += unsafe.Sizeof(*h.pins())
	}
	return (*uint64)(unsafe.Add(unsafe.Pointer(h), offset))
}

// Link makes a held item a linked one, as of now and under a stamp of its own. Needs both locks.
func (h *Header) Link(stamp uint64, now clock.Time) {
	h.use = uint32(now) << accessShift
	h.setVersion(h.load()&(1<<stampShift-1) | stamp<<stampShift)
	h.Choose(stamp)
	h.shape |= linked
}

// Base64 says that the key was spelled in base64.
func (h *Header) Base64() bool { return h.load()&base64 != 0 }

// SetBase64 notes that. Only a new item's holder may call it.
func (h *Header) SetBase64() { h.setVersion(h.load() | base64) }

// Stale says that the item was made stale.
func (h *Header) Stale() bool { return h.load()&stale != 0 }

// Won says that somebody has won the right to store a new value.
func (h *Header) Won() bool { return h.load()&won != 0 }

// SetStale makes the item stale or not, and has somebody have won or nobody. Needs the stripe lock.
func (h *Header) SetStale(isStale, isWon bool) {
	v := h.load() &^ (stale | won)
	if isStale {
		v |= stale
	}
	if isWon {
		v |= won
	}
	h.store(v)
}

// Inherit gives a held item what the version of another notes beside the stamp. It lasts when the item is linked.
func (h *Header) Inherit(old *Header) {
	h.setVersion(h.load() | old.load()&(base64|stale|won))
}
