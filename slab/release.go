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
// at a time may call it.
func (a *Arena) Release() (done bool) {
	for bytes := int64(0); bytes < releaseMost; {
		page, n := a.takeOld(max(1, min(releaseStep/int(a.stride), a.Left()/4)))
		if n == 0 {
			a.mu.Lock()
			a.pool.age()
			a.mu.Unlock()
			return true
		}
		size := int64(n) * int64(a.stride)
		err := a.memory.ForgetPart(uintptr(page)*a.stride, uintptr(size))
		a.mu.Lock()
		a.pool.putBare(page, n)
		a.left.Add(int64(n))
		a.mu.Unlock()
		if err == nil {
			a.released.Add(size)
		}
		bytes += size
	}
	return false
}

// takeOld takes the first run of old pages out of the pool, up to most.
func (a *Arena) takeOld(most int) (page uint32, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	page, n = a.pool.old(most)
	if n > 0 {
		a.pool.remove(page, n)
		a.left.Add(-int64(n))
	}
	return page, n
}
