package lru

import (
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// An item's marks: how often it was used, up to mostUses, and whether it is in the main queue.
	mostUses = 3
	mainMark = 4

	// smallShare is which part of the items the small queue has, as a divisor, before victims come from the main one. It is not
	// adapted to the load: with a fifth eight of the loads of make hits missed 1.7 % more on average, with a twentieth 0.2 % less, and
	// the best for each of them would be worth 0.6 points on one loop and 0.1 elsewhere.
	smallShare = 10

	// wanted is how often an item of the small queue must be used to get into the main one. The paper says twice. Once was
	// better here where popularity follows Zipf's law, alone (81.3 % hits against 80.4) and among scans (60.2 against 59.1), and
	// made less than half a point elsewhere.
	wanted = 1

	// backUses is how often an item that comes back soon after it went counts as used.
	backUses = 1
)

// S3FIFO is the policy of the same name (Yang and others, "FIFO queues are all you need for cache eviction", 2023). What is
// new goes to a small queue, and leaves the cache at its end unless it was used meanwhile: then it goes to the main queue.
// So does what comes back soon after it left the small one. At the end of the main queue an item that was used goes to the
// head once more, for each use, of which three are counted at most. So what is used once does not drive out what is used
// often.
//
//	new --> small, 1/10 of the items --> out, as a ghost --+
//	          |  used                                      | back
//	          v                                            v
//	        main <--+  -----------------------------> main, used once
//	          |     | used, costs a use
//	          +-----+--> out
//
// What comes back after it left the main queue is new again: it had its time. So a loop over more than fits does not put
// everything in the main queue, one after the other.
//
// A hit may be noted in an item while it changes queues. Both change its marks by compare-and-swap, so that none undoes the
// other. Its methods are described at order.
type S3FIFO struct {
	small, main list
	fromMain    bool // victims come from the main queue first: decided when the first victim was asked for
}

// Len returns how many items both queues have.
func (s *S3FIFO) Len() int { return s.small.len + s.main.len }

// inMain says whether an item is in the main queue.
func (*S3FIFO) inMain(h *item.Header) bool { return h.Marks()&mainMark != 0 }

// in returns the queue of an item with these marks.
func (s *S3FIFO) in(marks uint32) *list {
	if marks&mainMark != 0 {
		return &s.main
	}
	return &s.small
}

// Hit counts a use.
func (*S3FIFO) Hit(h *item.Header, now clock.Time, _ *atomic.Uint64) { use(h, now) }

// use counts a use in the marks of an item. An item that is used often has counted enough, and is written only every second.
func use(h *item.Header, now clock.Time) {
	for {
		was := h.Marks()
		if h.UsedIf(now, was, used(was)) {
			return
		}
	}
}

// overwrite is use for an item that was stored over another in its place.
func overwrite(h *item.Header, now clock.Time) {
	for {
		was := h.Marks()
		if h.StoredIf(now, was, used(was)) {
			return
		}
	}
}

// used returns the marks after one use more.
func used(marks uint32) uint32 {
	if marks&mostUses == mostUses {
		return marks
	}
	return marks + 1
}

// Insert puts r at the head of a queue, or in the place of the old item, which was used by that. What is over goes to the
// end of the queue that victims come from.
func (s *S3FIFO) Insert(a *slab.Arena, r slab.Ref, h *item.Header, n Arrival) {
	switch {
	case n.Old != slab.None && !n.Over:
		old := item.At(a, n.Old)
		h.SetMarks(used(old.Marks()))
		s.in(h.Marks()).replace(a, r, h, old)
		return
	case n.Old != slab.None:
		s.Remove(a, n.Old, item.At(a, n.Old))
	}
	switch {
	case n.Over:
		s.last(a, r, h)
	case n.Back:
		h.SetMarks(mainMark | backUses)
		s.main.before(a, r, h, s.main.head)
	default:
		s.small.before(a, r, h, s.small.head)
	}
}

// Overwritten counts a use, as Insert does. It needs no class lock.
func (*S3FIFO) Overwritten(_ *slab.Arena, _ slab.Ref, h *item.Header, now clock.Time) {
	overwrite(h, now)
}

// last makes r the next victim.
func (s *S3FIFO) last(a *slab.Arena, r slab.Ref, h *item.Header) {
	s.small.len++ // where it stays if the small queue is too long with it
	fromMain := s.mainFirst()
	s.small.len--
	if fromMain {
		h.SetMarks(mainMark)
		s.main.before(a, r, h, slab.None)
		return
	}
	s.small.before(a, r, h, slab.None)
}

// Remove takes r out of its queue.
func (s *S3FIFO) Remove(a *slab.Arena, _ slab.Ref, h *item.Header) { s.in(h.Marks()).remove(a, h) }

// Moved puts to in the place of from.
func (s *S3FIFO) Moved(a *slab.Arena, _, to slab.Ref) {
	h := item.At(a, to)
	s.in(h.Marks()).replace(a, to, h, h)
}

// mainFirst says which queue should give a victim: the small one if it is too long.
func (s *S3FIFO) mainFirst() bool { return s.main.len > 0 && s.small.len*smallShare <= s.Len() }

// Victim returns the last of the small queue if that is too long, else of the main one.
func (s *S3FIFO) Victim() slab.Ref {
	s.fromMain = s.mainFirst()
	if s.fromMain {
		return s.main.tail
	}
	if s.small.tail == slab.None {
		return s.main.tail
	}
	return s.small.tail
}

// NextVictim goes through one queue after the other.
func (s *S3FIFO) NextVictim(_ *slab.Arena, _ slab.Ref, h *item.Header) slab.Ref {
	main := s.inMain(h)
	switch {
	case h.Prev != slab.None || main != s.fromMain:
		return h.Prev
	case main:
		return s.small.tail
	}
	return s.main.tail
}

// Spares spares what was used.
func (s *S3FIFO) Spares(h *item.Header) bool {
	marks := h.Marks()
	if marks&mainMark != 0 {
		return marks&mostUses > 0
	}
	return marks&mostUses >= wanted
}

// Renew puts r at the head of the main queue. That costs it one use, or all of them if it comes from the small queue.
func (s *S3FIFO) Renew(a *slab.Arena, r slab.Ref, h *item.Header) {
	for {
		was := h.Marks()
		next := uint32(mainMark)
		if was&mainMark != 0 {
			next = was - min(was&mostUses, 1)
		}
		if !h.Remark(was, next) {
			continue
		}
		s.in(was).remove(a, h)
		s.main.before(a, r, h, s.main.head)
		return
	}
}

// Newest begins with the small queue, in which all is newer than most of what is in the main one.
func (s *S3FIFO) Newest() slab.Ref {
	if s.small.head != slab.None {
		return s.small.head
	}
	return s.main.head
}

// Older goes on from the small queue to the main one.
func (s *S3FIFO) Older(_ *slab.Arena, _ slab.Ref, h *item.Header) slab.Ref {
	if h.Next == slab.None && !s.inMain(h) {
		return s.main.head
	}
	return h.Next
}

// Check looks whether each item knows its queue, too.
func (s *S3FIFO) Check(a *slab.Arena, each func(slab.Ref)) error {
	for _, q := range []*list{&s.small, &s.main} {
		if err := q.checkMarks(a, each, func(marks uint32) bool { return s.in(marks) == q }); err != nil {
			return err
		}
	}
	return nil
}
