package lru

import (
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// order is what tells policies apart. Nothing is called through it, as that would cost every hit: Policy looks which it is.
// The zero value is ready for use, and is never copied.
//
// It holds every linked item of a class, once, whatever else it remembers. It links them through Next and Prev of their
// headers, notes in their marks what it likes, and changes nothing else of them. An item is named by its ref r and its
// header h together: the caller has both, and to look up one by the other would cost.
//
// Each method needs the class lock, but for Hit, which has only the stripe lock of its item. So a Hit may write marks while
// others are changed under the class lock: who tells more by marks than how an item is used changes them by UsedIf and
// Remark alone.
type order interface {
	// Insert takes in an item, which was just linked.
	Insert(a *slab.Arena, r slab.Ref, h *item.Header, n Arrival)

	// Overwritten notes that a new item was stored now in the place of an old one. It calls StoredIf. It needs the stripe lock of
	// the item too.
	Overwritten(a *slab.Arena, r slab.Ref, h *item.Header, now clock.Time)

	// Remove takes an item out.
	Remove(a *slab.Arena, r slab.Ref, h *item.Header)

	// Moved puts the item at to in the place of the one at from, of which it is a copy, header and all. It needs the stripe
	// lock of the item too.
	Moved(a *slab.Arena, from, to slab.Ref)

	// Hit notes that an item is used now. It calls Used, UsedIf or UsedAlone, whatever it makes of that, since idle times are
	// shown. last holds the CAS that was given out last: the item with this CAS was stored last of all.
	Hit(h *item.Header, now clock.Time, last *atomic.Uint64)

	// Victim returns the item that should go first, and NextVictim the one that should go after another; None if there is
	// none. How old the first is says how old the items of the class get.
	Victim() slab.Ref
	NextVictim(a *slab.Arena, r slab.Ref, h *item.Header) slab.Ref

	// Spares says that a victim should not go yet, because of how it was used. Renew then puts it where it belongs, which
	// takes something of its use away: an item that is renewed again and again, and not used meanwhile, is spared no more
	// in the end.
	Spares(h *item.Header) bool
	Renew(a *slab.Arena, r slab.Ref, h *item.Header)

	// Newest and Older go over all items in the order in which people expect to see them.
	Newest() slab.Ref
	Older(a *slab.Arena, r slab.Ref, h *item.Header) slab.Ref

	// Len returns how many items there are.
	Len() int

	// Check calls each with every item, and returns the first thing that does not fit together.
	Check(a *slab.Arena, each func(slab.Ref)) error
}

// Arrival says how an item comes.
type Arrival struct {
	// Old is an item of the same key and class over which the new one was stored, or None. It goes out.
	Old slab.Ref

	// Over says that the new item is of no use to anybody, as its time had passed before it was stored: it should be the
	// first to go.
	Over bool

	// Back says that an item of the same key was evicted lately, before it was used. Policy finds that out.
	Back bool
}
