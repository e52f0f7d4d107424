package lru

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gocached/item"
	"gocached/slab"
)

// newItems returns n items of a class, held by nobody and in no list.
func newItems(t *testing.T, n int) (*slab.Arena, []slab.Ref) {
	t.Helper()
	a, _, err := slab.NewArena(slab.Config{Limit: 1 << 20, PageSize: 1 << 20, ChunkSmall: 96})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	var c slab.Class
	c.Init(1, 96, 1<<20)
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

// order returns the list from head to tail, after checking it in both directions.
func order(t *testing.T, a *slab.Arena, l *List) (refs []slab.Ref) {
	t.Helper()
	before := slab.None
	for r := l.Head; r != slab.None; r = l.After(a, r) {
		if l.Before(a, r) != before {
			t.Fatalf("before %d stands %d, not %d", r, l.Before(a, r), before)
		}
		refs, before = append(refs, r), r
	}
	if before != l.Tail || len(refs) != l.Len {
		t.Fatalf("tail %d, length %d; want %d, %d", l.Tail, l.Len, before, len(refs))
	}
	return refs
}

// use does what a hit does.
func use(a *slab.Arena, l *List, r slab.Ref) { item.At(a, r).Used(100, l.Epoch()) }

func TestOrder(t *testing.T) {
	a, refs := newItems(t, 5)
	var l List
	for _, r := range refs {
		l.Push(a, r)
	}
	l.Remove(a, refs[2])
	l.Remove(a, refs[4])
	l.Remove(a, refs[0])
	want := []slab.Ref{refs[3], refs[1]}
	if got := order(t, a, &l); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	use(a, &l, refs[1])
	l.Renew(a, refs[1])
	if l.Head != refs[1] || item.At(a, refs[1]).Touched() {
		t.Error("a used item goes to the head and loses its mark")
	}
}

// TestRenewToItsEpoch: an item that was used long ago goes back among its contemporaries, not to the head.
func TestRenewToItsEpoch(t *testing.T) {
	a, refs := newItems(t, 2000)
	var l List
	for _, r := range refs[:1000] {
		l.Push(a, r)
	}
	old := refs[0]
	use(a, &l, old) // now: 1000 are older, the next 500 newer
	for i, r := range refs[1000:1500] {
		l.Push(a, r)
		l.Remove(a, refs[1+i])
	}
	l.Renew(a, old)
	at := slices.Index(order(t, a, &l), old)
	if at < 350 || at > 650 {
		t.Errorf("it stands at %d of %d, want about 500", at, l.Len)
	}
}

// TestRandom compares the order with that of a strict LRU: nobody may stand far from where that would have it.
func TestRandom(t *testing.T) {
	const n = 1000
	a, refs := newItems(t, n+1)
	var l List
	var strict []slab.Ref // newest first
	for _, r := range refs[:n] {
		l.Push(a, r)
		strict = slices.Insert(strict, 0, r)
	}
	spare := refs[n]
	r := rand.New(rand.NewPCG(1, 2))
	far := 0
	for range 20_000 {
		hit := strict[r.IntN(n/2)]
		i := slices.Index(strict, hit)
		strict = slices.Insert(slices.Delete(strict, i, i+1), 0, hit)
		use(a, &l, hit)
		for item.At(a, l.Tail).Touched() {
			l.Renew(a, l.Tail)
		}
		victim := l.Tail
		if slices.Index(strict, victim) < n*2/3 {
			far++
		}
		l.Remove(a, victim)
		l.Push(a, spare)
		i = slices.Index(strict, victim)
		strict = slices.Insert(slices.Delete(strict, i, i+1), 0, spare)
		spare = victim
		item.At(a, victim).Untouch()
	}
	order(t, a, &l)
	if far > 200 {
		t.Errorf("%d of 20000 victims came from the newer two thirds", far)
	}
}
