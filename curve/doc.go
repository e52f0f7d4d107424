// Package curve estimates, while a cache is at work, which share of its gets would be hits if it had less memory, or more:
// its miss-ratio curve.
//
// # How
//
// In a cache that evicts what was not used for longest, a get is a hit if the items used since the last use of its key, and
// the item itself, fit into the memory: their bytes are its reuse distance. One list of all keys, in the order of their
// last use, with those that were evicted long ago, so tells for every size of memory at once what would be a hit. Only a
// sample of the keys is followed, chosen by their hashes: all uses of a key or none. What lies above a key in the list of a
// sample of one key in 64 is the 64th part of what lies above it in the list of all (SHARDS: Waldspurger et al., FAST 2015).
//
//	stack      the sampled keys by their last use, and how many bytes lie above each
//	histogram  how many gets had which distance
//	Curve      what the engine tells, put into these two
//	Reading    what comes of it
//
// # Bounds
//
// A Curve takes 900 KiB, as soon as it is used, and never more. Keys farther down the list than Reach times the limit are
// forgotten: no size that is asked for would still have them. If there are too many keys nevertheless, or too many are used
// in a second, the sample is made smaller: keys leave it whose hashes are above a lower bound. After a quarter of an hour with
// room for four times as much it is made twice as large.
//
// A key that is not sampled costs the comparison in Samples. One that is takes the lock, for 100 to 400 ns, and for up
// to half a millisecond when the list has been written once through or the sample is made smaller. Nothing is allocated.
//
// # Ageing
//
// What was counted loses half of its weight in each hour. So a reading shows the last hours, and less and less of what was
// before.
//
// # What is corrected
//
// The cache does not evict exactly what was not used for longest, its pages are divided among sizes, and a sample may have
// too many or too few of the keys that are used most. But how many gets really were hits is known, of all gets. The curve goes
// through that point: see Reading.HitRatio.
package curve
