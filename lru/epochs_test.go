package lru

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gocached/item"
	"gocached/slab"
)

// TestOrder: what is stored goes to the head, what is used stays where it is until it comes to the tail, and the item
// stored last of all is not marked by a use.
func TestOrder(t *testing.T) {
	b := newHarness(t, LRU, 5)
	var refs []slab.Ref
	for range 5 {
		refs = append(refs, b.store(slab.None, false))
	}
	b.Hit(item.At(b.a, refs[4]), now, &b.last)
	if item.At(b.a, refs[4]).Marks()&touched != 0 {
		t.Error("the item stored last is marked")
	}
	for _, i := range []int{2, 4, 0} {
		b.remove(refs[i])
	}
	b.use(refs[1])
	if want := []slab.Ref{refs[3], refs[1]}; !slices.Equal(b.list(), want) {
		t.Errorf("got %v, want %v", b.list(), want)
	}
	if !b.spare(refs[1]) || b.Newest() != refs[1] || item.At(b.a, refs[1]).Marks()&touched != 0 {
		t.Error("a used item goes to the head and loses its mark")
	}
	if b.spare(refs[3]) {
		t.Error("an item that was not used is spared")
	}
	b.check()
}

// TestRenewToItsEpoch: an item that was used long ago goes back among its contemporaries, not to the head.
func TestRenewToItsEpoch(t *testing.T) {
	b := newHarness(t, LRU, 2000)
	for range 1000 {
		b.store(slab.None, false)
	}
	old := b.Victim()
	b.use(old) // now: 1000 are older, the next 500 newer
	for range 500 {
		second := b.NextVictim(b.a, old, item.At(b.a, old))
		b.store(slab.None, false)
		b.remove(second)
	}
	b.spare(old)
	at := slices.Index(b.list(), old)
	if at < 350 || at > 650 {
		t.Errorf("it stands at %d of %d, want about 500", at, b.Len())
	}
	b.check()
}

// TestRandom compares the order with that of a strict LRU: nobody may stand far from where that would have it.
func TestRandom(t *testing.T) {
	const n = 1000
	b := newHarness(t, LRU, n+1)
	var strict []slab.Ref // newest first
	for range n {
		strict = slices.Insert(strict, 0, b.store(slab.None, false))
	}
	r := rand.New(rand.NewPCG(1, 2))
	far := 0
	for range 20_000 {
		hit := strict[r.IntN(n/2)]
		i := slices.Index(strict, hit)
		strict = slices.Insert(slices.Delete(strict, i, i+1), 0, hit)
		b.use(hit)
		victim := b.evict()
		i = slices.Index(strict, victim)
		if i < n*2/3 {
			far++
		}
		strict = slices.Insert(slices.Delete(strict, i, i+1), 0, b.store(slab.None, false))
	}
	b.check()
	if far > 200 {
		t.Errorf("%d of 20000 victims came from the newer two thirds", far)
	}
}

// TestCheckSeesDamage: a first item of an epoch that is in no place of its own is found, and so is a broken link.
func TestCheckSeesDamage(t *testing.T) {
	b := newHarness(t, LRU, 100)
	l := &b.epochs
	for range 90 {
		b.store(slab.None, false)
	}
	b.check()
	nothing := func(slab.Ref) {}
	last := l.epoch.Load() - 1
	first := l.marks[last]
	l.marks[last] = l.tail
	if l.Check(b.a, nothing) == nil {
		t.Error("the first item of the last epoch at the tail is not noticed")
	}
	l.marks[last] = first
	item.At(b.a, first).Prev = l.tail
	if l.Check(b.a, nothing) == nil {
		t.Error("a link to the tail is not noticed")
	}
}
