package slabs

// curve says how many items of a population are of a size or smaller.
type curve struct {
	of    *population
	below [cells + 1]float64 // items in all cells before that one
}

func newCurve(p *population) *curve {
	c := &curve{of: p}
	for cell, n := range p {
		c.below[cell+1] = c.below[cell] + n
	}
	return c
}

// all returns how many items there are.
func (c *curve) all() float64 { return c.below[cells] }

// upTo returns how many items have at most so many bytes. Those of a cell are taken to be spread evenly in it.
func (c *curve) upTo(size int) float64 {
	if size <= 0 {
		return 0
	}
	cell := cellOf(size)
	part := float64(min(size, maxSize)-bottom(cell)) / float64(top(cell)-bottom(cell))
	return c.below[cell] + part*c.of[cell]
}

// share returns what a chunk takes of its page: its bytes, and its part of what is left at the page's end.
func share(page, size int) float64 { return float64(page) / float64(max(1, page/size)) }

// cost is what a population takes in the chunks of a table.
type cost struct {
	bytes   float64 // with what is left at the ends of pages
	classes int     // that have items
}

// weighed adds charge for each class in use.
func (c cost) weighed(charge float64) float64 { return c.bytes + charge*float64(c.classes) }

// cost returns what the population takes in chunks of these sizes, the smallest first. What is larger than all counts as if it
// were as large as the last.
func (c *curve) cost(sizes []int, page int) (sum cost) {
	before := 0.0
	for i, size := range sizes {
		upTo := c.upTo(size)
		if i == len(sizes)-1 {
			upTo = c.all()
		}
		if upTo > before {
			sum.bytes += (upTo - before) * share(page, size)
			sum.classes++
		}
		before = max(before, upTo)
	}
	return sum
}

// between returns how many items are larger than low and at most as large as high, and their bytes.
func (c *curve) between(low, high int) (items, bytes float64) {
	eachCell(low, high, func(cell int, _ float64) {
		from, to := max(low, bottom(cell)), min(high, top(cell))
		n := c.of[cell] * float64(to-from) / float64(top(cell)-bottom(cell))
		items += n
		bytes += n * float64(from+1+to) / 2
	})
	return items, bytes
}
