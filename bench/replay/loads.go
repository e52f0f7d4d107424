package replay

import (
	"strconv"

	"gocached/bench"
)

// Loads are the standard loads, in the order in which they are shown.
var Loads = []*Load{
	{Name: "zipf", Shows: "a few items are asked for often, most of them rarely", Memory: []int{32, 96}, reads: 1_200_000,
		read: zipfReads},
	{Name: "scan", Shows: "the same, and among it scans of items that are never asked for again", Memory: []int{48, 96}, reads: 1_200_000,
		read: scanReads},
	{Name: "loop", Shows: "the same, and beside it a loop over more than fits", Memory: []int{32, 64}, reads: 900_000,
		read: loopReads},
	{Name: "shift", Shows: "new favourites all the time, which old ones make way for", Memory: []int{64, 128}, reads: 1_200_000,
		read: shiftReads},
	{Name: "ttl", Shows: "all items expire after 2 to 60 seconds", Memory: []int{32, 48}, reads: 1_200_000, rate: 20_000,
		read: ttlReads},
	{Name: "grow", Shows: "full of 100-byte values; then 1000-byte values are asked for", Memory: []int{64},
		fill: small, reads: 600_000, rate: 10_000, windows: 6, read: readsOf(large, 0.9, largeItems)},
	{Name: "grown", Shows: "the same on a fresh server: 1000-byte values are asked for", Memory: []int{64},
		reads: 600_000, rate: 10_000, windows: 6, read: readsOf(large, 0.9, largeItems)},
	{Name: "shrink", Shows: "full of 1000-byte values; then 100-byte values are asked for", Memory: []int{64},
		fill: large, reads: 1_200_000, rate: 20_000, windows: 6, read: readsOf(small, 0.9, smallItems)},
	{Name: "shrunk", Shows: "the same on a fresh server: 100-byte values are asked for", Memory: []int{64},
		reads: 1_200_000, rate: 20_000, windows: 6, read: readsOf(small, 0.9, smallItems)},
	fillOf(24, 10), fillOf(40, 50), fillOf(32, 100), fillOf(24, 300), fillOf(32, 1000), fillOf(40, 4000), fillOf(40, 20_000),
	{Name: "fill:mix", Shows: "sets of values of all sizes: log-normal, half of them above 230 bytes", Memory: []int{64, 256}, fill: mixed},
	{Name: "fill:all", Shows: "sets of values up to 900 KB, as many of each order of magnitude", Memory: []int{8, 1024},
		fill: &items{kind: 'a', key: between(16, 40), value: evenLog(10, 900_000)}},
}

// The populations of the loads.
var (
	mixed    = &items{kind: 'm', key: between(16, 40), value: logNormal(230, 1.1, 100_000)}
	oneTime  = &items{kind: 'o', key: between(16, 40), value: logNormal(230, 1.1, 100_000)}
	circular = &items{kind: 'c', key: between(16, 40), value: logNormal(230, 1.1, 100_000)}
	expiring = &items{kind: 'e', key: between(16, 40), value: logNormal(230, 1.1, 100_000), ttl: evenLog(2, 61)}
	small    = &items{kind: 's', key: always(24), value: always(100)}
	large    = &items{kind: 'l', key: always(24), value: always(1000)}
)

// How many items there are, and how the loads behave.
const (
	mixedItems = 450_000
	skew       = 1.0  // of Zipf's law: item number r is r^-skew as popular as number 1
	scanShare  = 0.26 // of the requests
	scanLength = 2000
	loopShare  = 0.5
	loopItems  = 100_000
	newEvery   = 8 // requests until there is a new favourite
	largeItems = 50_000
	smallItems = 1_000_000
)

// fillOf fills the memory with items of one size.
func fillOf(key, value int) *Load {
	return &Load{
		Name:   fillPrefix + strconv.Itoa(key) + "," + strconv.Itoa(value),
		Shows:  "sets of " + strconv.Itoa(key) + "-byte keys and " + strconv.Itoa(value) + "-byte values",
		Memory: []int{64}, fill: &items{kind: 'f', key: always(key), value: always(value)},
	}
}

// readsOf asks for items by Zipf's law.
func readsOf(p *items, skew float64, n int) func(*draw) func() Request {
	return func(d *draw) func() Request {
		popular := bench.NewZipf(skew, n)
		return func() Request { return p.get(d.seed, uint64(popular.Rank(&d.state))) }
	}
}

var zipfReads = readsOf(mixed, skew, mixedItems)

// scanReads breaks in with runs of items that nobody has asked for before, nor will again.
func scanReads(d *draw) func() Request {
	usual := zipfReads(d)
	scanned, left := uint64(0), 0
	const begins = scanShare / (1 - scanShare) / scanLength
	return func() Request {
		if left == 0 && !d.happens(begins) {
			return usual()
		}
		if left == 0 {
			left = scanLength
		}
		left--
		scanned++
		return oneTime.get(d.seed, scanned)
	}
}

// loopReads asks in turn for all items of a second population.
func loopReads(d *draw) func() Request {
	usual := zipfReads(d)
	at := uint64(0)
	return func() Request {
		if !d.happens(loopShare) {
			return usual()
		}
		at++
		return circular.get(d.seed, at%loopItems)
	}
}

// shiftReads puts an item that was the least popular before all others, again and again.
func shiftReads(d *draw) func() Request {
	popular := bench.NewZipf(skew, mixedItems)
	asked := 0
	return func() Request {
		asked++
		return mixed.get(d.seed, uint64(asked/newEvery+mixedItems-popular.Rank(&d.state))%mixedItems)
	}
}

var ttlReads = readsOf(expiring, 0.92, mixedItems)
