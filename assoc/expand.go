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

	// hugePower is the power from which a table fills huge pages of hugePage bytes.
	hugePower = 19
	hugePage  = 4 << hugePower

	// checkEvery spaces the looks at all stripes when one of them seems full.
	checkEvery = 16
)

// expansion is what only the one who moves buckets needs. Its lock comes before the stripes'.
//
// A large table is made ready by a goroutine, before the first bucket moves: the system takes up to five milliseconds to
// back 2 MiB (package slab, ahead.go), and to take them back is not free either. A small one is made ready on the spot.
type expansion struct {
	sync.Mutex
	next  uint64       // first bucket that has not moved
	count atomic.Int64 // how often the table doubled

	preparing  atomic.Bool // a bigger table is being made ready
	closing    atomic.Bool
	background sync.WaitGroup
}

// Grow moves the table along while it grows, and begins when it should. It is called after an insertion, with no lock
// held; if somebody else is at it already, it returns.
func (t *Table) Grow(hash uint64) {
	now := t.now.Load()
	if !now.growing && (t.expand.preparing.Load() || !t.full(now, hash)) {
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

// begin sees to a table of twice the size. If there is no memory for it the table stays as it is. The expansion's lock is
// held.
func (t *Table) begin(now *tables) {
	power := now.current.power + 1
	switch {
	case power > maxPower || t.expand.preparing.Load():
	case power < hugePower:
		if bigger, err := newBuckets(power); err == nil {
			t.grow(now, bigger)
		}
	default:
		t.expand.preparing.Store(true)
		t.expand.background.Go(func() { t.prepare(now, power) })
	}
}

// grow makes the bigger table the one to which buckets move. The expansion's lock is held.
func (t *Table) grow(now *tables, bigger buckets) {
	t.expand.next = 0
	t.now.Store(&tables{current: now.current, bigger: bigger, growing: true})
}

// prepare makes a large table, has all of its memory backed, and lets the moves begin.
func (t *Table) prepare(now *tables, power int) {
	defer t.expand.preparing.Store(false)
	bigger, err := newBuckets(power)
	if err != nil {
		return
	}
	for at := uintptr(0); at < bigger.memory.Size && !t.expand.closing.Load(); at += hugePage {
		if bigger.memory.Populate(at, hugePage) != nil {
			break // then it happens at the first write
		}
	}
	t.expand.Lock()
	defer t.expand.Unlock()
	t.grow(now, bigger)
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

// finish lets the bigger table take over. The expansion's lock is held.
func (t *Table) finish(now *tables) {
	t.now.Store(&tables{current: now.bigger})
	t.expand.count.Add(1)
	if now.current.power < hugePower {
		t.forget(&now.current)
	} else {
		t.expand.background.Go(func() { t.forget(&now.current) })
	}
}

// forget gives the memory of an old table back. Whoever still looks at it has a stripe locked, so after each was free once
// nobody needs it; but its addresses stay, for the hints of runs under way.
func (t *Table) forget(old *buckets) {
	for i := range t.stripes {
		t.stripes[i].Lock()
		//lint:ignore SA2001 waiting is the purpose
		t.stripes[i].Unlock()
	}
	_ = old.memory.Forget()
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

// Bytes returns how much memory the buckets take, those of the bigger table included while there is one.
func (t *Table) Bytes() int64 {
	now := t.now.Load()
	bytes := int64(now.current.memory.Size)
	if now.growing {
		bytes += int64(now.bigger.memory.Size)
	}
	return bytes
}

// Resident returns for how much of that the system has found memory.
func (t *Table) Resident() int64 {
	now := t.now.Load()
	bytes := now.current.memory.Resident()
	if now.growing {
		bytes += now.bigger.memory.Resident()
	}
	return bytes
}

// Growing says whether buckets are being moved to a bigger table.
func (t *Table) Growing() bool { return t.now.Load().growing }
