package memory

// giveBackUnused puts the pages that no class uses into the pool, where any class finds them.
func (e *Engine) giveBackUnused() {
	if e.surplus.Load() == 0 || !e.lockMoving() {
		return
	}
	defer e.moving.Unlock()
	now := e.now()
	for i := range e.classes[1:] {
		c := &e.classes[i+1]
		for page := e.clearSurplus(c, now); page != 0; page = e.clearSurplus(c, now) {
			e.arena.GiveBack(page, c.chunks.Span)
		}
	}
}

// releasePages gives the memory of pages back to the system that nobody has used for a while. What cannot be given back is tried
// again.
func (e *Engine) releasePages() {
	now := e.clock.Now()
	if e.releaseAfter == 0 || !e.arena.Cooling() || now < e.reaper.release {
		return
	}
	e.reaper.release = now + e.releaseAfter
	_, _ = e.arena.Release()
}
