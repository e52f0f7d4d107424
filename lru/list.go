package lru

import (
	"gocached/item"
	"gocached/slab"
)

// List is the LRU of one slab class, newest first, linked through the items. Every method needs the class lock; the
// links of an item that is in no list mean nothing.
type List struct {
	Head, Tail slab.Ref
	Len        int
}

// Push makes r the newest.
func (l *List) Push(a *slab.Arena, r slab.Ref) { l.push(a, r, item.At(a, r)) }

func (l *List) push(a *slab.Arena, r slab.Ref, h *item.Header) {
	h.Next, h.Prev = l.Head, slab.None
	if l.Head != slab.None {
		item.At(a, l.Head).Prev = r
	} else {
		l.Tail = r
	}
	l.Head = r
	l.Len++
}

// Remove takes r out.
func (l *List) Remove(a *slab.Arena, r slab.Ref) { l.remove(a, item.At(a, r)) }

func (l *List) remove(a *slab.Arena, h *item.Header) {
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

// Renew makes r, which is in the list, the newest.
func (l *List) Renew(a *slab.Arena, r slab.Ref) {
	if r == l.Head {
		return
	}
	h := item.At(a, r)
	l.remove(a, h)
	l.push(a, r, h)
}

// Before returns the neighbour of r towards the head, or None.
func (l *List) Before(a *slab.Arena, r slab.Ref) slab.Ref { return item.At(a, r).Prev }

// After returns the neighbour of r towards the tail, or None.
func (l *List) After(a *slab.Arena, r slab.Ref) slab.Ref { return item.At(a, r).Next }
