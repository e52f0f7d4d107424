package curve

import "math"

// histogram counts gets by their distances. Its numbers are weights: older gets count less.
type histogram struct {
	unit float64 // bytes of a bin
	bins [Reach * binsToLimit]float64
	all  float64 // gets, with those of any distance that is larger
}

// Reach is the largest multiple of the limit at which the hit ratio can be told.
const Reach = 8

// binsToLimit is how many bins there are up to the limit.
const binsToLimit = 128

// count counts a get. A distance that is not known is infinite.
func (h *histogram) count(distance float64) {
	h.all++
	if i := math.Ceil(distance/h.unit) - 1; i < float64(len(h.bins)) {
		h.bins[int(max(i, 0))]++
	}
}

// lose counts a get, besides, as one that is a miss where there is more than the limit.
func (h *histogram) lose() { h.bins[binsToLimit]-- }

// scale multiplies all weights.
func (h *histogram) scale(by float64) {
	h.all *= by
	for i := range h.bins {
		h.bins[i] *= by
	}
}

// within returns how many gets have a distance of up to so many bytes.
func (h *histogram) within(bytes float64) (n float64) {
	last := max(bytes/h.unit, 0)
	for i, weight := range h.bins {
		if float64(i) >= last {
			break
		}
		n += weight * min(1, last-float64(i))
	}
	return n
}
