package slabs

import "gocached/slabs/table"

// pair is a choice of -f and -n.
type pair struct {
	factor   float64
	chunkMin int
}

// Bounds of the choices that are tried: all that make sense, a few thousand.
const (
	firstFactor, lastFactor, factorSteps = 102, 250, 100 // hundredths
	chunkMinStep, mostChunkMins          = 8, 64
)

// bestPair returns the -f and -n in whose table a population takes least, if each class that has items counts as taking charge
// besides. The other flags stay. ok is false if the version has no such flags.
func bestPair(c *curve, v table.Vintage, f table.Flags, charge float64) (best pair, ok bool) {
	if !v.HasFlags() {
		return pair{}, false
	}
	f.Sizes = nil
	least := 0.0
	for _, chunkMin := range chunkMins(c, v.Header(f.Bits)) {
		for hundredths := firstFactor; hundredths <= lastFactor; hundredths++ {
			p := pair{float64(hundredths) / factorSteps, chunkMin}
			f.Factor, f.ChunkMin = p.factor, p.chunkMin
			t, err := v.Table(f)
			if err != nil {
				continue
			}
			if sum := c.cost(t.Sizes(), t.Page).weighed(charge); !ok || sum < least {
				best, least, ok = p, sum, true
			}
		}
	}
	return best, ok
}

// chunkMins returns the -n that are tried: those that put the first class between the smallest item and one a good deal larger.
func chunkMins(c *curve, header int) (out []int) {
	for cell, n := range c.of {
		if n > 0 {
			first := max(chunkMinStep, (bottom(cell)-header)/chunkMinStep*chunkMinStep)
			for i := range mostChunkMins {
				out = append(out, first+i*chunkMinStep)
			}
			break
		}
	}
	return append(out, table.ChunkMin)
}
