package server

import (
	"gocached/engine"
	"gocached/engine/memory"
)

// A page of the engine moves from class to class in the middle of a call, and the engine works on meanwhile for everybody
// else. So whoever clears a page rests between its steps, and whoever wants to move another one waits. No time passes then:
// a call looks at the clock once.

// simulation is what the engine gets from the world.
func (w *world) simulation() memory.Simulation {
	return memory.Simulation{Seed: keyPool.seed, PageSize: w.plan.enginePage, Breathe: w.breathe, Wait: w.waitFor}
}

// breathe lets others come between the steps of the clearing of a page.
func (w *world) breathe() {
	if w.running == nil || !w.calm && oneIn(w.r, 3) {
		return
	}
	a := w.running
	w.trace.add("a page is being cleared", 0, 0, 0)
	w.clearing, w.within = true, w.within+1
	lent := w.meddle()
	a.rest(true)
	w.giveBack(lent)
	w.clearing, w.within = false, w.within-1
	w.trace.add("the clearing goes on", 0, 0, 0)
}

// meddle uses items of the page that is being cleared, if it finds any, past the network. One that it has been lent is
// returned.
func (w *world) meddle() (lent engine.Item) {
	keys := make([]engine.Key, 1)
	for range meddleTries {
		i := w.r.IntN(poolSize)
		key := []byte(keyNamed(i))
		if w.failed || !w.eng.inner.Leaving(key) {
			continue
		}
		switch w.r.IntN(3) {
		case 0:
			w.saw(sawMoveChanged)
			w.model.removed(i, 0, w.eng.inner.Remove(key, engine.Removal{}))
		default:
			w.saw(sawMoveRead)
			reader := finalReader{w: w, key: i}
			keys[0].Bytes = key
			w.eng.inner.Get(keys, &reader)
			if lent.Ref == 0 {
				lent = reader.lent
			} else {
				w.giveBack(reader.lent)
			}
		}
	}
	return lent
}

// meddleTries is how many keys are tried for being in the page.
const meddleTries = 12

// endHuge releases what finalReader was lent.
func (w *world) giveBack(lent engine.Item) {
	if lent.Ref != 0 {
		w.eng.inner.Release(lent)
	}
}

// waitFor lets others go on until something can be had. It returns false if the world is over before.
func (w *world) waitFor(try func() bool) bool {
	if w.running == nil {
		if !try() {
			w.fail("nobody is there to wait for the end of a move")
		}
		return true
	}
	a := w.running
	w.within++
	defer func() { w.within-- }()
	for !try() {
		if a.over {
			return false
		}
		w.saw(sawMoveAwaited)
		a.rest(false)
	}
	return true
}

// upkeep is what calls the engine without a client: its balancer, and the bulk stores.
type upkeep struct {
	actor
	job func() // under way, or nil
}

func newUpkeep(w *world) *upkeep {
	b := &upkeep{}
	b.begin(w, b.live)
	return b
}

func (b *upkeep) live() {
	for !b.over {
		if b.job != nil {
			b.job()
			b.job = nil
		}
		b.rest(false)
	}
}

// do begins a job, unless there is one under way.
func (b *upkeep) do(job func()) {
	if b.job == nil {
		b.job = job
	}
	b.step()
}

// step goes on with the job, and reports whether there is one.
func (b *upkeep) step() bool {
	did := b.job != nil
	if did {
		b.actor.step()
	}
	return did
}

// moved notes that an item was read or changed while its page is being cleared.
func (e *witness) moved(saw happening, key []byte) {
	if e.w.clearing && e.inner.Leaving(key) {
		e.w.saw(saw)
	}
}
