//go:build gocachedcheck

package memory

import (
	"fmt"
	"testing"
)

// TestSelfCheck: a checking build finds damage by itself.
func TestSelfCheck(t *testing.T) {
	e, h := alone(t, limit(1<<20))
	h.Set("k", "v")
	c := e.classOf(refOf(e, "k"))
	c.living.items++
	damage := func() (found any) {
		defer func() { found = recover() }()
		for i := range 2 * minStores {
			h.Set(fmt.Sprint("k", i), "v")
		}
		return nil
	}()
	h.Expect("damage found", damage != nil, true)
	c.living.items--
	e.checker.checking.Store(false)
	h.Expect("mended", e.Check(), nil)
}
