package slabs

import "math"

// evidence is what a server says about the items between two sizes, low itself left out: how many there are, and their bytes,
// zero if it does not say.
type evidence struct {
	low, high    int
	items, bytes float64
}

// reconcile returns a population that agrees with what a server says about its classes. Between the bounds of a class it has the
// shape of p, or is even if p has nothing there, but leans to one side as far as the mean size of the class's items asks.
//
// A histogram in steps of 32 bytes, or none at all, leaves open where in a class the items are; the mean often tells.
func (p *population) reconcile(all []evidence) *population {
	var out population
	for _, e := range all {
		if e.items > 0 {
			out.add(p.weights(e), e)
		}
	}
	return &out
}

// weight is the share of a cell in a class.
type weight struct {
	cell int
	part float64
}

// weights returns the shares before the mean is known.
func (p *population) weights(e evidence) []weight {
	var shaped, even []weight
	eachCell(e.low, e.high, func(cell int, part float64) {
		even = append(even, weight{cell, part})
		if p[cell] > 0 {
			width := float64(top(cell) - bottom(cell))
			shaped = append(shaped, weight{cell, p[cell] * part / width})
		}
	})
	if len(shaped) > 0 {
		return shaped
	}
	return even
}

// add puts a class's items into its cells.
func (p *population) add(ws []weight, e evidence) {
	lean := 0.0
	if e.bytes > 0 {
		lean = leaning(ws, e.bytes/e.items)
	}
	parts, sum := leaned(ws, lean)
	for i, w := range ws {
		p[w.cell] += e.items * parts[i] / sum
	}
}

// leaning finds by halving how far the weights must lean for their mean to be so large, or as near to that as can be.
func leaning(ws []weight, mean float64) float64 {
	const most, halvings = 700, 50
	low, high := -float64(most), float64(most)
	for range halvings {
		half := (low + high) / 2
		if meanOf(ws, half) < mean {
			low = half
		} else {
			high = half
		}
	}
	return (low + high) / 2
}

func meanOf(ws []weight, lean float64) float64 {
	parts, sum := leaned(ws, lean)
	mean := 0.0
	for i, w := range ws {
		mean += parts[i] / sum * middle(w.cell)
	}
	return mean
}

// leaned returns the weights times a factor that grows by e to the power of lean from the first cell to the last, or shrinks if
// lean is negative.
func leaned(ws []weight, lean float64) (parts []float64, sum float64) {
	first, last := middle(ws[0].cell), middle(ws[len(ws)-1].cell)
	parts = make([]float64, len(ws))
	for i, w := range ws {
		x := 0.0
		if last > first {
			x = (middle(w.cell) - first) / (last - first)
		}
		parts[i] = w.part * math.Exp(lean*x-max(lean, 0))
		sum += parts[i]
	}
	return parts, sum
}
