package slab

import (
	"sync"
	"sync/atomic"
)

// aheadBytes is how much memory beyond the pages in use is backed ahead of time.
const aheadBytes = 2 << 20

// ahead has memory backed by the system before it is written to. Else a set that first writes to a huge page would wait
// while the system finds and clears 2 MiB, which takes a tenth of a millisecond, and on a virtual machine whose host does
// the same, five. A short-lived goroutine does it instead, with no lock held.
//
// Without huge pages nothing is done ahead: a small page takes no time worth mentioning, and pages that are never filled
// would cost memory.
type ahead struct {
	goal atomic.Uint64 // the offset up to which memory should be backed; 0 is nothing
	busy atomic.Bool   // the goroutine is there
	work sync.WaitGroup
	done uint64 // the offset up to which it is; the goroutine's
}

// goOn raises the goal to the given offset in m and sees to it that somebody works towards it. It never waits.
func (a *ahead) goOn(m *Memory, goal uintptr) {
	a.goal.Store(uint64(min(goal, m.Size)))
	if a.busy.CompareAndSwap(false, true) {
		a.work.Go(func() {
			a.back(m)
			a.busy.Store(false)
		})
	}
}

func (a *ahead) back(m *Memory) {
	for a.done < a.goal.Load() {
		n := min(hugePage, uint64(m.Size)-a.done)
		if m.Populate(uintptr(a.done), uintptr(n)) != nil {
			return // then it happens at the first write
		}
		a.done += n
	}
}

// stop waits for the goroutine. No call of goOn may come after it.
func (a *ahead) stop() {
	a.goal.Store(0)
	a.work.Wait()
}
