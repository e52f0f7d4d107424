package lru

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// newGhosts returns ghosts with memory for so many.
func newGhosts(n int) *ghosts {
	words := make([]bucket, n/ways)
	g := new(ghosts)
	g.use(unsafe.Pointer(&words[0]), n*EntryBytes)
	return g
}

// TestGhostsTellTheLast notes many keys: those within reach are told with about their age, nearly all of them, and the
// others are not.
func TestGhostsTellTheLast(t *testing.T) {
	for _, reach := range []int{1, 10, 100, 1000, 60_000} {
		g := newGhosts(1 << 17)
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
	g := newGhosts(64)
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
	g, wrong := newGhosts(1<<14), 0
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
	g := newGhosts(1 << 10)
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

// TestGhostsTakeWhatTheyNeed: the table grows and shrinks with what is to be told, within its memory, and works then.
func TestGhostsTakeWhatTheyNeed(t *testing.T) {
	g := newGhosts(1 << 12)
	for _, reach := range []int{0, 5, 100, 4000, 100_000, 3000, 20, 900} {
		for range 2000 {
			g.note(rand.Uint64(), reach, false)
		}
		switch {
		case reach == 0 && g.size != 0:
			t.Errorf("nothing is to be told: %d", g.size)
		case reach > 0 && (g.size < ways || g.size > 1<<12 || g.size > max(4*reach, ways)):
			t.Errorf("%d are to be told: %d", reach, g.size)
		case reach > 0 && g.size < min(reach/3*2, 1<<12):
			t.Errorf("%d are to be told: %d are too few", reach, g.size)
		}
		key := rand.Uint64()
		g.note(key, reach, true)
		if _, _, found := g.lay(key, reach); found != (reach > 0) {
			t.Errorf("%d are to be told: the last is %v", reach, found)
		}
	}
}

// TestGhostsAreTrimmed: what fewer ghosts do not need is told, once, and is not used.
func TestGhostsAreTrimmed(t *testing.T) {
	g := newGhosts(1 << 12)
	if _, bytes := g.trim(100); bytes != 0 || g.size != 0 {
		t.Errorf("%d bytes of nothing", bytes)
	}
	for range 5000 {
		g.note(rand.Uint64(), 4000, false)
	}
	offset, bytes := g.trim(100)
	if offset < 100*EntryBytes/3*2 || offset > 200*EntryBytes || offset+bytes != 1<<12*EntryBytes {
		t.Errorf("%d bytes from %d on", bytes, offset)
	}
	clear(unsafe.Slice((*byte)(unsafe.Add(g.table, offset)), bytes))
	for range 500 {
		g.note(rand.Uint64(), 100, false)
	}
	for i, b := range unsafe.Slice((*byte)(unsafe.Add(g.table, offset)), bytes) {
		if b != 0 {
			t.Fatalf("byte %d is used", offset+i)
		}
	}
	if _, bytes = g.trim(100); bytes != 0 {
		t.Errorf("%d bytes again", bytes)
	}
}

// TestWithoutMemory: ghosts without memory remember nothing, and do no harm.
func TestWithoutMemory(t *testing.T) {
	var g ghosts
	g.use(nil, 0)
	g.note(1, 10, true)
	if _, _, found := g.lay(1, 10); found {
		t.Error("it remembers")
	}
}
