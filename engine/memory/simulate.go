package memory

import (
	"hash/maphash"

	"gocached/assoc"
	"gocached/slab"
)

// Simulate makes the engine one for a simulation, where what happens must follow from the calls alone: keys are hashed by
// the given seed, so that the caller knows which of them share a stripe; the hash table is small, so that it grows; and
// pages are balanced only when Balance is called. It must be called before Initialize.
func (e *Engine) Simulate(seed maphash.Seed) { e.simulate = &seed }

// Balance does what the balancer's goroutine does now and then, which a simulated engine does not have.
func (e *Engine) Balance() { e.look() }

// StripeOf returns the number of the stripe that guards a key in an engine with that seed. Beside the calls themselves
// it is all of a key that matters to what the engine does.
func StripeOf(seed maphash.Seed, key []byte) int { return assoc.StripeOf(seed, key) }

func (e *Engine) newTable(a *slab.Arena) (*assoc.Table, error) {
	if e.simulate != nil {
		return assoc.NewSmall(a, *e.simulate)
	}
	return assoc.New(a)
}
