package lru

import (
	"math/rand/v2"
	"testing"
)

// newGhosts returns ghosts that have memory to themselves.
func newGhosts(t testing.TB) *ghosts { return &ghosts{memory: newMemory(t, 64<<20)} }

// newMemory returns memory for ghosts of so many bytes of items.
func newMemory(t testing.TB, limit int64) *GhostMemory {
	m, err := NewGhostMemory(limit, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// TestGhostsTellTheLast notes many keys: those within reach are told with about their age, nearly all of them, and the
// others are not.
func TestGhostsTellTheLast(t *testing.T) {
	for _, reach := range []int{1, 10, 100, 1000, 60_000} {
		g := newGhosts(t)
		keys := make([]uint64, 5*reach)
		for i := range keys {
			keys[i] = rand.Uint64()
			g.note(keys[i], reach, i%3 == 0)
		}
		lost, wrong := 0, 0
		for i, key := range keys {
			age, wasEarly, found := g.lay(key, reach)
			was := len(keys) - 1 - i
			slack := 1<<g.shift - 1
			switch {
			case found && (was >= reach+slack || age < was-slack || age > was+slack || wasEarly != (i%3 == 0)):
				wrong++
			case !found && was < reach-slack:
				lost++
			}
		}
		if lost > reach/4 || wrong > len(keys)/500+1 {
			t.Errorf("reach %d, of %d keys: %d ghosts were lost, %d told wrongly", reach, len(keys), lost, wrong)
		}
	}
}

// TestGhostIsToldOnce: then it is none any longer.
func TestGhostIsToldOnce(t *testing.T) {
	g := newGhosts(t)
	g.note(7<<40, 10, true)
	if _, wasEarly, found := g.lay(7<<40, 10); !found || !wasEarly {
		t.Fatal("a ghost is not told")
	}
	if _, _, found := g.lay(7<<40, 10); found {
		t.Error("a ghost is told twice")
	}
}

// TestStrangersAreNoGhosts counts keys that are taken for ghosts and are none.
func TestStrangersAreNoGhosts(t *testing.T) {
	const reach, tries = 10_000, 200_000
	g, wrong := newGhosts(t), 0
	for range 2 * reach {
		g.note(rand.Uint64(), reach, false)
	}
	for range tries {
		if _, _, found := g.lay(rand.Uint64(), reach); found {
			wrong++
		}
	}
	if wrong > tries/1000 {
		t.Errorf("%d of %d strangers are taken for ghosts", wrong, tries)
	}
}

// TestStampsComeRound: a ghost that nothing has pushed out is not taken for a new one when the stamps begin again.
func TestStampsComeRound(t *testing.T) {
	g := newGhosts(t)
	old := make([]uint64, 100)
	for i := range old {
		old[i] = rand.Uint64()
		g.note(old[i], 1000, false)
	}
	for g.noted < 1<<stampBits {
		g.note(rand.Uint64(), 1000, false)
	}
	told := 0
	for _, key := range old {
		if _, _, found := g.lay(key, 1000); found {
			told++
		}
	}
	if told > 5 { // one in a thousand is taken for another
		t.Errorf("%d ghosts of long ago of %d are told", told, len(old))
	}
}

// TestGhostsTakeWhatTheyNeed: the table grows and shrinks with what is to be told, and works then.
func TestGhostsTakeWhatTheyNeed(t *testing.T) {
	g := newGhosts(t)
	for _, reach := range []int{0, 5, 100, 4000, 100_000, 3000, 20, 900} {
		for range 2000 {
			g.note(rand.Uint64(), reach, false)
		}
		switch {
		case reach == 0 && g.size != 0:
			t.Errorf("nothing is to be told: %d", g.size)
		case reach > 0 && (g.size < ways || g.size > max(4*reach, ways)):
			t.Errorf("%d are to be told: %d", reach, g.size)
		case reach > 0 && g.size < reach/3*2:
			t.Errorf("%d are to be told: %d are too few", reach, g.size)
		case len(g.extents)*extentBytes > max(g.size*EntryBytes, extentBytes):
			t.Errorf("%d are to be told: %d extents", reach, len(g.extents))
		}
		key := rand.Uint64()
		g.note(key, reach, true)
		if _, _, found := g.lay(key, reach); found != (reach > 0) {
			t.Errorf("%d are to be told: the last is %v", reach, found)
		}
	}
}

// TestGhostsAreTrimmed: what fewer ghosts do not need goes back to the others and to the system, and is empty when it is used
// again.
func TestGhostsAreTrimmed(t *testing.T) {
	g := newGhosts(t)
	if g.trim(100); g.size != 0 {
		t.Errorf("nothing becomes %d ghosts", g.size)
	}
	fill := func(n, reach int) (bytes int64) {
		for range n {
			g.note(rand.Uint64(), reach, false)
		}
		return g.memory.Bytes()
	}
	many := fill(20_000, 4000)
	g.trim(100)
	if bytes := g.memory.Bytes(); bytes != many {
		t.Errorf("%d bytes before they go to the system, %d were used", bytes, many)
	}
	g.memory.Trim()
	few := g.memory.Bytes()
	if again := fill(500, 100); many != 4096*EntryBytes || few != extentBytes || again != few {
		t.Errorf("ghosts took %d bytes, then %d, then %d", many, few, again)
	}
}

// TestGhostsBeginEmpty: nothing is in memory that others had.
func TestGhostsBeginEmpty(t *testing.T) {
	g := newGhosts(t)
	for range 20_000 {
		g.note(rand.Uint64(), 4000, false)
	}
	g.trim(100)
	g.fit(4000)
	var second = uint64(extentBuckets) << 16 // a hash that belongs in the second extent
	if g.bucket(second, false) != nil {
		t.Error("what is new has memory")
	}
	if b := g.bucket(second, true); b == nil || *b != (bucket{}) {
		t.Error("what was given back is not empty")
	}
}

// TestGhostsShareMemory: where others have taken all of it some ghosts are lost, and nothing else; what is given back serves
// others.
func TestGhostsShareMemory(t *testing.T) {
	m := newMemory(t, 1<<20)
	one, other := &ghosts{memory: m}, &ghosts{memory: m}
	fill := func(g *ghosts) (lost int) {
		for range 100_000 {
			key := rand.Uint64()
			if g.note(key, 20_000, false); !g.is(key) {
				lost++
			}
		}
		return lost
	}
	if lost := fill(one); lost == 0 || m.take() != 0 || m.Bytes() > 1<<20/16 {
		t.Errorf("%d ghosts of many are lost, in %d bytes", lost, m.Bytes())
	}
	one.trim(100)
	if lost := fill(other); lost == 0 || lost > 99_000 {
		t.Errorf("%d ghosts are lost where memory was given back", lost)
	}
}

// is says whether a key is a ghost, and leaves it one.
func (g *ghosts) is(hash uint64) bool {
	b := g.bucket(hash, false)
	return b != nil && b[0]&markMask == mark(hash)
}

// TestWithoutMemory: ghosts without memory remember nothing, and do no harm.
func TestWithoutMemory(t *testing.T) {
	var g ghosts
	g.note(1, 10, true)
	g.trim(10)
	if _, _, found := g.lay(1, 10); found {
		t.Error("it remembers")
	}
}
