package assoc

import (
	"hash/maphash"
	"sync/atomic"
	"unsafe"

	"gocached/item"
	"gocached/slab"
)

// buckets is one array of buckets.
type buckets struct {
	memory *slab.Memory
	first  unsafe.Pointer
	mask   uint64
	power  int
}

// tables is the array in use and, while the table grows, the one that takes over. A bucket of the first that holds
// slab.Mark has moved.
type tables struct {
	current, bigger buckets
	growing         bool
}

// New returns an empty table over the items of an arena.
func New(a *slab.Arena) (*Table, error) { return newTable(a, maphash.MakeSeed(), startPower) }

// NewSmall returns a table that hashes by a seed of the caller's and starts with one bucket to a stripe, so that it soon
// grows. It is for simulations.
func NewSmall(a *slab.Arena, seed maphash.Seed) (*Table, error) { return newTable(a, seed, smallPower) }

// StripeOf returns the number of the stripe of a key in a table with that seed.
func StripeOf(seed maphash.Seed, key []byte) int { return int(maphash.Bytes(seed, key) % stripes) }

func newTable(a *slab.Arena, seed maphash.Seed, power int) (*Table, error) {
	t := &Table{arena: a, seed: seed}
	b, err := newBuckets(power)
	if err != nil {
		return nil, err
	}
	t.now.Store(&tables{current: b})
	return t, nil
}

func newBuckets(power int) (buckets, error) {
	m, err := slab.Reserve(4<<power, 0)
	if err != nil {
		return buckets{}, err
	}
	if power >= hugePower {
		_ = m.HugePages() // a refusal harms nothing
	}
	return buckets{memory: m, first: m.Start, mask: 1<<power - 1, power: power}, nil
}

// Close gives the memory back. Nothing may be called after it.
func (t *Table) Close() error {
	t.expand.closing.Store(true)
	t.expand.background.Wait()
	now := t.now.Load()
	if now.growing {
		_ = now.bigger.memory.Free()
	}
	return now.current.memory.Free()
}

func (b *buckets) at(hash uint64) *uint32 {
	return (*uint32)(unsafe.Add(b.first, (hash&b.mask)*4))
}

// bucket returns where the chain for a hash begins. Needs the stripe lock, and is true only while it is held.
func (t *Table) bucket(hash uint64) *uint32 {
	now := t.now.Load()
	b := now.current.at(hash)
	if now.growing && slab.Ref(atomic.LoadUint32(b)) == slab.Mark {
		return now.bigger.at(hash)
	}
	return b
}

// Link is a place in a chain at which a ref stands: a bucket, or the first word of an item. It is true only while the
// stripe lock is held under which it was found.
type Link struct{ word *uint32 }

func (l Link) ref() slab.Ref    { return slab.Ref(atomic.LoadUint32(l.word)) }
func (l Link) set(ref slab.Ref) { atomic.StoreUint32(l.word, uint32(ref)) }

// Find looks a key up. h is nil if it is not there; else it is the item, ref names it and link refers to it. Needs the
// stripe lock. Expired items are found like others.
func (t *Table) Find(hash uint64, key []byte) (link Link, ref slab.Ref, h *item.Header) {
	link.word = t.bucket(hash)
	for ref = link.ref(); ref != slab.None; ref = link.ref() {
		h = item.At(t.arena, ref)
		if h.HasKey(key) {
			return link, ref, h
		}
		link.word = (*uint32)(&h.Chain)
	}
	return Link{}, slab.None, nil
}

// FindRef looks for an item that is in the table, by its ref. Needs the stripe lock.
func (t *Table) FindRef(hash uint64, want slab.Ref) Link {
	link := Link{t.bucket(hash)}
	for link.ref() != want {
		link.word = (*uint32)(&item.At(t.arena, link.ref()).Chain)
	}
	return link
}

// Insert adds an item whose key is not in the table. Needs the stripe lock. The caller should call Grow when it has let
// it go.
func (t *Table) Insert(hash uint64, ref slab.Ref, h *item.Header) {
	link := Link{t.bucket(hash)}
	h.Chain = link.ref()
	link.set(ref)
	t.Stripe(hash).items.Add(1)
}

// Replace puts an item in the place of another with the same key. Needs the stripe lock.
func (t *Table) Replace(link Link, old *item.Header, ref slab.Ref, h *item.Header) {
	h.Chain = old.Chain
	link.set(ref)
}

// Delete takes the item out to which link refers. Needs the stripe lock.
func (t *Table) Delete(hash uint64, link Link, h *item.Header) {
	link.set(h.Chain)
	t.Stripe(hash).items.Add(-1)
}
