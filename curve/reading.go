package curve

import "math"

// Reading is what a Curve says at one moment.
type Reading struct {
	Gets   Gets    // all gets, by weight
	Sample float64 // gets of sampled keys, by weight
	Keys   int     // sampled keys that are followed
	Share  float64 // of all keys, those in the sample
	Bytes  float64 // that all keys' items would take; at most Reach times the limit

	hist    histogram
	limit   float64
	stretch float64 // what the model's memory is multiplied with
}

// Read returns what the Curve says now.
func (c *Curve) Read() *Reading {
	c.mu.Lock()
	c.book()
	r := &Reading{
		Gets: c.gets, Sample: c.hist.all, Keys: c.stack.count, Share: c.share(),
		Bytes: float64(c.stack.total) / c.share(), hist: c.hist, limit: c.limit, stretch: 1,
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

// HitRatio estimates the hit ratio with so many bytes of memory, from 0 to Reach times the limit.
//
// At the limit that is what was measured. From there on it is the model's, whose memory is stretched or shrunk by as much as
// makes up for what the cache does better or worse than the model. If that leaves something, then misses become hits with
// more memory in the same proportion as in the model, and with less memory as many hits become misses. With less memory
// nothing is stretched: what a policy does better than the model, it does better there too.
func (r *Reading) HitRatio(bytes float64) float64 {
	stretch := r.stretch
	if bytes < r.limit {
		stretch = min(stretch, 1)
	}
	here, there := r.model(stretch*r.limit), r.model(stretch*bytes)
	if there > here {
		return 1 - (1-r.Measured())*ratio(1-there, 1-here)
	}
	return max(0, r.Measured()-(here-there))
}

const (
	// A difference of fitRatio is as bad a fit as a stretch by 2 to the power of fitStretch. A sample may be wrong by the first;
	// the second is what pages and policies have been seen to make.
	fitRatio   = 0.01
	fitStretch = 0.5

	fitSteps = 16 // from 1 to the strongest stretch, which is 2, and to its inverse
)

// fit finds the stretch.
func (r *Reading) fit() {
	least := math.Inf(1)
	for step := -fitSteps; step <= fitSteps; step++ {
		power := float64(step) / fitSteps
		stretch := math.Exp2(power)
		wrong := (r.model(stretch*r.limit) - r.Measured()) / fitRatio
		far := power / fitStretch
		if cost := wrong*wrong + far*far; cost < least {
			least, r.stretch = cost, stretch
		}
	}
}

func ratio(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
