package memory

import (
	"flag"
	"testing"

	"gocached/engine"
	"gocached/engine/enginetest"
	"gocached/lru"
)

// policyName is the policy of most tests here; they pass with any, but for those that count on the order in which items go.
var policyName = flag.String("lru", lru.LRU, "the policy of the engines in tests")

// needsLRU skips a test that counts on the order of the usual policy.
func needsLRU(t *testing.T) {
	if *policyName != lru.LRU {
		t.Skip("it counts on the order of the usual policy")
	}
}

// with is an engine with a policy, whatever its settings say.
type with struct {
	*Engine
	name string
}

func (w with) Initialize(s engine.Settings) error {
	s.Options = engine.Values{lruOption: w.name}
	return w.Engine.Initialize(s)
}

// TestContract: an engine keeps the contract with each policy.
func TestContract(t *testing.T) {
	for _, name := range lru.Names {
		t.Run(name, func(t *testing.T) {
			enginetest.Run(t, func() engine.Engine { return with{New(), name} })
		})
	}
}
