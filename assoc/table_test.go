package assoc

import (
	"fmt"
	"math"
	"testing"

	"gocached/engine"
	"gocached/item"
	"gocached/slab"
)

type fixture struct {
	testing.TB
	arena *slab.Arena
	class slab.Class
	table *Table
}

// newFixture returns an empty table over so many MiB of memory.
func newFixture(t testing.TB, limit int64) *fixture {
	t.Helper()
	a, _, err := slab.NewArena(slab.Config{Limit: limit << 20, PageSize: 1 << 20, ChunkSmall: 96, ChunkLarge: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	table, err := New(a)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{TB: t, arena: a, table: table}
	f.class.Init(1, 96, 1, 1<<20)
	t.Cleanup(func() { table.Close(); a.Close() })
	return f
}

func (f *fixture) item(key string) (slab.Ref, *item.Header) {
	r := f.class.Alloc(f.arena)
	if r == slab.None {
		f.class.AddPage(f.arena)
		r = f.class.Alloc(f.arena)
	}
	h := item.At(f.arena, r)
	h.SetShape(item.ShapeOf(0, 0, false, false))
	h.Write([]byte(key), 0, 0)
	return r, h
}

// probes returns how many items Find looks at for a key.
func (f *fixture) probes(key []byte) int {
	hash := f.table.Hash(key)
	_, want, h := f.table.Find(hash, key)
	n := 0
	if h != nil {
		n++
	}
	for link := (Link{f.table.bucket(hash)}); link.ref() != want; n++ {
		link.word = (*uint32)(&item.At(f.arena, link.ref()).Chain)
	}
	return n
}

// TestTable goes through two doublings; at every moment each item is found, and nothing else.
func TestTable(t *testing.T) {
	f := newFixture(t, 64)
	const n = 250_000
	refs := make([]slab.Ref, n)
	for i := range n {
		key := fmt.Sprint("key", i)
		hash := f.table.Hash([]byte(key))
		r, h := f.item(key)
		f.table.Insert(hash, r, h)
		f.table.Grow(hash)
		refs[i] = r
		old := fmt.Sprint("key", i/2)
		if _, got, _ := f.table.Find(f.table.Hash([]byte(old)), []byte(old)); got != refs[i/2] {
			t.Fatalf("after %d: %s leads to %d, not %d", i, old, got, refs[i/2])
		}
		if _, _, h := f.table.Find(hash, []byte("none")); h != nil {
			t.Fatal("something under a key that is not there")
		}
	}
	if f.table.Expansions() != 2 || f.table.Power() != 18 || f.table.Items() != n {
		t.Errorf("%d doublings, power %d, %d items", f.table.Expansions(), f.table.Power(), f.table.Items())
	}
	for i := range n {
		key := []byte(fmt.Sprint("key", i))
		hash := f.table.Hash(key)
		link, ref, h := f.table.Find(hash, key)
		if ref != refs[i] {
			t.Fatalf("%s is lost", key)
		}
		if i%2 == 0 {
			f.table.Delete(hash, link, h)
			continue
		}
		r, fresh := f.item(string(key))
		f.table.Replace(link, h, r, fresh)
		if f.table.FindRef(hash, r) != link {
			t.Fatalf("%s stands elsewhere", key)
		}
	}
	if f.table.Items() != n/2 {
		t.Errorf("%d items are left", f.table.Items())
	}
}

// TestRun: the stages change nothing but the scratch, whatever the length of the run and the state of the table.
func TestRun(t *testing.T) {
	f := newFixture(t, 64)
	for i := range 150_000 {
		key := fmt.Sprint("key", i)
		r, h := f.item(key)
		hash := f.table.Hash([]byte(key))
		f.table.Insert(hash, r, h)
		f.table.Grow(hash)
		if i%1000 != 0 {
			continue
		}
		keys := make([]engine.Key, 1+i/1000)
		for j := range keys {
			keys[j].Bytes = fmt.Append(nil, "key", i-j)
		}
		run := f.table.Run(keys)
		for j := range keys {
			if j%Step == 0 {
				run.Ahead()
			}
			if keys[j].Scratch[0] != f.table.Hash(keys[j].Bytes) {
				t.Fatal("the scratch does not hold the hash")
			}
		}
	}
}

// TestProbes: keys are spread as a random hash spreads them, so a lookup looks at no more items than it must.
func TestProbes(t *testing.T) {
	f := newFixture(t, 64)
	keys := f.fill(150_000)
	probes := 0
	for _, k := range keys {
		probes += f.probes(k)
	}
	got := float64(probes) / float64(len(keys))
	want := 1 + float64(len(keys))/float64(int(1)<<f.table.Power())/2
	if math.Abs(got-want) > 0.02 {
		t.Errorf("%.3f probes a key, want %.3f", got, want)
	}
}

// TestLargeTable: large tables are made ready beside the insertions, and nothing is lost.
func TestLargeTable(t *testing.T) {
	if testing.Short() {
		t.Skip("stores 900,000 items")
	}
	f := newFixture(t, 128)
	keys := f.fill(900_000)
	for _, k := range keys {
		if _, _, h := f.table.Find(f.table.Hash(k), k); h == nil {
			t.Fatalf("%s is lost", k)
		}
	}
	f.table.expand.background.Wait()
	if f.table.Items() != 900_000 || f.table.Power() < hugePower {
		t.Errorf("%d items, power %d", f.table.Items(), f.table.Power())
	}
}
