package slab

// releaseMost is how many bytes go back to the system at a time, while their pages cannot be had.
const releaseMost = 4 << 20

// Cooling says whether the pool has pages that Release may give back sooner or later. It takes no lock.
func (a *Arena) Cooling() bool { return a.pool.cooling.Load() }

// Released returns how many bytes Release has given back in all.
func (a *Arena) Released() int64 { return a.released.Load() }

// Release gives memory back to the system: that of all pages that were in the pool at the last call, and have been there since.
// The pages stay in the pool, and cost memory again when they are used. It returns how many bytes were given back. Takes the
// page lock now and then, not while the system works. Only one goroutine at a time may call it.
func (a *Arena) Release() (bytes int64, err error) {
	most := max(1, releaseMost/int(a.stride))
	for at := uint32(1); err == nil; {
		page, n := a.takeOld(at, most)
		if n == 0 {
			break
		}
		err = a.memory.ForgetPart(uintptr(page)*a.stride, uintptr(n)*a.stride)
		a.mu.Lock()
		if err == nil {
			a.pool.putBare(page, n)
			bytes += int64(n) * int64(a.stride)
		} else {
			a.pool.put(page, n)
		}
		a.left.Add(int64(n))
		a.mu.Unlock()
		at = page + uint32(n)
	}
	a.mu.Lock()
	a.pool.age()
	a.mu.Unlock()
	a.released.Add(bytes)
	return bytes, err
}

// takeOld takes a run of old pages out of the pool, from one on.
func (a *Arena) takeOld(from uint32, most int) (page uint32, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	page, n = a.pool.old(from, most)
	if n > 0 {
		a.pool.remove(page, n)
		a.left.Add(-int64(n))
	}
	return page, n
}
