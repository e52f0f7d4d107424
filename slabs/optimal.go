package slabs

import (
	"math"
)

// bounds are what a list of sizes must keep to.
type bounds struct {
	page    int // bytes of a page
	least   int // the smallest chunk
	largest int // the largest chunk, which is always there and not in the list
	most    int // sizes in the list
	apart   int // each size is larger than the one before by more than that
	align   int // and a multiple of that
}

// optimal returns the sizes in whose chunks a population takes least, if each class that has items counts as taking charge
// besides.
//
// A class may as well be no larger than its largest item, so only the tops of cells with items are looked at. The least cost of
// the items up to such a top in k classes is that of fewer items in k-1 classes, and of the others in one: dynamic programming.
// Its time grows by the square of the cells that have items, and not by the items. Each further class gains less than the one
// before, so the search ends when one gains less than its charge.
func optimal(c *curve, b bounds, charge float64) []int {
	s := newSearch(c, b, charge)
	total := s.rest(0)
	k, end := 0, -1 // how many classes are best so far, and where the last of them ends
	for n := 1; n <= b.most; n++ {
		s.addClass()
		j, sum := s.cheapest()
		if sum >= total {
			break
		}
		k, end, total = n, j, sum
	}
	sizes := make([]int, k)
	for ; k > 0; k-- {
		sizes[k-1] = s.tops[end]
		end = int(s.from[k-1][end])
	}
	return b.widen(sizes)
}

// search is the work on one population.
type search struct {
	bounds
	charge float64
	all    float64   // items
	tops   []int     // where a class may end
	upTo   []float64 // items up to each of these
	least  []float64 // what they cost at least, in as many classes as were added, the last of which ends there
	from   [][]int32 // for each class: where the one before ends, if this ends at each of these
}

func newSearch(c *curve, b bounds, charge float64) *search {
	s := &search{bounds: b, charge: charge, all: c.all()}
	for cell, n := range c.of {
		size := max(b.aligned(top(cell)), b.aligned(b.least))
		if n > 0 && size < b.largest && (len(s.tops) == 0 || size > s.tops[len(s.tops)-1]) {
			s.tops = append(s.tops, size)
			s.upTo = append(s.upTo, c.upTo(size))
		}
	}
	return s
}

func (b bounds) aligned(size int) int { return (size + b.align - 1) / b.align * b.align }

// addClass makes room for one more class.
func (s *search) addClass() {
	least, from := make([]float64, len(s.tops)), make([]int32, len(s.tops))
	for j := range s.tops {
		least[j], from[j] = s.last(j)
	}
	s.least, s.from = least, append(s.from, from)
}

// last returns what the items up to a top cost at least if a new last class ends there, and where the one before then does.
func (s *search) last(j int) (least float64, from int32) {
	each := share(s.page, s.tops[j])
	if len(s.from) == 0 {
		return s.upTo[j]*each + s.charge, -1
	}
	least, from = math.Inf(1), -1
	for i := j - 1; i >= 0; i-- {
		own := (s.upTo[j]-s.upTo[i])*each + s.charge
		if own >= least {
			break // and fewer items before would make it more
		}
		if sum := s.least[i] + own; s.tops[j]-s.tops[i] > s.apart && sum < least {
			least, from = sum, int32(i)
		}
	}
	return least, from
}

// rest is what the items cost that are not among the smallest so many, in the largest chunks.
func (s *search) rest(upTo float64) float64 {
	const none = 1e-6 // items: what rounding leaves
	n := s.all - upTo
	if n < none {
		return 0
	}
	return n*share(s.page, s.largest) + s.charge
}

// cheapest returns the top at which the last class should end, and what all items then cost.
func (s *search) cheapest() (at int, least float64) {
	at, least = -1, math.Inf(1)
	for j, upTo := range s.upTo {
		if sum := s.least[j] + s.rest(upTo); sum < least {
			at, least = j, sum
		}
	}
	return at, least
}

// widen makes each size as large as it can be while as many chunks fit in a page: what would be lost at the page's end may as
// well serve items that are a little larger.
func (b bounds) widen(sizes []int) []int {
	next := b.largest
	for i := len(sizes) - 1; i >= 0; i-- {
		wide := b.page / (b.page / sizes[i]) / b.align * b.align
		if wide > sizes[i] && wide+b.apart < next {
			sizes[i] = wide
		}
		next = sizes[i]
	}
	return sizes
}
