package lru

import (
	"sync/atomic"

	"gocached/item"
	"gocached/slab"
)

const (
	// Epochs is how many epochs an item can tell apart.
	Epochs = item.Epochs

	// parts is how many epochs the list spans: an epoch ends when an eighth of the list was pushed in it. It is a quarter of
	// Epochs, so that the epoch of an item at the tail is not mistaken for a newer one.
	parts = Epochs / 4
)

// List is the LRU of one slab class, newest first, linked through the items. Every method but Epoch needs the class lock;
// the links of an item that is in no list mean nothing.
type List struct {
	Head, Tail slab.Ref
	Len        int

	pushed int              // items that came into the list, or were renewed, in this epoch
	marks  [Epochs]slab.Ref // by epoch, but for the present: the first item, from the head, that belongs to it or an older one

	_     [64]byte // every hit reads the epoch, and should not wait for the cache line that every set writes
	epoch atomic.Uint32
	_     [64]byte
}

// Epoch returns the present epoch, by which a use is noted. It takes no lock.
func (l *List) Epoch() uint32 { return l.epoch.Load() }

// Push makes r, which is in no list, the newest.
func (l *List) Push(a *slab.Arena, r slab.Ref) {
	h := item.At(a, r)
	h.SetEpoch(l.Epoch())
	l.before(a, r, h, l.Head)
	l.count()
}

// PushLast makes r, which is in no list and of no use to anybody any more, the oldest.
func (l *List) PushLast(a *slab.Arena, r slab.Ref) {
	h := item.At(a, r)
	h.SetEpoch(l.Epoch())
	l.before(a, r, h, slab.None)
}

// Remove takes r out.
func (l *List) Remove(a *slab.Arena, r slab.Ref) { l.remove(a, r, item.At(a, r)) }

// Renew puts r, which is in the list, where it belongs after its last use: before everything that was last used in the
// same epoch or an older one. It takes r's mark away.
func (l *List) Renew(a *slab.Arena, r slab.Ref) {
	h := item.At(a, r)
	h.Untouch()
	l.remove(a, r, h)
	epoch := h.Epoch()
	if epoch == l.Epoch() {
		l.before(a, r, h, l.Head)
	} else {
		l.insert(a, r, h, epoch)
	}
	l.count()
}

// insert puts r before the items of an epoch that is over. Where the mark of a newer epoch stood at the same item, there
// was nothing between, and it moves too.
func (l *List) insert(a *slab.Arena, r slab.Ref, h *item.Header, epoch uint32) {
	at := l.marks[epoch]
	l.before(a, r, h, at)
	for e := epoch; e != l.Epoch() && l.marks[e] == at; e = (e + 1) % Epochs {
		l.marks[e] = r
	}
}

// before links r on the head's side of next, at the tail if that is None.
func (l *List) before(a *slab.Arena, r slab.Ref, h *item.Header, next slab.Ref) {
	prev := l.Tail
	if next != slab.None {
		n := item.At(a, next)
		prev, n.Prev = n.Prev, r
	} else {
		l.Tail = r
	}
	if prev != slab.None {
		item.At(a, prev).Next = r
	} else {
		l.Head = r
	}
	h.Next, h.Prev = next, prev
	l.Len++
}

func (l *List) remove(a *slab.Arena, r slab.Ref, h *item.Header) {
	for e, m := range &l.marks {
		if m == r {
			l.marks[e] = h.Next
		}
	}
	if h.Prev != slab.None {
		item.At(a, h.Prev).Next = h.Next
	} else {
		l.Head = h.Next
	}
	if h.Next != slab.None {
		item.At(a, h.Next).Prev = h.Prev
	} else {
		l.Tail = h.Prev
	}
	l.Len--
}

// count ends the epoch when enough has been pushed in it.
func (l *List) count() {
	l.pushed++
	if l.pushed*parts < l.Len {
		return
	}
	l.pushed = 0
	l.marks[l.Epoch()] = l.Head
	l.epoch.Store((l.Epoch() + 1) % Epochs)
}

// Before returns the neighbour of r towards the head, or None.
func (l *List) Before(a *slab.Arena, r slab.Ref) slab.Ref { return item.At(a, r).Prev }

// After returns the neighbour of r towards the tail, or None.
func (l *List) After(a *slab.Arena, r slab.Ref) slab.Ref { return item.At(a, r).Next }
