package lru

import (
	"cmp"
	"slices"
	"testing"

	"gocached/item"
	"gocached/slab"
)

// ranked is the policy value as one would write it down: one list, sorted by worth, those that have it for longest first.
type ranked struct {
	items []rankedItem
	last  int
}

type rankedItem struct {
	ref   slab.Ref
	worth int
	uses  int
}

// clock is what the next victim is worth, or the last one was.
func (m *ranked) clock() int {
	if len(m.items) > 0 {
		m.last = m.items[0].worth
	}
	return m.last
}

func (m *ranked) find(r slab.Ref) *rankedItem {
	return &m.items[slices.IndexFunc(m.items, func(i rankedItem) bool { return i.ref == r })]
}

// insert puts an item behind those that are worth as much.
func (m *ranked) insert(i rankedItem) {
	m.items = append(m.items, i)
	slices.SortStableFunc(m.items, func(a, b rankedItem) int { return cmp.Compare(a.worth, b.worth) })
}

func (m *ranked) add(r slab.Ref, back bool) {
	uses := 0
	if back {
		uses = mostUses
	}
	m.insert(rankedItem{ref: r, worth: m.clock() + int(lead[uses])})
}

func (m *ranked) use(r slab.Ref) {
	i := m.find(r)
	i.uses = min(i.uses+1, mostUses)
}

func (m *ranked) put(from, to slab.Ref) { m.find(from).ref = to }

func (m *ranked) remove(r slab.Ref) {
	m.clock()
	m.items = slices.DeleteFunc(m.items, func(i rankedItem) bool { return i.ref == r })
}

func (m *ranked) evict() slab.Ref {
	for {
		clock := m.clock()
		first := m.items[0]
		m.items = m.items[1:]
		if first.uses == 0 {
			return first.ref
		}
		first.worth = clock + int(lead[first.uses])
		first.uses /= 2
		m.insert(first)
	}
}

func (m *ranked) check(t *testing.T, p *Policy) {
	if p.Len() != len(m.items) {
		t.Fatalf("%d items, want %d", p.Len(), len(m.items))
	}
}

// TestUsesCount: what was used more often goes later, and what is not used any more goes in the end.
func TestUsesCount(t *testing.T) {
	b := newHarness(t, ByValue, 100)
	var refs []slab.Ref
	for uses := range 5 {
		r := b.store(slab.None, false)
		for range uses {
			b.use(r)
		}
		refs = append(refs, r)
	}
	at := make(map[slab.Ref]int)
	for i := 1; len(at) < len(refs); i++ {
		if i > 1000 {
			t.Fatal("something is kept for ever")
		}
		for range 3 {
			b.store(slab.None, false)
		}
		for range 3 {
			at[b.evict()] = i
		}
		for r := range at {
			if !slices.Contains(refs, r) {
				delete(at, r)
			}
		}
		b.check()
	}
	for i, r := range refs[1:4] {
		if at[r] <= at[refs[i]] {
			t.Errorf("used %d times it goes in round %d, and used %d times in round %d", i+1, at[r], i, at[refs[i]])
		}
	}
}

// TestRankOfWhatComesBack: what is stored again soon after it was evicted ranks with what is used often.
func TestRankOfWhatComesBack(t *testing.T) {
	b := newHarness(t, ByValue, 100).remembers(ByValue)
	for range 50 {
		b.store(slab.None, false)
	}
	hash := b.hash[b.Victim()]
	b.evict()
	r := b.storeKey(hash, slab.None, false)
	if got, want := rankOf(item.At(b.a, r).Marks()), b.values.ahead(mostUses); got != want {
		t.Errorf("rank %d, want %d", got, want)
	}
	b.check()
}
