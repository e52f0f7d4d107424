package slabs

import (
	"math"
	"math/rand"
	"testing"
)

// TestCells: every size has one cell, whose bounds it lies in.
func TestCells(t *testing.T) {
	for cell := range cells {
		for _, size := range []int{bottom(cell) + 1, top(cell)} {
			if got := cellOf(size); got != cell {
				t.Fatalf("%d is in cell %d, not in %d, from %d to %d", size, got, cell, bottom(cell)+1, top(cell))
			}
		}
	}
	if top(cells-1) != maxSize || cellOf(maxSize+1) != cells-1 || cellOf(-5) != 0 {
		t.Errorf("the ends: %d, %d, %d", top(cells-1), cellOf(maxSize+1), cellOf(-5))
	}
}

// near reports whether two numbers are the same but for rounding.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6*max(1, math.Abs(a), math.Abs(b)) }

// TestSpread: items that are spread are all there, evenly.
func TestSpread(t *testing.T) {
	for _, c := range []struct {
		low, high   int
		items, mean float64
	}{
		{96, 128, 32, 112.5}, {0, 8, 1, 4.5}, {100, 101, 7, 100.5}, {600032, 600064, 5, 600064},
		{0, maxSize, 3, maxSize / 2}, {-50, -20, 2, 4.5}, {5, 5, 1, 4.5}, {maxSize, 2 * maxSize, 1, maxSize},
	} {
		var p population
		p.spread(c.low, c.high, c.items)
		items, bytes := p.sums()
		if !near(items, c.items) || math.Abs(bytes/items-c.mean) > c.mean/200+4 {
			t.Errorf("%d to %d: %v items of %v", c.low, c.high, items, bytes/items)
		}
	}
	var p population
	p.spread(96, 128, 32)
	if c := newCurve(&p); !near(c.upTo(104), 8) || !near(c.upTo(128), 32) || !near(c.upTo(100), 4) || c.upTo(96) != 0 || c.upTo(-1) != 0 {
		t.Error("not evenly")
	}
}

// TestReconcile: what a server says about its classes holds in the result, whatever the histogram looked like.
func TestReconcile(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	bounds := []int{0, 96, 120, 152, 192, 240, 304, 1000, top(cellOf(20000)), top(cellOf(600000))}
	for range 100 {
		var p population
		for range r.Intn(20) {
			low := r.Intn(600000)
			p.spread(low, low+32, r.Float64()*100)
		}
		var all []evidence
		for i, high := range bounds[1:] {
			low := bounds[i]
			items := float64(r.Intn(3) * r.Intn(1000))
			mean := float64(low) + (float64(high-low))*(0.2+0.6*r.Float64())
			all = append(all, evidence{low, high, items, items * mean})
		}
		even := new(population).reconcile(all)
		c := newCurve(p.reconcile(all))
		for i, e := range all {
			items, bytes := newCurve(even).between(e.low, e.high)
			if math.Abs(items-e.items) > 1+e.items/50 || math.Abs(bytes-e.bytes) > 4*items+e.bytes/50 {
				t.Fatalf("class %d: %v items and %v bytes, want %+v", i, items, bytes, e)
			}
		}
		want := 0.0
		for _, e := range all {
			want += e.items
		}
		if !near(c.all(), want) {
			t.Fatalf("%v items, want %v", c.all(), want)
		}
	}
}

// TestReconcileFinds: items of one size, which a histogram leaves open by 32 bytes, are found by their mean.
func TestReconcileFinds(t *testing.T) {
	var p population
	p.spread(96, 128, 1000)
	c := newCurve(p.reconcile([]evidence{{96, 120, 1000, 1000 * 100.5}}))
	if got := c.upTo(104); got < 999 {
		t.Errorf("%v of 1000 items have 97 to 104 bytes", got)
	}
	c = newCurve(p.reconcile([]evidence{{96, 120, 1000, 1}})) // a mean that cannot be
	if got := c.upTo(104); got < 999 {
		t.Errorf("%v of 1000 items have 97 to 104 bytes", got)
	}
}

// TestChained: a large item is cut into chunks as memcached 1.6 cuts it, see TestInstalledMemcached.
func TestChained(t *testing.T) {
	var p population
	p.spread(1000, 1001, 3)
	p.spread(600000, 600001, 1)
	c := newCurve(p.chained(512 << 10))
	whole, _ := c.between(500000, 512<<10)
	rest, _ := c.between(70000, 80000)
	if !near(c.all(), 5) || !near(whole, 1) || !near(rest, 1) {
		t.Errorf("%v chunks, of which %v are whole and %v the rest", c.all(), whole, rest)
	}
}
