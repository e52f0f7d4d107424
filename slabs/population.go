package slabs

import "math/bits"

// A population is kept in cells: of eight bytes for items of up to 2 KiB, beyond that 128 for every doubling. So it takes the
// same memory, whatever a server says.
const (
	fineStep  = 8
	fineMax   = 2048
	fineCells = fineMax / fineStep
	perOctave = 128
	octaves   = 19
	cells     = fineCells + octaves*perOctave

	// maxSize is the size of the largest item, in bytes: more is taken for that.
	maxSize = fineMax << octaves
)

// population says how many items there are in each cell. They are estimates, so they need not be whole numbers.
type population [cells]float64

// top returns the largest size that belongs to a cell.
func top(cell int) int {
	if cell < fineCells {
		return fineStep * (cell + 1)
	}
	octave, step := (cell-fineCells)/perOctave, (cell-fineCells)%perOctave
	return (fineMax + fineMax/perOctave*(step+1)) << octave
}

// bottom returns the size below the smallest that belongs to a cell.
func bottom(cell int) int {
	if cell == 0 {
		return 0
	}
	return top(cell - 1)
}

// middle returns the mean size of a cell.
func middle(cell int) float64 { return float64(bottom(cell)+1+top(cell)) / 2 }

// cellOf returns the cell of a size.
func cellOf(size int) int {
	size = min(max(size, 1), maxSize)
	if size <= fineMax {
		return (size - 1) / fineStep
	}
	octave := bits.Len(uint(size-1)) - bits.Len(fineMax)
	return fineCells + octave*perOctave + ((size-1)>>octave-fineMax)/(fineMax/perOctave)
}

// eachCell visits the cells between two sizes, low itself left out, with the part of those sizes that lies in each. Sizes that
// no cell has count as the next that one has.
func eachCell(low, high int, visit func(cell int, part float64)) {
	high = min(max(high, 1), maxSize)
	low = min(max(low, 0), high-1)
	for cell := cellOf(low + 1); cell <= cellOf(high); cell++ {
		inside := min(top(cell), high) - max(bottom(cell), low)
		visit(cell, float64(inside)/float64(high-low))
	}
}

// spread adds items whose sizes are spread evenly between two, low itself left out.
func (p *population) spread(low, high int, items float64) {
	eachCell(low, high, func(cell int, part float64) { p[cell] += items * part })
}

// sums returns how many items there are, and their bytes.
func (p *population) sums() (items, bytes float64) {
	for cell, n := range p {
		items += n
		bytes += n * middle(cell)
	}
	return items, bytes
}

// chained returns the population of the chunks in which memcached 1.6 keeps these items: one that is larger than the largest
// chunk lies in several, each with a header of its own, and the last of them is as small as can be.
func (p *population) chained(largest int) *population {
	const header = 48
	var out population
	for cell, n := range p {
		size := int(middle(cell))
		if n == 0 || size <= largest || largest <= header {
			out[cell] += n
			continue
		}
		whole, rest := size/(largest-header), size%(largest-header)
		out[cellOf(largest)] += n * float64(whole)
		out[cellOf(min(rest+header, largest))] += n
	}
	return &out
}
