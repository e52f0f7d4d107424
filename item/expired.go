package item

import (
	"sync/atomic"

	"gocached/clock"
)

// Expired says that the item is over: its exptime has come, or it was stamped before the flush horizon. It is the only
// test of life; flush_all is no second rule.
//
// Those who ask: get, store, remove, touch and arithmetic before they use what they found; the search for expired items
// before memory is taken; the eviction, to count right; who takes out what is over; and lists. Needs either lock.
func (h *Header) Expired(now clock.Time, horizon uint64) bool {
	if h.Stamp() < horizon {
		return true
	}
	t := h.Exptime()
	return t != clock.Never && t <= now
}

// Exptime returns when the item expires.
func (h *Header) Exptime() clock.Time { return clock.Time(atomic.LoadUint32(&h.exptime)) }

// SetExptime changes it. Needs the stripe lock.
func (h *Header) SetExptime(t clock.Time) { atomic.StoreUint32(&h.exptime, uint32(t)) }
