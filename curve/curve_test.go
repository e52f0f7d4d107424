package curve

import (
	"math"
	"math/rand/v2"
	"testing"

	"gocached/clock"
)

// world is a Curve, and a cache of the same size that tells it everything.
type world struct {
	*Curve
	cache *cache
	gets  Gets
	now   clock.Time
}

func newWorld(limit int64) *world {
	w := &world{Curve: new(Curve), cache: newCache(limit), now: clock.First}
	w.Init(limit, func() Gets { return w.gets }, nil)
	return w
}

// get asks for an item and stores it if it is missing, to live for some seconds, or for ever if that is 0.
func (w *world) get(number uint64, bytes int, lives clock.Time) {
	hash := hashOf(number)
	hit := w.cache.get(hash, bytes, lives, w.now)
	if hit {
		w.gets.Hits++
		w.Hit(hash, Item{bytes, w.cache.items[hash].ends}, w.now)
		return
	}
	w.gets.Misses++
	w.Miss(hash, w.now)
	w.Use(hash, Item{bytes, w.cache.items[hash].ends}, w.now)
}

// hashOf mixes a number.
func hashOf(n uint64) uint64 {
	n ^= n >> 31
	n *= 0x7fb5d329728ea185
	n ^= n >> 27
	n *= 0x81dadef4bc2dd44d
	return n ^ n>>33
}

// near fails if an estimate is not what was measured, to so many points.
func near(t *testing.T, what string, estimate, measured, points float64) {
	t.Helper()
	if math.Abs(estimate-measured)*100 > points {
		t.Errorf("%s: %.2f %%, want %.2f", what, 100*estimate, 100*measured)
	}
}

// TestAllKeys: while all keys are in the sample, the hit ratio at each size is exactly that of a cache of this size.
func TestAllKeys(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		const limit = binsToLimit * 100
		w := newWorld(limit)
		var others []*cache
		sizes := []int64{limit / 8, limit / 2, limit * 3 / 4, 2 * limit, 5 * limit, 8 * limit}
		for _, size := range sizes {
			others = append(others, newCache(size))
		}
		for i := range 20_000 {
			number := uint64(float64(100+seed*100) * math.Pow(r.Float64(), 3))
			bytes := 10 + int(hashOf(number)%1000)
			w.now = clock.First + clock.Time(i/1000)
			w.get(number, bytes, 0)
			for _, c := range others {
				c.get(hashOf(number), bytes, 0, w.now)
			}
		}
		reading := w.Read()
		near(t, "at the limit", reading.HitRatio(limit), w.cache.ratio(), 1e-9)
		near(t, "the model there", reading.Modelled(), w.cache.ratio(), 1e-9)
		for i, c := range others {
			near(t, "elsewhere", reading.HitRatio(float64(sizes[i])), c.ratio(), 1e-9)
		}
	}
}

// zipf draws numbers, of which small ones are more likely.
func zipf(r *rand.Rand, s float64, n uint64) func() uint64 {
	return rand.NewZipf(r, s, 10, n).Uint64
}

// TestSample: with more keys than are followed, the estimate is near.
func TestSample(t *testing.T) {
	for _, c := range []struct {
		name  string
		lives clock.Time
		skew  float64
	}{{"for ever", 0, 1.05}, {"flat", 0, 1.01}, {"for a while", 20, 1.05}} {
		t.Run(c.name, func(t *testing.T) {
			const limit = 4 << 20
			draw := zipf(rand.New(rand.NewPCG(5, 6)), c.skew, 200_000)
			w := newWorld(limit)
			sizes := []float64{0.5, 2, 4}
			var others []*cache
			for _, times := range sizes {
				others = append(others, newCache(int64(times*limit)))
			}
			for i := range 250_000 {
				number := draw()
				bytes := 100 + int(hashOf(number)%400)
				w.now = clock.First + clock.Time(i/20_000)
				w.get(number, bytes, c.lives)
				for _, o := range others {
					o.get(hashOf(number), bytes, c.lives, w.now)
				}
			}
			reading := w.Read()
			if reading.Share > 0.5 || reading.Keys < maxKeys/2 || reading.Sample < 20_000 {
				t.Errorf("one key in %.1f, %d keys, %.0f gets", 1/reading.Share, reading.Keys, reading.Sample)
			}
			near(t, "at the limit", reading.HitRatio(limit), w.cache.ratio(), 1e-9)
			for i, o := range others {
				near(t, "elsewhere", reading.HitRatio(sizes[i]*limit), o.ratio(), 1.5)
			}
		})
	}
}

