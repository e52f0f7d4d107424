package replay

import (
	"math"

	"gocached/bench"
)

// draw is a source of chances.
type draw struct{ state, seed uint64 }

func newDraw(seed uint64) *draw { return &draw{state: seed, seed: seed} }

// share draws a number from 0 to 1, without 1.
func (d *draw) share() float64 { return float64(bench.Next(&d.state)>>11) / (1 << 53) }

// happens says whether something of a probability happens.
func (d *draw) happens(probability float64) bool { return d.share() < probability }

// items are a numbered population, whose sizes follow from the numbers.
type items struct {
	kind  byte // first byte of the keys: tells populations apart
	key   size
	value size
	ttl   size // in seconds; nil is for ever
}

// size draws a length in bytes, or a time in seconds.
type size func(*draw) int

// get is the request for item number n.
func (p *items) get(seed, n uint64) Request {
	d := newDraw(seed ^ (n+1)*0x9e3779b97f4a7c15)
	r := Request{Key: keyOf(p.kind, p.key(d), n), Size: p.value(d)}
	if p.ttl != nil {
		r.TTL = p.ttl(d)
	}
	return r
}

// keyOf spells a number as a key of a length: the kind, zeros, and the number in base 32.
func keyOf(kind byte, length int, n uint64) string {
	const digits = "0123456789abcdefghijklmnopqrstuv"
	key := make([]byte, length)
	for i := length - 1; i > 0; i-- {
		key[i] = digits[n&31]
		n >>= 5
	}
	key[0] = kind
	return string(key)
}

// always is the same number each time.
func always(n int) size { return func(*draw) int { return n } }

// between is any number from low to high.
func between(low, high int) size {
	return func(d *draw) int { return low + int(d.share()*float64(high-low+1)) }
}

// evenLog is a number from low to high, of which each order of magnitude is as likely as any other.
func evenLog(low, high float64) size {
	return func(d *draw) int { return int(low * math.Pow(high/low, d.share())) }
}

// logNormal is a number with this median, whose logarithm is distributed normally: many small ones, few large ones.
func logNormal(median, sigma float64, most int) size {
	return func(d *draw) int {
		radius, angle := math.Sqrt(-2*math.Log(1-d.share())), 2*math.Pi*d.share()
		return min(int(median*math.Exp(sigma*radius*math.Cos(angle))), most)
	}
}
