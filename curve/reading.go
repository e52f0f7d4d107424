package curve

import "math"

// Reading is what a Curve says at one moment.
type Reading struct {
	Gets   Gets    // all gets, by weight
	Sample float64 // gets of sampled keys, by weight
	Keys   int     // sampled keys that are followed
	Share  float64 // of all keys, those in the sample
	Bytes  float64 // that all keys' items would take; at most Reach times the limit

	hist  histogram
	limit float64
	kept  float64

	// Corrections of the model: what its memory is multiplied with, its hit ratio at the limit then and with memory for all that
	// is known, the part of avoidable misses that are none, and what is added to all.
	shrink, here, most, gain, rest float64
}

// Read returns what the Curve says now.
func (c *Curve) Read() *Reading {
	c.mu.Lock()
	c.book()
	r := &Reading{
		Gets: c.gets, Sample: c.hist.all, Keys: c.stack.count, Share: c.share(),
		Bytes: float64(c.stack.total) / c.share(), hist: c.hist, limit: c.limit, kept: c.Kept,
	}
	c.mu.Unlock()
	r.fit()
	return r
}

// Measured returns the hit ratio that the cache really had; 0 if there were no gets.
func (r *Reading) Measured() float64 { return ratio(r.Gets.Hits, r.Gets.Hits+r.Gets.Misses) }

// Modelled returns the hit ratio that the model alone gives the cache as it is.
func (r *Reading) Modelled() float64 { return r.model(r.limit) }

// model is the hit ratio with so many bytes in a cache that evicts exactly what was not used for longest. The sample has too
// many or too few of the keys that are used most, and so of all gets: but these are hits at every size, so it is misses that
// are counted.
func (r *Reading) model(bytes float64) float64 {
	misses, all := r.hist.all-r.hist.within(bytes), (r.Gets.Hits+r.Gets.Misses)*r.Share
	return max(0, ratio(all-misses, all))
}

// HitRatio estimates the hit ratio with so many bytes of memory, from 0 to Reach times the limit. At the limit it is what was
// measured; elsewhere it is the model's, corrected by what the cache does worse than the model at the limit, or better (fit).
func (r *Reading) HitRatio(bytes float64) float64 {
	there := r.model(r.shrink * bytes)
	if there < r.here {
		there += r.kept * (r.here - there)
	}
	return min(max(there+r.gain*(r.most-there)+r.rest, 0), 1)
}

const (
	// A difference of fitRatio is as bad a fit as memory that shrinks by 2 to the power of fitShrink. A sample may be wrong by the
	// first; the second is what large pages have been seen to waste.
	fitRatio  = 0.01
	fitShrink = 0.5

	fitSteps = 16 // from no shrinking to the most, which is to one half
)

// fit finds the corrections.
//
// What the cache does worse than the model it does for want of memory: pages are of one size of items, and their ends are
// unused. So the model's memory is made smaller until the model does as badly. What the cache does better it does by its
// policy, which can avoid no misses but those that more memory would avoid. So it avoids the same part of these with more
// memory, or with less. What then is left is chance, and is added everywhere.
func (r *Reading) fit() {
	r.most = r.model(Reach * r.limit)
	r.shrink = r.fitShrink()
	r.here = r.model(r.shrink * r.limit)
	better, avoidable := r.Measured()-r.here, r.most-r.here
	if better > 0 {
		r.gain = better * avoidable / (avoidable*avoidable + fitRatio*fitRatio) // less than the quotient where that is chance
	}
	r.rest = better - r.gain*avoidable
}

func (r *Reading) fitShrink() (best float64) {
	least := math.Inf(1)
	for step := range fitSteps + 1 {
		power := float64(step) / fitSteps
		shrink := math.Exp2(-power)
		wrong := (r.model(shrink*r.limit) - r.Measured()) / fitRatio
		far := power / fitShrink
		if cost := wrong*wrong + far*far; cost < least {
			least, best = cost, shrink
		}
	}
	return best
}

func ratio(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
