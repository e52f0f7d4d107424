package lru

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"gocached/clock"
	"gocached/item"
	"gocached/slab"
)

// model is S3-FIFO as one would write it down: two queues, oldest first, and the uses of each item.
type model struct {
	small, main []slab.Ref
	uses        map[slab.Ref]int
}

func (m *model) use(r slab.Ref) { m.uses[r] = min(m.uses[r]+1, mostUses) }

func (m *model) add(r slab.Ref, back bool) {
	m.uses[r] = 0
	if back {
		m.uses[r] = backUses
		m.main = append(m.main, r)
		return
	}
	m.small = append(m.small, r)
}

// put puts to in the place of from.
func (m *model) put(from, to slab.Ref) {
	for _, q := range [][]slab.Ref{m.small, m.main} {
		if i := slices.Index(q, from); i >= 0 {
			q[i] = to
		}
	}
	m.uses[to] = m.uses[from]
}

func (m *model) remove(r slab.Ref) {
	is := func(other slab.Ref) bool { return other == r }
	m.small, m.main = slices.DeleteFunc(m.small, is), slices.DeleteFunc(m.main, is)
}

func (m *model) evict() (r slab.Ref) {
	for {
		if len(m.main) > 0 && len(m.small)*smallShare <= len(m.small)+len(m.main) {
			r, m.main = m.main[0], m.main[1:]
			if m.uses[r] == 0 {
				return r
			}
			m.uses[r]--
		} else {
			r, m.small = m.small[0], m.small[1:]
			if m.uses[r] < wanted {
				return r
			}
			m.uses[r] = 0
		}
		m.main = append(m.main, r)
	}
}

// newQueues returns a harness whose policy is S3-FIFO.
func newQueues(t *testing.T, n int) (*harness, *S3FIFO) {
	b := newHarness(t, S3, n)
	return b, &b.queues
}

// back stores what comes back soon after it went.
func (b *harness) back() slab.Ref {
	b.returning = true
	defer func() { b.returning = false }()
	return b.store(slab.None, false)
}

func (m *model) check(t *testing.T, p *Policy) {
	if s := &p.queues; s.small.len != len(m.small) || s.main.len != len(m.main) {
		t.Fatalf("queues of %d and %d, want %d and %d", s.small.len, s.main.len, len(m.small), len(m.main))
	}
}

// TestScan: items that are used are there after a scan over many times as many.
func TestScan(t *testing.T) {
	b, _ := newQueues(t, 101)
	var wanted []slab.Ref
	for range 50 {
		wanted = append(wanted, b.store(slab.None, false))
	}
	for range 2000 {
		for _, r := range wanted {
			if rand.IntN(5) == 0 {
				b.use(r)
			}
		}
		b.store(slab.None, false)
		if len(b.out) == 0 {
			b.evict()
		}
	}
	for _, r := range wanted {
		if !b.in[r] {
			t.Fatal("a scan drives out what is used")
		}
	}
}

// TestComesBack: what was evicted from the small queue goes to the main one when it is stored again, soon, and what was
// evicted from the main one does not.
func TestComesBack(t *testing.T) {
	b, s := newQueues(t, 200)
	b.remembers(S3)
	for range 100 {
		b.store(slab.None, false)
	}
	first := b.hash[b.Victim()]
	b.evict()
	r := b.storeKey(first, slab.None, false)
	if !s.inMain(item.At(b.a, r)) || s.main.len != 1 {
		t.Fatal("what comes back goes to the small queue")
	}
	for s.small.len > 0 {
		b.evict()
	}
	if b.evict() != r {
		t.Fatal("the only item of the main queue stays")
	}
	if r = b.storeKey(first, slab.None, false); s.inMain(item.At(b.a, r)) {
		t.Error("what left the main queue goes there at once")
	}
	b.check()
}

// TestStoredAgain: what is stored over an item takes its place, and has been used once more.
func TestStoredAgain(t *testing.T) {
	b, s := newQueues(t, 20)
	for range 10 {
		b.store(slab.None, false)
	}
	b.spareIn(s)
	for _, old := range b.victims() {
		was := item.At(b.a, old).Marks()
		at := slices.Index(b.victims(), old)
		r := b.store(old, false)
		if b.victims()[at] != r || item.At(b.a, r).Marks() != used(was) {
			t.Fatalf("it stands at %d with marks %b, want %d and %b", slices.Index(b.victims(), r), item.At(b.a, r).Marks(), at, used(was))
		}
		b.check()
	}
}

// spareIn has a few items go to the main queue.
func (b *harness) spareIn(s *S3FIFO) {
	for _, r := range b.victims()[:4] {
		b.use(r)
		b.spare(r)
	}
	if s.main.len != 4 {
		b.Fatalf("%d items in the main queue", s.main.len)
	}
}

// TestHitsWhileQueuesChange: hits that are noted while items go to the main queue do not undo that.
func TestHitsWhileQueuesChange(t *testing.T) {
	b, s := newQueues(t, 100)
	for range 100 {
		for range 100 {
			b.store(slab.None, false)
		}
		refs := b.victims()
		var stop atomic.Bool
		var begun, done sync.WaitGroup
		begun.Add(1)
		done.Go(func() { hitAll(b, s, refs, &stop, begun.Done) })
		begun.Wait()
		for s.small.len > 0 {
			r := s.small.tail
			s.Renew(b.a, r, item.At(b.a, r))
		}
		stop.Store(true)
		done.Wait()
		b.check()
		for _, r := range refs {
			b.remove(r)
		}
	}
}

// hitAll uses items until it is stopped, each time at another moment. It calls begun after the first round.
func hitAll(b *harness, s *S3FIFO, refs []slab.Ref, stop *atomic.Bool, begun func()) {
	for i := clock.Time(0); !stop.Load(); i++ {
		for _, r := range refs {
			s.Hit(item.At(b.a, r), now+8*i, &b.last)
		}
		if i == 0 {
			begun()
		}
	}
}
