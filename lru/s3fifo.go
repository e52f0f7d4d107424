package lru

import (
	"fmt"
	"sync/atomic"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

const (
	// An item's marks: how often it was used, up to most, and whether it is in the main queue.
	most   = 3
	inMain = 4

	// smallShare is which part of the items are in the small queue, as a divisor, where they are not used.
	smallShare = 10

	// worth is how often an item of the small queue must be used to get into the main one.
	worth = 1
)

// S3FIFO is the policy of the same name (Yang and others, "FIFO queues are all you need for cache eviction", 2023). What is
// new goes to a small queue, and leaves the cache at its end unless it was used meanwhile: then it goes to the main queue,
// and so does what comes back soon after it left. At the end of the main queue an item that was used goes to the head once
// more, for each use, of which three are counted at most. So what is used once does not drive out what is used often.
//
// A hit may be noted in an item while it changes queues. Both change its marks by compare-and-swap, so that none undoes the
// other. Its methods are described at order.
type S3FIFO struct {
	small, main list
	fromMain    bool // victims come from the main queue first: decided when the first victim was asked for
}

// Len returns how many items both queues have.
func (s *S3FIFO) Len() int { return s.small.len + s.main.len }

// in returns the queue of an item with these marks.
func (s *S3FIFO) in(marks uint32) *list {
	if marks&inMain != 0 {
		return &s.main
	}
	return &s.small
}

// Hit counts a use. An item that is used often has counted enough, and is written only every eight seconds.
func (s *S3FIFO) Hit(h *item.Header, now clock.Time, _ *atomic.Uint64) {
	for {
		was := h.Marks()
		if h.UsedIf(now, was, used(was)) {
			return
		}
	}
}

// used returns the marks after one use more.
func used(marks uint32) uint32 {
	if marks&most == most {
		return marks
	}
	return marks + 1
}

// Insert puts r at the head of a queue, or in the place of the old item, which was used by that. What is over goes to the
// end of the queue that victims come from.
func (s *S3FIFO) Insert(a *slab.Arena, r slab.Ref, h *item.Header, n Arrival) {
	marks := uint32(0)
	if n.Back {
		marks = inMain
	}
	if n.Old != slab.None {
		old := item.At(a, n.Old)
		marks = used(old.Marks())
		if !n.Over {
			h.SetMarks(marks)
			h.Next, h.Prev = old.Next, old.Prev
			s.in(marks).between(a, h, r, r)
			return
		}
		s.in(marks).remove(a, old)
	}
	if n.Over {
		s.last(a, r, h)
		return
	}
	h.SetMarks(marks)
	q := s.in(marks)
	q.before(a, r, h, q.head)
}

// last makes r the next victim.
func (s *S3FIFO) last(a *slab.Arena, r slab.Ref, h *item.Header) {
	s.small.len++ // where it stays if the small queue is too long with it
	fromMain := s.mainFirst()
	s.small.len--
	if fromMain {
		h.SetMarks(inMain)
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
	s.in(h.Marks()).between(a, h, to, to)
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
	main := h.Marks()&inMain != 0
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
	if marks&inMain != 0 {
		return marks&most > 0
	}
	return marks&most >= worth
}

// Renew puts r at the head of the main queue. That costs it one use, or all of them if it comes from the small queue.
func (s *S3FIFO) Renew(a *slab.Arena, r slab.Ref, h *item.Header) {
	for {
		was := h.Marks()
		next := uint32(inMain)
		if was&inMain != 0 {
			next = was - min(was&most, 1)
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
	if h.Next == slab.None && h.Marks()&inMain == 0 {
		return s.main.head
	}
	return h.Next
}

// Check looks whether each item knows its queue, too.
func (s *S3FIFO) Check(a *slab.Arena, each func(slab.Ref)) (err error) {
	for _, q := range []*list{&s.small, &s.main} {
		stray := slab.None
		err := q.Check(a, func(r slab.Ref) {
			if s.in(item.At(a, r).Marks()) != q {
				stray = r
			}
			each(r)
		})
		if err == nil && stray != slab.None {
			err = fmt.Errorf("ref %d is in one queue, and marked as being in the other", stray)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
