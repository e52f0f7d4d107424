//go:build gocachedcheck

package memory

import "sync/atomic"

// minStores is the least number of stores between two checks of a build that checks itself. There are as many more as the cache has
// items, so that checks take a fixed share of the time: a small cache is looked at all the time, a large one now and then.
const minStores = 1 << 9

// selfChecker knows when the next check is due.
type selfChecker struct {
	stores, next atomic.Int64
	checking     atomic.Bool
}

// check checks the engine now and then, and panics if it is damaged. It is called with no lock held.
func (c *selfChecker) check(e *Engine) {
	if c.stores.Add(1) < c.next.Load() || !c.checking.CompareAndSwap(false, true) {
		return
	}
	defer c.checking.Store(false)
	if err := e.Check(); err != nil {
		panic(err)
	}
	c.next.Store(c.stores.Load() + minStores + e.table.Items())
}
