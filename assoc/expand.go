package assoc

import (
	"sync"
	"sync/atomic"

	"gocached/item"
	"gocached/slab"
)

const (
	// step is how many buckets an insertion moves while the table grows. Two would do: the table must be through before
	// the next doubling.
	step = 4

	// maxPower bounds the table: there are no more refs than this.
	maxPower = 32

	// checkEvery spaces the looks at all stripes when one of them seems full.
	checkEvery = 16
)

// expansion is what only the one who moves buckets needs. Its lock comes before the stripes'.
type expansion struct {
	sync.Mutex
	next  uint64       // first bucket that has not moved
	count atomic.Int64 // how often the table doubled
}

// Grow moves the table along while it grows, and begins when it should. It is called after an insertion, with no lock
// held; if somebody else is at it already, it returns.
func (t *Table) Grow(hash uint64) {
	now := t.now.Load()
	if !now.growing && !t.full(now, hash) {
		return
	}
	if !t.expand.TryLock() {
		return
	}
	defer t.expand.Unlock()
	now = t.now.Load()
	if !now.growing {
		t.begin(now)
		return
	}
	for range step {
		if !t.move(now, t.expand.next) {
			return
		}
		t.expand.next++
		if t.expand.next > now.current.mask {
			t.finish(now)
			return
		}
	}
}

// full says whether there are more than three items to two buckets. It counts only if the key's own stripe is that
// full, and then only now and then.
func (t *Table) full(now *tables, hash uint64) bool {
	limit := int64(now.current.mask+1) / 2 * 3
	n := t.Stripe(hash).items.Load()
	if n*stripes <= limit || n%checkEvery != 0 {
		return false
	}
	return t.Items() > limit
}

// begin reserves a table of twice the size. If that fails the table stays as it is.
func (t *Table) begin(now *tables) {
	if now.current.power >= maxPower {
		return
	}
	bigger, err := newBuckets(now.current.power + 1)
	if err != nil {
		return
	}
	t.expand.next = 0
	t.now.Store(&tables{current: now.current, bigger: bigger, growing: true})
}

// move distributes the chain of one bucket over the two that it becomes, and marks it. If its stripe is locked it leaves
// that to the next insertion: who waits here may sleep for long, and keeps all others from moving buckets.
func (t *Table) move(now *tables, number uint64) bool {
	s := t.Stripe(number)
	if !s.TryLock() {
		return false
	}
	defer s.Unlock()
	old := Link{now.current.at(number)}
	for ref := old.ref(); ref != slab.None; {
		h := item.At(t.arena, ref)
		to := Link{now.bigger.at(t.Hash(h.Key()))}
		next := h.Chain
		h.Chain = to.ref()
		to.set(ref)
		ref = next
	}
	old.set(slab.Mark)
	return true
}

// finish lets the bigger table take over. Whoever still looks at the old one has a stripe locked, so after each was free
// once nobody needs it, and its memory can go; but its addresses stay, for the hints of runs under way.
func (t *Table) finish(now *tables) {
	t.now.Store(&tables{current: now.bigger})
	t.expand.count.Add(1)
	for i := range t.stripes {
		t.stripes[i].Lock()
		//lint:ignore SA2001 waiting is the purpose
		t.stripes[i].Unlock()
	}
	_ = now.current.memory.Forget()
}

// Items returns how many items the table holds.
func (t *Table) Items() int64 {
	var n int64
	for i := range t.stripes {
		n += t.stripes[i].items.Load()
	}
	return n
}

// Expansions returns how often the table has doubled.
func (t *Table) Expansions() int64 { return t.expand.count.Load() }

// Power returns the logarithm, to base two, of the number of buckets.
func (t *Table) Power() int { return t.now.Load().current.power }

// Growing says whether buckets are being moved to a bigger table.
func (t *Table) Growing() bool { return t.now.Load().growing }
