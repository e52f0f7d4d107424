package lru

import (
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// policy is what a policy does. Nothing is called through it, as that would cost every hit: Policy is the type itself, which
// chosen.go names. The zero value is ready for use, and is never copied.
//
// It holds every linked item of a class, once, whatever else it remembers. It links them through Next and Prev of their
// headers, notes in their marks what it likes, and changes nothing else of them. An item is named by its ref r and its
// header h together: the caller has both, and to look up one by the other would cost.
//
// Each method needs the class lock, but for Hit, which has only the stripe lock of its item. What a method changes in marks
// under the class lock, a Hit at the same time may undo: so marks tell how an item is used, and not which list it is in.
type policy interface {
	// Insert takes in an item, which was just linked. It was stored over old, if that is not None, an item of the same key
	// and class, which goes out. over says that the new one is of no use to anybody, as its time had passed before it was
	// stored: it should be the first to go.
	Insert(a *slab.Arena, r slab.Ref, h *item.Header, old slab.Ref, over bool)

	// Remove takes an item out. evicted says that it is alive and its chunk is wanted: that may be worth remembering, under
	// its key, which can still be read.
	Remove(a *slab.Arena, r slab.Ref, h *item.Header, evicted bool)

	// Moved puts the item at to in the place of the one at from, of which it is a copy, header and all. Nobody copies linked
	// items yet: where a page is cleared they are evicted.
	Moved(a *slab.Arena, from, to slab.Ref)

	// Hit notes that an item is used now. It calls Used with it, whatever the policy makes of that, since idle times are
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

var _ policy = (*Policy)(nil)
