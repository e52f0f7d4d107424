package memory

// unusedAtOnce is how many runs go to the pool before others may move pages.
const unusedAtOnce = 16

// giveBackUnused puts the pages that no class uses into the pool, where any class finds them.
func (e *Engine) giveBackUnused() {
	for more := e.surplus.Load() > 0; more; {
		if !e.lockMoving() {
			return
		}
		n := 0
		more = e.eachUnused(e.now(), func() bool { n++; return n < unusedAtOnce })
		e.moving.Unlock()
	}
}

// releasePages gives the memory of pages back to the system that nobody has used for a while. What cannot be given back is tried
// again, and if there is much the rest has its turn in the next second.
func (e *Engine) releasePages() {
	if e.resizer.lowered.Swap(false) && !(e.arena.ReleaseBeyond() && e.arena.Stranded() == 0) {
		e.resizer.lowered.Store(true)
	}
	now := e.clock.Now()
	if e.releaseAfter == 0 || !e.arena.Cooling() || now < e.reaper.release {
		return
	}
	if e.arena.Release() {
		e.reaper.release = now + e.releaseAfter
	}
}
