package main

import "slices"

// attack is what clients do to a server, and what that may cost it.
type attack struct {
	name   string  // for --only
	what   string  // what the clients do, unless --short makes it less
	bounds []bound // each is a line of the table
	alone  bool    // peers are spared: the question makes no sense for them
	long   bool    // it takes minutes: peers get the short form
	noisy  bool    // other work on the machine may spoil it: it is made again, twice at most, if a bound is passed
	run    func(t *trial) (figures []float64, err error)
}

// bound is the most that a figure may be.
type bound struct {
	what  string // which figure it is
	most  float64
	unit  string
	peers float64 // so many times the figure of the first peer, or of the reference if there is none, is allowed besides
}

// attacks is every attack, in the order in which they are made.
var attacks = []attack{
	{
		name: "slow", what: "8 clients ask for 3.8 GB each, and read only later: ",
		// Up to 2 MiB of the first are what Go's heap takes until it is collected for the first time.
		bounds: []bound{{what: "growth until then", most: 3, unit: "MiB"}, {what: "growth in all", most: 8, unit: "MiB"}},
		noisy:  true, run: slowReaders,
	},
	{
		name: "slow-1000", what: "1,000 clients ask for 38 MB each and do not read: ",
		bounds: []bound{{what: "growth", most: 64, unit: "MiB"}},
		noisy:  true, run: manySlowReaders,
	},
	{
		name: "idle", what: "10,000 clients ask once and stay: ",
		bounds: []bound{{what: "resident in all", most: 30, unit: "MiB"}, {what: "growth for each", most: 1.25, unit: "KiB"}},
		noisy:  true, run: idleConnections,
	},
	{
		name: "endless-line", what: "a get line of 512 MiB: ",
		bounds: []bound{{what: "growth", most: 1, unit: "MiB"}},
		long:   true, noisy: true, run: func(t *trial) ([]float64, error) { return longLine(t, t.scale(512<<20, 16<<20)) },
	},
	{
		name: "long-line", what: "a get line of 1.9 MiB: ",
		bounds: []bound{{what: "growth", most: 2, unit: "MiB"}},
		noisy:  true, run: func(t *trial) ([]float64, error) { return longLine(t, 1_992_294) },
	},
	{
		name: "memory-64", what: "values of all sizes, ten times what fits into -m 64: ",
		bounds: []bound{{what: "peak / limit", most: 1.25}},
		noisy:  true, run: func(t *trial) ([]float64, error) { return fillMemory(t, 64, t.scale(10, 3), 500_000) },
	},
	{
		name: "memory-1024", what: "values of all sizes, three times what fits into -m 1024: ",
		bounds: []bound{{what: "peak / limit", most: 1.05}},
		run: func(t *trial) ([]float64, error) {
			return fillMemory(t, 1024, t.scale(3, 1), t.scale(8_000_000, 500_000))
		},
	},
	{
		name: "huge-values", what: "4 clients store and 4 ask for values of 100 MB: ",
		bounds: []bound{{what: "growth beyond the items", most: 6, unit: "MiB"}, {what: "growth while none reads", most: 6, unit: "MiB"}},
		noisy:  true, run: hugeValues,
	},
	{
		name: "half-sent", what: "2,000 clients send half of 1 MB and stop, -m 64: ",
		bounds: []bound{{what: "small values of others refused, of 10,000"}, {what: "values of 1 MB lost after that, of 40"}},
		run:    halfSent,
	},
	{
		name: "stalled", what: "100 clients each ask for another value of 1 MB and do not read, -m 64: ",
		bounds: []bound{{what: "stores of others refused, of 10,040"}, {what: "values of 1 MB others did not get, of 40"},
			{what: "growth", most: 64, unit: "MiB"}},
		run: stalledReaders,
	},
	{
		name: "stalled-large", what: "40 clients each ask for 6 MB and do not read, -m 64 -I 8m: ",
		bounds: []bound{{what: "values of others not had, of 10"}, {what: "longest wait for one", most: 60, unit: "s"}},
		run:    stalledLarge,
	},
	{
		name: "steady", what: "40 clients ask for 30 values of 1 MB each and read 20, 64, 256 KB/s, -m 16: ",
		bounds: []bound{{what: "values not had whole, of 3,600"}},
		run:    steadyReaders,
	},
	{
		name: "bursts", what: "sets of which a part comes, and the rest a moment later: ",
		bounds: []bound{{what: "refused, 60 clients with 1 MB, -m 64"}, {what: "24 with 5 MB, -m 200 -I 5m"}, {what: "6 with 3 MB, -m 20 -I 10m"}},
		run:    storeBursts,
	},
	{
		name: "trickle", what: "values are sent slowly, one after the other: ",
		bounds: []bound{{what: "315 KB refused, of 10, 150 clients with 2 KB, -m 8"}, {what: "2 MB, of 10, 1,000 clients with 2 KB, -m 64 -I 5m"},
			{what: "315 KB, of 2, 4 clients with 1 MB, -m 8"}, {what: "longest wait with the first two", most: 5, unit: "s"}},
		run: trickledValues,
	},
	{
		name: "neighbour", what: "2 clients send 2 MB of gets over and over at -t 1: ",
		bounds: []bound{{what: "p99 of another client", most: 10, unit: "ms"}},
		noisy:  true, run: neighbours,
	},
	{
		name: "bytewise", what: "1,000 clients send one byte at a time: ",
		bounds: []bound{{what: "wrong answers"}},
		run:    byteByByte,
	},
	{
		name: "conversations", what: "2,000,000 requests, in pipelines cut at random, 40 clients: ",
		bounds: []bound{{what: "clients with a wrong byte"}},
		long:   true, run: conversations,
	},
	{
		name: "mutated", what: "1,300,000 spoilt inputs, text, binary and UDP: ",
		bounds: []bound{{what: "crashes and panics"}, {what: "peak / limit of -m 64", most: 1.25}},
		long:   true, run: mutatedInputs,
	},
	{
		name: "churn", what: "100,000 clients come and go, half of them rudely: ",
		bounds: []bound{{what: "descriptors left"}, {what: "connections still counted"}},
		long:   true, run: churn,
	},
	{
		name: "hits", what: "100,000,000 hits under eviction, 16 clients: ",
		bounds: []bound{{what: "wrong or stale"}},
		long:   true, run: verifiedHits,
	},
	{
		name: "increments", what: "10,000,000 increments of 4 counters, 16 clients: ",
		bounds: []bound{{what: "wrong or lost"}},
		long:   true, run: increments,
	},
	{
		name: "cas", what: "100,000 steps of a counter by gets and cas, 16 clients: ",
		bounds: []bound{{what: "lost or double"}},
		long:   true, run: casSteps,
	},
	{
		name: "append", what: "200,000 appends and prepends to 16 values, 16 clients: ",
		bounds: []bound{{what: "lost, torn or out of order"}},
		long:   true, run: appends,
	},
	{
		name: "flush", what: "200 times flush_all while 8 clients store and get: ",
		bounds: []bound{{what: "lost, or seen afterwards"}},
		run:    flushes,
	},
	{
		name: "sigterm", what: "SIGTERM with 1,000 connections: ",
		bounds: []bound{{what: "to exit with status 0", most: 50, unit: "ms"}},
		noisy:  true, run: terminate,
	},
	{
		name: "restart", what: "kill -9 with 1,000 connections and another start: ",
		bounds: []bound{{what: "to the first answer / reference", most: 2}},
		noisy:  true, run: restart,
	},
	{
		name: "idle-cpu", what: "1,000 clients that do nothing: ",
		bounds: []bound{{what: "processor time", most: 0.1, unit: "%", peers: 1}},
		noisy:  true, run: idleProcessor,
	},
	{
		name: "crowd", what: "1,000 clients connect and ask at once: ",
		bounds: []bound{{what: "p99 of the first answers", most: 20, unit: "ms", peers: 1.5}},
		noisy:  true, run: crowd,
	},
	{
		name: "pauses", what: "10,000 clients come and go at 1 GB of items: ",
		bounds: []bound{{what: "longest pause of the collector", most: 0.5, unit: "ms"}},
		alone:  true, noisy: true, run: collectorPauses,
	},
}

func known(name string) bool {
	return slices.ContainsFunc(attacks, func(a attack) bool { return a.name == name })
}
