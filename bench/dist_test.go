package bench

import (
	"math"
	"strings"
	"testing"
)

// TestDist draws from each form and looks at the share of numbers below a mark, and at their bounds.
func TestDist(t *testing.T) {
	for _, c := range []struct {
		text      string
		mark      int
		below     float64 // share of numbers below the mark
		low, high int
	}{
		{"100", 101, 1, 100, 100},
		{"0", 1, 1, 0, 0},
		{"50-200", 125, 75.0 / 151, 50, 200},
		{"7-7", 8, 1, 7, 7},
		{"100:90,4000:10", 4000, 0.9, 100, 4000},
		{"1,2,3:2", 3, 0.5, 1, 3},
		{"10-19:3,exp:300:1", 20, 0.75 + 0.25*(1-math.Exp(-20.0/300)), 0, 6700},
		{"exp:1000", 1000, 1 - 1/math.E, 0, 22200},
		{"5:0.001,9", 6, 0.001, 5, 9},
	} {
		d, err := ParseDist(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		const draws = 200_000
		random, below, low, high := uint64(1), 0, math.MaxInt, 0
		for range draws {
			n := d.pick(Next(&random))
			if n < c.mark {
				below++
			}
			low, high = min(low, n), max(high, n)
		}
		if share := float64(below) / draws; math.Abs(share-c.below) > 0.01 {
			t.Errorf("%s: %.3f below %d, want %.3f", c.text, share, c.mark, c.below)
		}
		if low < c.low || high > c.high || high > d.most() {
			t.Errorf("%s: from %d to %d, at most %d; want %d to %d", c.text, low, high, d.most(), c.low, c.high)
		}
		if d.String() != c.text {
			t.Errorf("%s prints as %s", c.text, d.String())
		}
	}
	var zero Dist
	if zero.pick(1<<63) != 0 || zero.String() != "0" || zero.most() != 0 {
		t.Error("zero is not always 0")
	}
}

func TestDistFaults(t *testing.T) {
	for _, text := range []string{
		"", "x", "-1", "1-", "-", "5-4", "1:0", "1:-1", "1:x", "1:NaN", "1:Inf", "1,,2", "exp:", "exp:0", "exp:1-2", "1e3",
		"99999999999", "1-99999999999", "1:", strings.Repeat("1,", 64) + "1",
	} {
		if d, err := ParseDist(text); err == nil {
			t.Errorf("%q is taken for %v", text, d)
		}
	}
}

// FuzzDist: no text makes a distribution that gives a number beyond its largest, or none.
func FuzzDist(f *testing.F) {
	f.Add("100:90,4000:10", uint64(1))
	f.Add("exp:300,1-7:0.1", ^uint64(0))
	f.Fuzz(func(t *testing.T, text string, chance uint64) {
		d, err := ParseDist(text)
		if err != nil {
			return
		}
		if n := d.pick(chance); n < 0 || n > d.most() {
			t.Errorf("%q gives %d, at most %d", text, n, d.most())
		}
	})
}

func TestRate(t *testing.T) {
	for text, want := range map[string]Rate{
		"20000": {perSecond: 20000}, "20k": {perSecond: 20000}, "1.5M": {perSecond: 1.5e6}, "0.5": {perSecond: 0.5},
		"50%": {share: 0.5}, "120%": {share: 1.2},
	} {
		want.text = text
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "k", "%", "0%", "5k%", "x", "NaN", "Inf", "1e30", "2000%"} {
		if r, err := ParseRate(text); err == nil {
			t.Errorf("%q is taken for %+v", text, r)
		}
	}
}

// TestZipf compares how often each rank comes with what the formula says.
func TestZipf(t *testing.T) {
	const n, draws = 50, 300_000
	for _, s := range []float64{0.5, 0.99, 1, 1.5, 3} {
		z, random := NewZipf(s, n), uint64(7)
		var got [n]float64
		for range draws {
			got[z.Rank(&random)]++ // a rank beyond the keys panics
		}
		sum := 0.0
		for r := 1; r <= n; r++ {
			sum += math.Pow(float64(r), -s)
		}
		for r := 1; r <= n; r++ {
			want := math.Pow(float64(r), -s) / sum
			deviation := math.Sqrt(want / draws)
			if share := got[r-1] / draws; math.Abs(share-want) > 6*deviation {
				t.Errorf("exponent %v, rank %d: %.5f, want %.5f", s, r, share, want)
			}
		}
	}
	if random := uint64(1); NewZipf(0.99, 1).Rank(&random) != 0 {
		t.Error("of one key there is another")
	}
}
