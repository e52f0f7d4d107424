package lru

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"unsafe"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// The tests here are those that every policy must pass.

const (
	chunkSize = 96
	now       = clock.Time(1000)
)

// newItems returns n items of a class, linked by nobody and in no list.
func newItems(t *testing.T, n int) (*slab.Arena, []slab.Ref) {
	t.Helper()
	a, _, err := slab.NewArena(slab.Config{Limit: 1 << 20, PageSize: 1 << 20, ChunkSmall: chunkSize, ChunkLarge: chunkSize})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	var c slab.Class
	c.Init(1, chunkSize, 1, 1<<20)
	c.AddPage(a)
	refs := make([]slab.Ref, n)
	for i := range refs {
		refs[i] = c.Alloc(a)
		h := item.At(a, refs[i])
		h.SetShape(item.ShapeOf(0, 0, false, false))
		h.Write([]byte("k"), 0, 0)
	}
	return a, refs
}

// harness is a policy, the items in it, and those that are not.
type harness struct {
	*testing.T
	*Policy
	a    *slab.Arena
	in   map[slab.Ref]bool
	out  []slab.Ref
	hash map[slab.Ref]uint64

	returning bool // what is stored comes back, as far as orders are told
	last      atomic.Uint64
}

func newHarness(t *testing.T, name string, n int) *harness {
	a, refs := newItems(t, n)
	p := &Policy{}
	p.Init(name, nil, bytesToGhost)
	return &harness{T: t, Policy: p, a: a, in: make(map[slab.Ref]bool), out: refs, hash: make(map[slab.Ref]uint64)}
}

// remembers gives the policy memory for ghosts.
func (b *harness) remembers(name string) *harness {
	b.Init(name, newMemory(b, 64<<20), bytesToGhost)
	return b
}

