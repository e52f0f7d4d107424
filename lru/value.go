package lru

import (
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// An item's marks: how often it was used since it got its rank, up to mostUses, and the rank.
	rankShift = 2
	ranks     = 1 << (item.MarkBits - rankShift)
)

// lead is by how many ranks an item is ahead of the clock, by how often it was used since it got its rank before. Other leads
// that grow with the uses made hardly a difference: what is new must be well behind what was used.
var lead = [mostUses + 1]uint32{1, 6, 10, 14}

// These do not compile if marks and ranks do not go together.
const (
	_ = uint(1<<rankShift - 1 - mostUses)
	_ = uint(ranks - 1 - 14) // the rank that is farthest ahead is another than the clock's
)

// Value is the policy named value: what is worth least goes first, and that is what was used least for its size, the older uses
// counting less. It is the rule of GreedyDual-Size-Frequency (Cherkasova, 1998): an item is worth the clock at its last use, and
// its uses for each byte; the clock stands at what was worth least when it went.
//
//	clock                                                         clock + 15
//	  |  out  |  new  |   ...   |  used  |   ...   |  used often  |
//
// In a class all chunks are of the same size. So worth is a rank here, one of 16 that are ahead of the clock, each with a queue of its
// items. Victims come from the lowest rank that has items, to which the clock goes on. An item that was used meanwhile gets a new rank
// instead, the higher the more it was used, and half of its uses count again the next time. What comes back soon after it went ranks
// with what is used often. The sizes come in where classes are compared: pages move from where they are worth least (package memory).
//
// As with S3FIFO a hit may be noted in an item while it changes ranks, so both change its marks by compare-and-swap. The methods are
// described at order.
type Value struct {
	queues [ranks]list
	clock  uint32 // the lowest rank that has items
	items  int
}

// Len returns how many items all ranks have.
func (v *Value) Len() int { return v.items }

// rankOf returns the rank of an item with these marks.
func rankOf(marks uint32) uint32 { return marks >> rankShift }

// ahead returns the rank of what was used so often.
func (v *Value) ahead(uses uint32) uint32 { return (v.clock + lead[uses]) % ranks }

// Hit counts a use.
func (*Value) Hit(h *item.Header, now clock.Time, _ *atomic.Uint64) { use(h, now) }

// Insert ranks r as new, or as used often if it comes back, or puts it in the place of the old item, which was used by that. What is
// over is the next victim.
func (v *Value) Insert(a *slab.Arena, r slab.Ref, h *item.Header, n Arrival) {
	if n.Old != slab.None {
		old := item.At(a, n.Old)
		if !n.Over {
			h.SetMarks(used(old.Marks()))
			v.queues[rankOf(h.Marks())].replace(a, r, h, old)
			return
		}
		v.Remove(a, n.Old, old)
	}
	uses := uint32(0)
	if n.Back {
		uses = mostUses
	}
	rank := v.ahead(uses)
	next := v.queues[rank].head
	if n.Over {
		rank, next = v.clock, slab.None
	}
	h.SetMarks(rank << rankShift)
	v.queues[rank].before(a, r, h, next)
	v.items++
	v.goOn()
}

// Overwritten counts a use, as Insert does. It needs no class lock.
func (*Value) Overwritten(_ *slab.Arena, _ slab.Ref, h *item.Header, now clock.Time) {
	overwrite(h, now)
}

// goOn has the clock go on to the lowest rank that has items.
func (v *Value) goOn() {
	for v.items > 0 && v.queues[v.clock].len == 0 {
		v.clock = (v.clock + 1) % ranks
	}
}

// Remove takes r out of its queue.
func (v *Value) Remove(a *slab.Arena, _ slab.Ref, h *item.Header) {
	v.queues[rankOf(h.Marks())].remove(a, h)
	v.items--
	v.goOn()
}

// Moved puts to in the place of from.
func (v *Value) Moved(a *slab.Arena, _, to slab.Ref) {
	h := item.At(a, to)
	v.queues[rankOf(h.Marks())].replace(a, to, h, h)
}

// Victim returns the oldest of the lowest rank.
func (v *Value) Victim() slab.Ref { return v.queues[v.clock].tail }

// NextVictim goes through one rank after the other.
func (v *Value) NextVictim(_ *slab.Arena, _ slab.Ref, h *item.Header) slab.Ref {
	if h.Prev != slab.None {
		return h.Prev
	}
	for rank := (rankOf(h.Marks()) + 1) % ranks; rank != v.clock; rank = (rank + 1) % ranks {
		if q := &v.queues[rank]; q.len > 0 {
			return q.tail
		}
	}
	return slab.None
}

// Spares spares what was used.
func (*Value) Spares(h *item.Header) bool { return h.Marks()&mostUses > 0 }

// Renew gives r a rank by its uses, of which half are left.
func (v *Value) Renew(a *slab.Arena, r slab.Ref, h *item.Header) {
	for {
		was := h.Marks()
		uses := was & mostUses
		rank := v.ahead(uses)
		if h.Remark(was, rank<<rankShift|uses/2) {
			v.queues[rankOf(was)].remove(a, h)
			v.queues[rank].before(a, r, h, v.queues[rank].head)
			v.goOn()
			return
		}
	}
}

// Newest begins with the highest rank.
func (v *Value) Newest() slab.Ref { return v.below(v.clock) }

// below returns the head of the next lower rank that has items. The lowest is the clock's, below which is the highest.
func (v *Value) below(rank uint32) slab.Ref {
	for {
		rank = (rank + ranks - 1) % ranks
		if q := &v.queues[rank]; q.len > 0 || rank == v.clock {
			return q.head
		}
	}
}

// Older goes through one rank after the other.
func (v *Value) Older(_ *slab.Arena, _ slab.Ref, h *item.Header) slab.Ref {
	rank := rankOf(h.Marks())
	if h.Next != slab.None || rank == v.clock {
		return h.Next
	}
	return v.below(rank)
}

// Check looks whether each item knows its rank, too.
func (v *Value) Check(a *slab.Arena, each func(slab.Ref)) error {
	for rank := range v.queues {
		err := v.queues[rank].checkMarks(a, each, func(marks uint32) bool { return rankOf(marks) == uint32(rank) })
		if err != nil {
			return err
		}
	}
	return nil
}
