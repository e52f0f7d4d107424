package main

import (
	"fmt"
	"math"
	"strconv"
)

// fillMemory stores many times what fits, and returns the most memory that was resident, as a share of the limit. First
// come tiny values, which need the most that is not value; then all sizes; then the same keys again in other sizes.
func fillMemory(t *trial, limit, times, tiny int) ([]float64, error) {
	srv, c, err := t.open("-m", strconv.Itoa(limit))
	if err != nil {
		return nil, err
	}
	refused := c.storeAll(tiny, func(i int) (string, []byte) { return "tiny" + strconv.Itoa(i), pool[i%1000:][:10] })
	total := tiny
	for pass := range 2 {
		random := t.random(pass)
		n := limit << 20 / meanSize * times / 2
		total += n
		refused += c.storeAll(n, func(i int) (string, []byte) {
			return "key" + strconv.Itoa(i), pool[i%poolSize:][:anySize(random.Float64())]
		})
	}
	if c.err != nil {
		return nil, c.err
	}
	if refused > total/100 {
		return nil, fmt.Errorf("%d of %d values are refused", refused, total)
	}
	peak, err := srv.peak()
	return []float64{mebi(peak) / float64(limit)}, err
}

const (
	largest  = 500_000
	meanSize = 38_000
)

// anySize makes a size of a random number: every order of magnitude is as likely as any other.
func anySize(random float64) int { return int(math.Exp(random * math.Log(largest))) }
