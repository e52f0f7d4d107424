package slabs

import (
	"math"
	"math/rand"
	"slices"
	"testing"
	"time"

	"gocached/slabs/table"
)

// some makes a population of items of a few sizes.
func some(r *rand.Rand, kinds, largest int) *population {
	var p population
	for range kinds {
		low := r.Intn(largest/8) * 8
		p.spread(low, low+8, float64(1+r.Intn(1000)))
	}
	return &p
}

// bruteForce tries all sets of sizes.
func bruteForce(c *curve, b bounds, charge float64) (best float64) {
	var tops []int
	for cell, n := range c.of {
		if n > 0 && top(cell) < b.largest {
			tops = append(tops, top(cell))
		}
	}
	best = math.Inf(1)
	for set := range 1 << len(tops) {
		var sizes []int
		for i, size := range tops {
			if set>>i&1 == 1 {
				if len(sizes) > 0 && size-sizes[len(sizes)-1] <= b.apart {
					sizes = nil
					break
				}
				sizes = append(sizes, size)
			}
		}
		if len(sizes) <= b.most && (len(sizes) > 0 || set == 0) {
			best = min(best, c.cost(append(sizes, b.largest), b.page).weighed(charge))
		}
	}
	return best
}

// TestOptimal compares the search with a trial of everything.
func TestOptimal(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 300 {
		c := newCurve(some(r, 1+r.Intn(9), 2000))
		b := bounds{page: 1 << 16, least: 8, largest: 4096, most: 1 + r.Intn(10), apart: 8, align: 8}
		charge := float64(r.Intn(3)) * 20000 * r.Float64()
		sizes := optimal(c, b, charge)
		got, want := c.cost(append(slices.Clone(sizes), b.largest), b.page).weighed(charge), bruteForce(c, b, charge)
		if got > want*(1+1e-9) {
			t.Fatalf("%v costs %v, the best %v; %+v, charge %v", sizes, got, want, b, charge)
		}
		before := -b.apart
		for _, size := range sizes {
			if size-before <= b.apart || size >= b.largest || size%b.align != 0 {
				t.Fatalf("%v break %+v", sizes, b)
			}
			before = size
		}
		if len(sizes) > b.most {
			t.Fatalf("%d sizes, at most %d", len(sizes), b.most)
		}
	}
}

// TestOptimalBounded: the largest population there is takes little time, with the longest list and no charge.
func TestOptimalBounded(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	var p population
	for cell := range p {
		p[cell] = r.Float64()
	}
	begin := time.Now()
	sizes := optimal(newCurve(&p), bounds{page: maxSize, least: 1, largest: maxSize, most: 62, apart: 8, align: 8}, 0)
	if took := time.Since(begin); len(sizes) != 62 || took > 20*time.Second {
		t.Errorf("%d sizes in %v", len(sizes), took)
	}
}

// TestBestPair: items of one size get chunks of that size, and what is found is never worse than any usual choice.
func TestBestPair(t *testing.T) {
	v, _ := table.Find("1.4.5")
	f := v.Fill(table.Flags{})
	var one population
	one.spread(160, 168, 100000)
	c := newCurve(&one)
	p, ok := bestPair(c, v, f, 1000)
	if got := c.cost(tableSizes(t, v, p), 1<<20).bytes; !ok || !near(got, 100000*share(1<<20, 168)) {
		t.Errorf("%+v: %v bytes", p, got)
	}
	c = newCurve(some(rand.New(rand.NewSource(9)), 50, 20000))
	p, _ = bestPair(c, v, f, 0)
	got := c.cost(tableSizes(t, v, p), 1<<20).bytes
	for _, factor := range []float64{1.05, 1.1, 1.25, 1.5, 2} {
		if other := c.cost(tableSizes(t, v, pair{factor, 48}), 1<<20).bytes; got > other {
			t.Errorf("%+v costs %v, -f %v %v", p, got, factor, other)
		}
	}
	old, _ := table.Find("1.1")
	if p, ok := bestPair(c, old, old.Fill(table.Flags{}), 0); ok {
		t.Errorf("a version without flags: %+v", p)
	}
}

func tableSizes(t *testing.T, v table.Vintage, p pair) []int {
	t.Helper()
	made, err := v.Table(table.Flags{Factor: p.factor, ChunkMin: p.chunkMin})
	if err != nil {
		t.Fatal(err)
	}
	return made.Sizes()
}
