package lru

import (
	"math/rand/v2"
	"testing"

	"gocached/slab"
)

// rules are a policy as one would write it down.
type rules interface {
	add(r slab.Ref, back bool)
	use(r slab.Ref)
	put(from, to slab.Ref)
	remove(r slab.Ref)
	evict() slab.Ref
	check(t *testing.T, p *Policy)
}

// TestLikeTheModel does everything in a random order: the same items go in the same order, and stand in the same queues.
func TestLikeTheModel(t *testing.T) {
	for name, newModel := range map[string]func() rules{
		S3:      func() rules { return &model{uses: make(map[slab.Ref]int)} },
		ByValue: func() rules { return &ranked{} },
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{3, 40, 300} {
				b, m, r := newHarness(t, name, n), newModel(), rand.New(rand.NewPCG(uint64(n), 2))
				for i := range 20_000 {
					b.playStep(m, r)
					m.check(t, b.Policy)
					if i%50 == 0 {
						b.check()
					}
				}
			}
		})
	}
}

// playStep does something by chance, with the policy and with the model.
func (b *harness) playStep(m rules, r *rand.Rand) {
	switch op := r.IntN(12); {
	case len(b.in) == 0, len(b.out) > 1 && op < 3:
		if back := op == 0; back {
			m.add(b.back(), true)
		} else {
			m.add(b.store(slab.None, false), false)
		}
	case len(b.out) == 0, op < 5:
		if got, want := b.evict(), m.evict(); got != want {
			b.Fatalf("ref %d goes, want %d", got, want)
		}
	case op == 5:
		gone := b.any(r)
		b.remove(gone)
		m.remove(gone)
	case op == 6:
		old := b.any(r)
		m.use(old)
		m.put(old, b.store(old, false))
	case op == 7:
		from := b.any(r)
		m.put(from, b.move(from))
	default:
		used := b.any(r)
		b.use(used)
		m.use(used)
	}
}