// TestWorseCache: a cache that wastes a third of its memory is estimated as one that does so at every size.
func TestWorseCache(t *testing.T) {
	const limit = 3 << 20
	draw := zipf(rand.New(rand.NewPCG(7, 8)), 1.05, 300_000)
	w := newWorld(limit)
	w.cache = newCache(limit * 2 / 3)
	half, double := newCache(limit/3), newCache(limit*4/3)
	for i := range 300_000 {
		number := draw()
		w.now = clock.First + clock.Time(i/20_000)
		w.get(number, 200, 0)
		half.get(hashOf(number), 200, 0, w.now)
		double.get(hashOf(number), 200, 0, w.now)
	}
	r := w.Read()
	near(t, "half", r.HitRatio(limit/2), half.ratio(), 1.5)
	near(t, "double", r.HitRatio(2*limit), double.ratio(), 1.5)
}

// TestAgeing: three hours later an eighth is left of what was.
func TestAgeing(t *testing.T) {
	w := newWorld(1 << 20)
	for range 1000 {
		w.get(1, 100, 0)
	}
	before := w.Read()
	near(t, "all hits", before.HitRatio(1<<20), 0.999, 0.01)
	w.now += 3 * 3600
	w.get(1, 100, 0)
	after := w.Read()
	if after.Sample < 125 || after.Sample > 127 || after.Gets.Hits < 125 || after.Gets.Hits > 127 {
		t.Errorf("%.1f gets of %.1f are left, %.1f hits", after.Sample, before.Sample, after.Gets.Hits)
	}
	for i := range uint64(1000) {
		w.get(100+i, 100, 0)
	}
	near(t, "mostly misses", w.Read().HitRatio(1<<20), 126.0/1126, 0.1)
}

// TestBounds: a lot of keys, of items of a byte in a huge memory, are followed as far as there is room, and
// nothing is allocated.
func TestBounds(t *testing.T) {
	var c Curve
	c.Init(1<<40, func() Gets { return Gets{} }, nil)
	number, now := uint64(0), clock.First
	allocs := testing.AllocsPerRun(1, func() {
		for range 300_000 {
			number++
			if number%10_000 == 0 {
				now++
			}
			c.Use(hashOf(number), Item{Bytes: 1}, now)
			c.Miss(hashOf(number/2), now)
		}
	})
	r := c.Read()
	if r.Keys < maxKeys/2 || r.Keys >= maxKeys || math.Abs(r.Bytes/float64(number)-1) > 0.05 {
		t.Errorf("%d keys, %.0f bytes, want %d", r.Keys, r.Bytes, number)
	}
	if allocs != 0 {
		t.Errorf("%.0f allocations", allocs)
	}
}

// TestWork: if too much is done in a second the sample is made smaller, down to a bound.
func TestWork(t *testing.T) {
	var c Curve
	c.Init(1<<30, func() Gets { return Gets{} }, nil)
	for i := range uint64(maxWork) {
		c.Miss(hashOf(i), 5)
	}
	if share := c.Read().Share; share != 1 {
		t.Errorf("the share is %f after %d keys", share, maxWork)
	}
	for i := range uint64(10 * maxWork) {
		c.Miss(hashOf(i)>>32, 5)
	}
	before := c.Read()
	if share := before.Share; share > 2.0/4096 || share < 0.5/4096 {
		t.Errorf("the share is %f", share)
	}
	c.Miss(0, 5)
	if after := c.Read(); after.Sample != before.Sample {
		t.Error("there is no end of work")
	}
	c.Miss(0, 6)
	if after := c.Read(); after.Sample != before.Sample+1 {
		t.Error("the next second is not followed")
	}
}

