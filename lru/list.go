package lru

import (
	"fmt"

	"gocached/item"
	"gocached/slab"
)

// list links items in both directions through their headers. The zero value is an empty one. The links of an item that is
// in no list mean nothing.
type list struct {
	head, tail slab.Ref // newest, oldest
	len        int
}

// Len returns how many items there are.
func (l *list) Len() int { return l.len }

// Newest returns the head, or None.
func (l *list) Newest() slab.Ref { return l.head }

// Older returns the neighbour of h towards the tail, or None.
func (l *list) Older(_ *slab.Arena, _ slab.Ref, h *item.Header) slab.Ref { return h.Next }

// Victim returns the tail, or None.
func (l *list) Victim() slab.Ref { return l.tail }

// NextVictim returns the neighbour of h towards the head, or None.
func (l *list) NextVictim(_ *slab.Arena, _ slab.Ref, h *item.Header) slab.Ref { return h.Prev }

// before links r on the head's side of next, at the tail if that is None.
func (l *list) before(a *slab.Arena, r slab.Ref, h *item.Header, next slab.Ref) {
	prev := l.tail
	if next != slab.None {
		n := item.At(a, next)
		prev, n.Prev = n.Prev, r
	} else {
		l.tail = r
	}
	if prev != slab.None {
		item.At(a, prev).Next = r
	} else {
		l.head = r
	}
	h.Next, h.Prev = next, prev
	l.len++
}

// remove takes h out.
func (l *list) remove(a *slab.Arena, h *item.Header) {
	l.between(a, h, h.Next, h.Prev)
	l.len--
}

// between has the neighbours of h lead to others: the one towards the head to next, the one towards the tail to prev. The
// ends of the list stand for neighbours that there are not.
func (l *list) between(a *slab.Arena, h *item.Header, next, prev slab.Ref) {
	if h.Prev != slab.None {
		item.At(a, h.Prev).Next = next
	} else {
		l.head = next
	}
	if h.Next != slab.None {
		item.At(a, h.Next).Prev = prev
	} else {
		l.tail = prev
	}
}

// replace puts r in the place of an old item. Where r is a copy of that already, h may be given for both.
func (l *list) replace(a *slab.Arena, r slab.Ref, h, old *item.Header) {
	h.Next, h.Prev = old.Next, old.Prev
	l.between(a, h, r, r)
}

// checkMarks is Check for a list whose items have marks of their own.
func (l *list) checkMarks(a *slab.Arena, each func(slab.Ref), own func(marks uint32) bool) error {
	stray := slab.None
	err := l.Check(a, func(r slab.Ref) {
		if !own(item.At(a, r).Marks()) {
			stray = r
		}
		each(r)
	})
	if err == nil && stray != slab.None {
		err = fmt.Errorf("ref %d is in one queue, and marked as being in another", stray)
	}
	return err
}

// Check walks the list, in both directions at once.
func (l *list) Check(a *slab.Arena, each func(slab.Ref)) error {
	before, n := slab.None, 0
	for r := l.head; r != slab.None; {
		h := item.At(a, r)
		if n++; n > l.len || h.Prev != before {
			return fmt.Errorf("the LRU is broken at ref %d", r)
		}
		each(r)
		before, r = r, h.Next
	}
	if before != l.tail || n != l.len {
		return fmt.Errorf("the LRU has %d items and tail %d, counted %d and %d", n, before, l.len, l.tail)
	}
	return nil
}
