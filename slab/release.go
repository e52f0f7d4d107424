package slab

// Of what goes back to the system releaseStep bytes at most leave the pool at a time, and a quarter of it; and releaseMost bytes go
// back at once.
const (
	releaseStep = 4 << 20
	releaseMost = 1 << 30
)

// Cooling says whether the pool has pages that Release may give back sooner or later. It takes no lock.
func (a *Arena) Cooling() bool { return a.pool.cooling.Load() }

// Released returns how many bytes Release has given back in all.
func (a *Arena) Released() int64 { return a.released.Load() }

// Release gives memory back to the system: that of pages that were in the pool when it was last done with all, and have been there
// since. The pages stay in the pool, and cost memory again when they are used. It reports whether it is done with all: else there
// was too much, and the rest is for the next call. Takes the page lock now and then, not while the system works. Only one goroutine
// at a time may call it or ReleaseBeyond.
func (a *Arena) Release() (done bool) {
	if !a.release(0) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pool.age()
	return true
}

// ReleaseBeyond is Release for pages beyond the limit, however short they have been there.
func (a *Arena) ReleaseBeyond() (done bool) { return a.release(a.Pages() + 1) }

// release gives memory of old pages from one on back.
func (a *Arena) release(from int) (done bool) {
	for bytes := int64(0); bytes < releaseMost; {
		f := a.takeOff(from)
		if f.n == 0 {
			return true
		}
		size := int64(f.n) * int64(a.stride)
		err := a.memory.ForgetPart(uintptr(f.page)*a.stride, uintptr(size))
		a.land()
		if err == nil {
			a.released.Add(size)
		}
		bytes += size
	}
	return false
}

// flight is a run of pages whose memory is going back to the system. They are neither in the pool nor absent meanwhile.
type flight struct {
	page uint32
	n    int
}

// takeOff takes the first run of old pages from one on.
func (a *Arena) takeOff(from int) flight {
	a.mu.Lock()
	defer a.mu.Unlock()
	most := releaseStep / int(a.stride)
	if from <= a.Pages() {
		most = min(most, a.Left()/4)
	}
	page, n := a.pool.old(from, max(1, most))
	if inside := a.within(page, n); inside > 0 {
		n = inside
		a.left.Add(-int64(n))
	}
	a.pool.remove(page, n)
	a.flight = flight{page, n}
	return a.flight
}

// land puts the pages where they belong under the limit of this moment.
func (a *Arena) land() {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.flight
	inside := a.within(f.page, f.n)
	a.pool.putBare(f.page, inside)
	a.left.Add(int64(inside))
	set(a.pool.absent, f.page+uint32(inside), f.n-inside)
	a.flight = flight{}
}
