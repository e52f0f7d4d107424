package bench

import "math"

// Zipf draws ranks so that rank r, counted from 1, is r^-s as likely as rank 1. It needs no table: it is the rejection
// inversion of Hörmann and Derflinger (1996), which is right for every exponent above 0 and rejects almost nothing. The
// standard library's takes exponents above 1 only, and caches are mostly seen just below.
type Zipf struct {
	s           float64
	n           float64
	first, last float64 // the integral of x^-s at the ends, in the place of 1 and n
	shortcut    float64 // how far off the point may be without further test
}

func NewZipf(s float64, n int) *Zipf {
	z := &Zipf{s: s, n: float64(n)}
	z.first = z.integral(1.5) - 1
	z.last = z.integral(z.n + 0.5)
	z.shortcut = 2 - z.inverse(z.integral(2.5)-math.Pow(2, -s))
	return z
}

// Rank draws a rank, counted from 0.
func (z *Zipf) Rank(random *uint64) int {
	for {
		share := float64(Next(random)>>11) / (1 << 53)
		u := z.last + share*(z.first-z.last)
		x := z.inverse(u)
		k := min(max(math.Floor(x+0.5), 1), z.n)
		if k-x <= z.shortcut || u >= z.integral(k+0.5)-math.Exp(-z.s*math.Log(k)) {
			return int(k) - 1
		}
	}
}

// integral is that of x^-s, less a constant.
func (z *Zipf) integral(x float64) float64 {
	log := math.Log(x)
	return log * quotient(math.Expm1, (1-z.s)*log)
}

// inverse of integral.
func (z *Zipf) inverse(y float64) float64 {
	return math.Exp(y * quotient(math.Log1p, max(y*(1-z.s), -1)))
}

// quotient is f(x)/x for functions with f(x) = x near 0.
func quotient(f func(float64) float64, x float64) float64 {
	if math.Abs(x) < 1e-12 {
		return 1
	}
	return f(x) / x
}
