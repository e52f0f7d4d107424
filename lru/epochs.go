package lru

import (
	"fmt"
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// An item's marks: whether it was used since it was linked or last put in its place, and in which epoch.
	touched    = 1
	epochShift = 1

	// epochs is how many epochs an item can tell apart.
	epochs = 1 << (item.MarkBits - epochShift)

	// parts is how many epochs the list spans: an epoch ends when an eighth of the list was pushed in it. It is a quarter of
	// epochs, so that the epoch of an item at the tail is not mistaken for a newer one.
	parts = epochs / 4
)

// EpochLRU is the policy that doc.go describes: one list, newest first, in which items that were used are put in their
// places when they come to the tail. Its methods are described at order.
type EpochLRU struct {
	list

	pushed int              // items that came into the list, or were put in their places, in this epoch
	marks  [epochs]slab.Ref // by epoch, but for the present: the first item, from the head, that belongs to it or an older one

	_     [64]byte // every hit reads the epoch, and should not wait for the cache line that every set writes
	epoch atomic.Uint32
	_     [64]byte
}

// Hit marks h. What is written changes at the first use, once in an epoch and every second.
func (l *EpochLRU) Hit(h *item.Header, now clock.Time, last *atomic.Uint64) {
	if l.moves(h, last) {
		h.Used(now, l.mark())
	} else {
		h.UsedAlone(now)
	}
}

// moves says whether a strict LRU would move a used item: it would leave the one that was stored last of all.
func (l *EpochLRU) moves(h *item.Header, last *atomic.Uint64) bool {
	if h.Marks()&touched != 0 {
		return true
	}
	cas := h.CAS() // of a client's choice it does no harm if it is equal
	return cas == 0 || cas != last.Load()
}

// mark is what an item has that is used now.
func (l *EpochLRU) mark() uint32 { return touched | l.epoch.Load()<<epochShift }

// Insert makes r the newest, or the oldest if it is over.
func (l *EpochLRU) Insert(a *slab.Arena, r slab.Ref, h *item.Header, n Arrival) {
	if n.Old != slab.None {
		l.take(a, n.Old, item.At(a, n.Old))
	}
	h.SetMarks(l.epoch.Load() << epochShift)
	if n.Over {
		l.before(a, r, h, slab.None)
		return
	}
	l.before(a, r, h, l.head)
	l.count()
}

// Overwritten makes r the newest.
func (l *EpochLRU) Overwritten(a *slab.Arena, r slab.Ref, h *item.Header, now clock.Time) {
	l.take(a, r, h)
	for !h.StoredIf(now, h.Marks(), l.epoch.Load()<<epochShift) {
	}
	l.before(a, r, h, l.head)
	l.count()
}

// Remove takes r out.
func (l *EpochLRU) Remove(a *slab.Arena, r slab.Ref, h *item.Header) { l.take(a, r, h) }

// take takes r out. Its older neighbour is the first of those whose first it was.
func (l *EpochLRU) take(a *slab.Arena, r slab.Ref, h *item.Header) {
	l.firsts(r, h.Next)
	l.remove(a, h)
}

// Moved puts to in the place of from.
func (l *EpochLRU) Moved(a *slab.Arena, from, to slab.Ref) {
	l.firsts(from, to)
	h := item.At(a, to)
	l.replace(a, to, h, h)
}

// firsts makes to the first item of all epochs of which from is.
func (l *EpochLRU) firsts(from, to slab.Ref) {
	for e, m := range &l.marks {
		if m == from {
			l.marks[e] = to
		}
	}
}

// Spares spares an item that was used, once for however many uses.
func (l *EpochLRU) Spares(h *item.Header) bool { return h.Marks()&touched != 0 }

// Renew puts r where it belongs after its last use: before everything that was last used in the same epoch or an older
// one. It takes the mark of the use away.
func (l *EpochLRU) Renew(a *slab.Arena, r slab.Ref, h *item.Header) {
	h.Unmark(touched)
	l.take(a, r, h)
	epoch := h.Marks() >> epochShift
	if epoch == l.epoch.Load() {
		l.before(a, r, h, l.head)
	} else {
		l.insert(a, r, h, epoch)
	}
	l.count()
}

// insert puts r before the items of an epoch that is over. Where the mark of a newer epoch stood at the same item, there
// was nothing between, and it moves too.
func (l *EpochLRU) insert(a *slab.Arena, r slab.Ref, h *item.Header, epoch uint32) {
	at := l.marks[epoch]
	l.before(a, r, h, at)
	for e := epoch; e != l.epoch.Load() && l.marks[e] == at; e = (e + 1) % epochs {
		l.marks[e] = r
	}
}

// count ends the epoch when enough has been pushed in it.
func (l *EpochLRU) count() {
	l.pushed++
	if l.pushed*parts < l.len {
		return
	}
	l.pushed = 0
	epoch := l.epoch.Load()
	l.marks[epoch] = l.head
	l.epoch.Store((epoch + 1) % epochs)
}

// Check looks whether the first items of the epochs stand in the list in the order of the epochs, too.
func (l *EpochLRU) Check(a *slab.Arena, each func(slab.Ref)) error {
	epoch, ago := l.epoch.Load(), uint32(1)
	first := func() slab.Ref { return l.marks[(epoch+epochs-ago)%epochs] }
	err := l.list.Check(a, func(r slab.Ref) {
		for ago < epochs && first() == r {
			ago++
		}
		each(r)
	})
	for ago < epochs && first() == slab.None {
		ago++
	}
	if err == nil && ago < epochs {
		return fmt.Errorf("ref %d is marked as the first of an epoch, and stands behind an older one's or nowhere", first())
	}
	return err
}
