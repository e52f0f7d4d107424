package server

// rhythm decides whether a loop gathers rounds or answers each connection at once. A round costs a wake-up and saves
// the switching between reading, executing and writing, so it pays once several connections speak at a time. A loop
// that gathers knows how many did; one that does not gathers a single round now and then to find out.
type rhythm struct {
	gathering bool
	events    int // since the last probe
	average   int // connections in a round, in sixteenths, moving
}

// gathers says whether the connection whose input has just come should wait for the end of its round.
func (r *rhythm) gathers() bool {
	if r.gathering {
		return true
	}
	r.events++
	if r.events < probeEvery {
		return false
	}
	r.events = 0
	r.gathering = true
	r.average = 16 * busyEnough // the round to come decides
	return true
}

// ended learns how many connections a round held.
func (r *rhythm) ended(n int) {
	if n == 0 {
		return
	}
	r.average += (16*n - r.average) / 4
	r.gathering = r.average >= 16*busyEnough
}