// eachPolicy runs a test with each policy.
func eachPolicy(t *testing.T, test func(t *testing.T, name string)) {
	for _, name := range Names {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// store links an item, in the place of old if that is not None, under a key that nobody had.
func (b *harness) store(old slab.Ref, over bool) slab.Ref {
	return b.storeKey(rand.Uint64(), old, over)
}

// storeKey links an item under a key with that hash.
func (b *harness) storeKey(hash uint64, old slab.Ref, over bool) slab.Ref {
	r := b.out[0]
	b.out = b.out[1:]
	h := item.At(b.a, r)
	h.Link(b.last.Add(1), now)
	b.Insert(b.a, r, h, hash, Arrival{Old: old, Over: over, Back: b.returning})
	b.hash[r] = hash
	b.in[r] = true
	if old != slab.None {
		b.gone(old)
	}
	return r
}

func (b *harness) gone(r slab.Ref) {
	delete(b.in, r)
	b.out = append(b.out, r)
}

func (b *harness) remove(r slab.Ref) {
	b.Remove(b.a, r, item.At(b.a, r))
	b.gone(r)
}

// use uses an item, which is not the one stored last.
func (b *harness) use(r slab.Ref) {
	b.last.Add(1)
	b.Hit(item.At(b.a, r), now, &b.last)
}

// evict takes the first victim out that is not spared.
func (b *harness) evict() slab.Ref {
	r := b.Victim()
	for n := 0; b.spare(r); r = b.Victim() {
		if n++; n > 100*b.Len() {
			b.Fatal("every item is spared again and again")
		}
	}
	b.Evict(b.a, r, item.At(b.a, r), b.hash[r])
	b.gone(r)
	return r
}

// spare spares a victim if it should be.
func (b *harness) spare(r slab.Ref) bool {
	h := item.At(b.a, r)
	if !b.Spares(h) {
		return false
	}
	b.Renew(b.a, r, h)
	return true
}

// move copies an item.
func (b *harness) move(r slab.Ref) (to slab.Ref) {
	to = b.out[0]
	b.out = b.out[1:]
	copy(unsafe.Slice((*byte)(b.a.At(to)), chunkSize), unsafe.Slice((*byte)(b.a.At(r)), chunkSize))
	b.Moved(b.a, r, to)
	b.gone(r)
	b.in[to] = true
	b.hash[to] = b.hash[r]
	return to
}

// victims returns all items in the order in which they should go.
func (b *harness) victims() (refs []slab.Ref) {
	for r := b.Victim(); r != slab.None && len(refs) <= len(b.in); r = b.NextVictim(b.a, r, item.At(b.a, r)) {
		refs = append(refs, r)
	}
	return refs
}

// list returns all items, newest first.
func (b *harness) list() (refs []slab.Ref) {
	for r := b.Newest(); r != slab.None && len(refs) <= len(b.in); r = b.Older(b.a, r, item.At(b.a, r)) {
		refs = append(refs, r)
	}
	return refs
}

// check holds the policy against what should be in it.
func (b *harness) check() {
	b.Helper()
	var each []slab.Ref
	if err := b.Check(b.a, func(r slab.Ref) { each = append(each, r) }); err != nil {
		b.Fatal(err)
	}
	want := slices.Sorted(maps.Keys(b.in))
	for name, got := range map[string][]slab.Ref{"Check": each, "victims": b.victims(), "list": b.list()} {
		if slices.Sort(got); !slices.Equal(got, want) {
			b.Fatalf("%s goes over %v, want %v", name, got, want)
		}
	}
	if b.Len() != len(want) {
		b.Fatalf("length %d, want %d", b.Len(), len(want))
	}
}

// any returns an item that is in the policy.
func (b *harness) any(r *rand.Rand) slab.Ref {
	return slices.Sorted(maps.Keys(b.in))[r.IntN(len(b.in))]
}

// TestHolds does everything to items in a random order: each that is linked is in the policy, once.
func TestHolds(t *testing.T) { eachPolicy(t, testHolds) }

func testHolds(t *testing.T, name string) {
	for _, n := range []int{3, 40, 300} {
		b := newHarness(t, name, n)
		r := rand.New(rand.NewPCG(uint64(n), 1))
		for i := range 6000 {
			switch op := r.IntN(10); {
			case len(b.in) == 0, len(b.out) > 1 && op < 3:
				b.store(slab.None, op == 0 && i%3 == 0)
			case len(b.out) == 0, op < 5:
				b.evict()
			case op == 5:
				b.remove(b.any(r))
			case op == 6:
				b.store(b.any(r), i%9 == 0)
			case op == 7:
				b.move(b.any(r))
			default:
				b.use(b.any(r))
			}
			if i%50 == 0 || n < 10 {
				b.check()
			}
		}
	}
}

// TestMovedKeepsItsPlace: a copy stands in both orders where the item stood, and is spared if that would be; some items were
// spared before, and so are elsewhere than they came to.
func TestMovedKeepsItsPlace(t *testing.T) { eachPolicy(t, testMovedKeepsItsPlace) }

func testMovedKeepsItsPlace(t *testing.T, name string) {
	b := newHarness(t, name, 60)
	for range 50 {
		b.store(slab.None, false)
	}
	for i, r := range slices.Sorted(maps.Keys(b.in)) {
		if i%3 == 0 {
			b.use(r)
		}
		if i%6 == 0 {
			b.spare(r)
		}
	}
	for i := range 50 {
		victims, list := b.victims(), b.list()
		from := victims[i]
		marks, spares := item.At(b.a, from).Marks(), b.Spares(item.At(b.a, from))
		to := b.move(from)
		victims[i], list[slices.Index(list, from)] = to, to
		if !slices.Equal(b.victims(), victims) || !slices.Equal(b.list(), list) ||
			item.At(b.a, to).Marks() != marks || b.Spares(item.At(b.a, to)) != spares {
			t.Fatalf("moving victim %d changes more than its name", i)
		}
		b.check()
	}
}

// TestMovesChangeNothing does the same to two policies, but that in one of them items are moved all the time: the same items
// go in the same order.
func TestMovesChangeNothing(t *testing.T) { eachPolicy(t, testMovesChangeNothing) }

func testMovesChangeNothing(t *testing.T, name string) {
	const n = 100
	still, moving := newHarness(t, name, n+1), newHarness(t, name, n+20)
	r := rand.New(rand.NewPCG(3, 4))
	sameOrder(t, still, moving, n, r, func(int) { moving.move(moving.any(r)) })
	moving.check()
}

// sameOrder stores and uses the same keys in two harnesses that have room for n of them, and does something else after each use.
// The same keys must go in the same order.
func sameOrder(t *testing.T, one, other *harness, n int, r *rand.Rand, more func(step int)) {
	t.Helper()
	for i := range 20_000 {
		if i >= n {
			if a, b := one.evict(), other.evict(); one.hash[a] != other.hash[b] {
				t.Fatalf("step %d: another key goes", i)
			}
		}
		one.storeKey(uint64(i), slab.None, false)
		other.storeKey(uint64(i), slab.None, false)
		for range r.IntN(3) {
			used := uint64(i - r.IntN(n))
			one.useKey(used)
			other.useKey(used)
			more(i)
		}
	}
}

// TestOverwrittenIsStoredOver does the same to two policies, but that new items get chunks of their own in one of them, and those of
// the items that they replace in the other: the same keys go in the same order.
func TestOverwrittenIsStoredOver(t *testing.T) { eachPolicy(t, testOverwrittenIsStoredOver) }

func testOverwrittenIsStoredOver(t *testing.T, name string) {
	const n = 100
	anew, there := newHarness(t, name, n+1), newHarness(t, name, n+1)
	r := rand.New(rand.NewPCG(5, 6))
	sameOrder(t, anew, there, n, r, func(step int) {
		over := uint64(step - r.IntN(n))
		if old := anew.find(over); old != slab.None {
			anew.storeKey(over, old, false)
			there.overwrite(there.find(over))
		}
	})
	there.check()
}

// overwrite stores a new item in the place of another.
func (b *harness) overwrite(r slab.Ref) {
	h := item.At(b.a, r)
	h.Overwrite(0, b.last.Add(1))
	b.Overwritten(b.a, r, h, now)
	if h.Fetched() || h.CAS() != b.last.Load() {
		b.Fatalf("the new item was fetched: %v, and has CAS %d", h.Fetched(), h.CAS())
	}
}

// useKey uses the item whose key has that hash, if there is one.
func (b *harness) useKey(hash uint64) {
	if r := b.find(hash); r != slab.None {
		b.use(r)
	}
}

// find returns the item whose key has that hash, or None.
func (b *harness) find(hash uint64) slab.Ref {
	for r := range b.in {
		if b.hash[r] == hash {
			return r
		}
	}
	return slab.None
}

// TestOverGoesFirst: what was over when it was stored is the next victim, and the old item is out.
func TestOverGoesFirst(t *testing.T) { eachPolicy(t, testOverGoesFirst) }

func testOverGoesFirst(t *testing.T, name string) {
	b := newHarness(t, name, 60)
	old := b.store(slab.None, false)
	for range 20 {
		b.store(slab.None, false)
	}
	for _, old := range []slab.Ref{slab.None, old} {
		if over := b.store(old, true); b.Victim() != over {
			t.Errorf("ref %d goes before what is over", b.Victim())
		}
		b.check()
	}
}

// TestHitNotesTheTime: whatever a policy makes of a use, the time of it is known, and nothing else is lost.
func TestHitNotesTheTime(t *testing.T) { eachPolicy(t, testHitNotesTheTime) }

func testHitNotesTheTime(t *testing.T, name string) {
	b := newHarness(t, name, 2)
	r := b.store(slab.None, false)
	b.store(slab.None, false)
	h := item.At(b.a, r)
	for later := now + 100; later < now+10_000; later += 100 {
		b.Hit(h, later, &b.last)
		if h.Idle(later) != 0 || string(h.Key()) != "k" {
			t.Fatalf("used now, and idle for %d seconds; key %q", h.Idle(later), h.Key())
		}
	}
	b.check()
}
