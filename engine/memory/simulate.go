package memory

import (
	"hash/maphash"
	"runtime"

	"gocached/assoc"
	"gocached/clock"
	"gocached/slab"
)

// Simulation is what a simulated engine gets from its surroundings. In a simulation everything must follow from the calls
// alone.
type Simulation struct {
	// Seed hashes the keys, so that the caller knows which of them share a stripe.
	Seed maphash.Seed

	// PageSize is the bytes of a page, 0 for what an engine of this size has.
	PageSize int

	// Breathe is called in the middle of the clearing of a page, with no lock held but moving. It may call the engine.
	Breathe func()

	// Wait is called with no lock held, and returns true once try does. False means that the simulation is over.
	Wait func(try func() bool) bool
}

// Simulate makes the engine one for a simulation. The hash table is small, so that it grows. A page is cleared a few chunks
// at a time. Pages are balanced only when Balance is called, and items that are over are taken out only when Reap is.
// Simulate must be called before Initialize.
func (e *Engine) Simulate(s Simulation) { e.simulate = &s }

// Balance does what the balancer's goroutine does now and then. A simulated engine does not have that goroutine.
func (e *Engine) Balance() {
	e.obey()
	e.look()
}

// Reap does what the reaper's goroutine does every second. A simulated engine does not have that one either.
func (e *Engine) Reap() {
	e.reaper.now = clock.Never // also what was stored since the second began
	e.reap()
}

// StripeOf returns the number of the stripe that guards a key in an engine with that seed. What the engine does depends on the
// calls and on this number; nothing else of a key matters, but that S3-FIFO may take two keys of thirty thousand for the same
// when one comes back (package lru).
func StripeOf(seed maphash.Seed, key []byte) int { return assoc.StripeOf(seed, key) }

// Leaving says whether there is an item under the key whose page is being cleared.
func (e *Engine) Leaving(key []byte) bool {
	hash := e.table.Hash(key)
	stripe := e.table.Stripe(hash)
	stripe.Lock()
	defer stripe.Unlock()
	_, ref, h := e.table.Find(hash, key)
	if h == nil {
		return false
	}
	c := e.classOf(ref)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chunks.Leaving() == e.arena.PageOf(ref)
}

func (e *Engine) newTable(a *slab.Arena) (*assoc.Table, error) {
	if e.simulate != nil {
		return assoc.NewSmall(a, e.simulate.Seed)
	}
	return assoc.New(a)
}

// lockMoving takes the moving lock. It returns false if it cannot, which happens in simulations only.
func (e *Engine) lockMoving() bool {
	if e.simulate != nil {
		return e.simulate.Wait(e.moving.TryLock)
	}
	e.moving.Lock()
	return true
}

// breathe lets others have the lock of a class.
func (e *Engine) breathe(c *class) {
	c.mu.Unlock()
	if e.simulate != nil {
		e.simulate.Breathe()
	} else {
		runtime.Gosched()
	}
	c.mu.Lock()
}

// clearStep returns how many chunks of a page are looked at under one hold of the class lock while the page is cleared.
func (e *Engine) clearStep() int {
	if e.simulate != nil {
		return clearStepFew
	}
	return clearStep
}

// clearStepFew is small enough that the small pages of a simulation are not cleared in one go.
const clearStepFew = 4
