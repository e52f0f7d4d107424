package assoc

import (
	"gocached/item"
	"gocached/slab"
)

// LockAll takes every stripe lock. It is for checks: the whole table stands still.
func (t *Table) LockAll() {
	t.expand.Lock()
	for i := range t.stripes {
		t.stripes[i].Lock()
	}
}

// UnlockAll lets them go.
func (t *Table) UnlockAll() {
	for i := range t.stripes {
		t.stripes[i].Unlock()
	}
	t.expand.Unlock()
}

// Each calls f for every item in the table. Needs all locks.
func (t *Table) Each(f func(slab.Ref, *item.Header)) {
	now := t.now.Load()
	t.each(&now.current, f)
	if now.growing {
		t.each(&now.bigger, f)
	}
}

func (t *Table) each(b *buckets, f func(slab.Ref, *item.Header)) {
	for n := range b.mask + 1 {
		if first := b.at(n); (Link{first}).ref() != slab.Mark {
			t.chain(first, f)
		}
	}
}