// TestGrows: when a rush is over the sample grows again, and in the end the estimate is as near as before.
func TestGrows(t *testing.T) {
	const limit = 1 << 20
	draw := zipf(rand.New(rand.NewPCG(9, 10)), 1.05, 50_000)
	w, half, double := newWorld(limit), newCache(limit/2), newCache(2*limit)
	for i := range uint64(10 * maxWork) {
		w.Miss(hashOf(i)>>32, w.now)
	}
	if share := w.Read().Share; share > 2.0/4096 {
		t.Fatalf("the share is %f", share)
	}
	w.gets = Gets{}
	w.Reset()
	for range 14 * 4 { // 14 hours
		for range 4000 {
			number := draw()
			w.get(number, 300, 0)
			half.get(hashOf(number), 300, 0, w.now)
			double.get(hashOf(number), 300, 0, w.now)
		}
		w.now += ageStep
	}
	r := w.Read()
	if r.Share < 0.2 {
		t.Errorf("the share is %f", r.Share)
	}
	near(t, "half", r.HitRatio(limit/2), half.ratio(), 2)
	near(t, "double", r.HitRatio(2*limit), double.ratio(), 2)
}

// TestReach: keys that are farther down than any size that is asked for are forgotten.
func TestReach(t *testing.T) {
	var c Curve
	c.Init(1000, func() Gets { return Gets{} }, nil)
	for i := range uint64(1000) {
		c.Use(hashOf(i), Item{Bytes: 100}, 5)
	}
	if r := c.Read(); r.Keys != Reach*1000/100 {
		t.Errorf("%d keys are left", r.Keys)
	}
	c.Use(hashOf(1), Item{Bytes: 1 << 30}, 5)
	if r := c.Read(); r.Keys != 1 {
		t.Errorf("%d keys are left", r.Keys)
	}
}

// later gives an item another end, and uses others after it. It returns a later moment.
func later(c *Curve, hash uint64, ends clock.Time) (now clock.Time) {
	c.Use(hash, Item{100, ends}, 6)
	for i := range uint64(20) {
		c.Use(hashOf(100+i), Item{Bytes: 100}, 7)
	}
	return 15
}

// TestEnds: what was removed, flushed, or has ended is a miss with any memory, and what was evicted is not.
func TestEnds(t *testing.T) {
	const limit = 1000
	for _, c := range []struct {
		name string
		end  func(c *Curve, hash uint64) (now clock.Time)
		want float64
	}{
		{"evicted", func(*Curve, uint64) clock.Time { return 6 }, 1},
		{"touched", func(c *Curve, hash uint64) clock.Time { return later(c, hash, 20) }, 1},
		{"touched too little", func(c *Curve, hash uint64) clock.Time { return later(c, hash, 15) }, 0},
		{"removed", func(c *Curve, hash uint64) clock.Time { c.Remove(hash, 6); return 6 }, 0},
		{"flushed", func(c *Curve, _ uint64) clock.Time { c.Flush(); return 6 }, 0},
		{"expired", func(*Curve, uint64) clock.Time { return 10 }, 0},
	} {
		var x Curve
		gets := Gets{}
		x.Init(limit, func() Gets { return gets }, nil)
		for i := range uint64(20) {
			x.Use(hashOf(i), Item{100, 10}, 5)
		}
		now := c.end(&x, hashOf(1))
		gets.Misses++
		x.Miss(hashOf(1), now)
		near(t, c.name, x.Read().HitRatio(4*limit), c.want, 0.01)
	}
}

// TestReset: what was counted is forgotten, the keys are not.
func TestReset(t *testing.T) {
	w := newWorld(1000)
	for i := range uint64(50) {
		w.get(i, 100, 0)
	}
	w.gets = Gets{}
	w.Reset()
	if r := w.Read(); r.Sample != 0 || r.Keys == 0 || r.Measured() != 0 || r.HitRatio(8000) != 0 {
		t.Errorf("%.0f gets, %d keys, %f", r.Sample, r.Keys, r.HitRatio(8000))
	}
	w.get(1, 100, 0)
	near(t, "at the limit", w.Read().HitRatio(1000), 0, 0.01)
	near(t, "with more", w.Read().HitRatio(8000), 1, 0.01)
}
