package server

import (
	"hash/maphash"
	"math/rand/v2"
	"strings"
	"sync"

	"gocached/engine/memory"
)

// plan is what a seed decides about its world before anything happens. Each seed has few dangers, but often: what goes
// wrong only in company is found when the company is dense.
type plan struct {
	loops, clients int
	steps          int

	pageSize, pages int // bytes of the largest item, and how many of those memory has room for
	enginePage      int // bytes of a page of the engine
	noCAS, noEvict  bool
	engineLends     int // from so many bytes on
	stream          int
	maxReply, turn  int
	verbose, detail bool
	noPoller        bool // gnet's poller is not found
	blocks          bool // the engine waits

	sasl     bool
	idle     int // -o idle_timeout
	maxConns int // 0 is as many as come
	reject   bool
	doors    int

	shares // of memory

	binary     int // clients of ten
	framed     int // clients of ten, who speak through a transport
	ownKeys    int // of each client
	sharedKeys int
	long       int // of ten values
	stores     int // of ten requests
	quiet      int // of ten requests
	pipeline   int // requests that a client sends ahead
	burst      int // requests that it makes at a time, at most
	bulk       int // of a thousand steps
	clock      int
	udp        int // of a hundred steps, those that bring datagrams; 0 is no UDP
	workers    int // of the UDP socket
	datagrams  int // that a message can have, or 0

	surge   int // of ten clients of a crowd, those who do something in a surge; 0 is no crowd
	halves  int // of ten of them, those who do not say all
	leavers int // of a thousand

	piece    int // bytes that arrive at a time, at most
	sendRoom int // bytes that a client's socket takes
	sloth    int // of ten chances to read, those a client misses

	// Of ten thousand.
	failAllocate, corrupt, failSend, failWatch, reset, finish, partial, full, failOpen int
}

// roomy says that memory is never short.
//
// It may be for a crowd: values that are being received are in half of the pages at most, and beyond that take the place of
// items in these.
func (p *plan) roomy() bool { return p.pages >= roomyPages && p.clients < p.pages/2 }

// scarce says that memory may be short for who sends or asks for long values.
func (p *plan) scarce() bool { return p.maxWait != maxWait }

// mayEvict says that the engine may drop living items.
func (p *plan) mayEvict() bool { return !p.noEvict && !p.roomy() }

// roomyPages are more than all keys can fill.
const roomyPages = 400

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }

func oneIn(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

func newPlan(r *rand.Rand, steps int) plan {
	p := plan{
		loops: pick(r, 1, 1, 2), clients: 1 + r.IntN(10), steps: steps,
		pageSize: pick(r, 2048, 4096, 8192, 16384), pages: 1 + r.IntN(pick(r, 3, 12, 50)),
		noCAS: oneIn(r, 8), noEvict: oneIn(r, 8),
		engineLends: pick(r, 150, 600, 2000, 1<<20), stream: pick(r, 64, 300, 2048),
		maxReply: pick(r, 200, 2000, maxOutput), turn: pick(r, 1, 1, 2, 5, 20, 20, 100),
		verbose: oneIn(r, 20), detail: oneIn(r, 12), noPoller: oneIn(r, 10),
		binary: pick(r, 0, 5, 5, 10), ownKeys: 1 + r.IntN(8), sharedKeys: r.IntN(16),
		long: pick(r, 0, 1, 3, 8), stores: 2 + r.IntN(6), quiet: pick(r, 0, 1, 5), pipeline: pick(r, 1, 4, 20, 120, 120), burst: pick(r, 1, 1, 5),
		bulk: pick(r, 0, 0, 3, 30), clock: pick(r, 0, 5, 40),
		piece: pick(r, 1, 20, 300, 4000, 100_000), sendRoom: pick(r, 30, 300, 4000, 100_000),
		sloth: pick(r, 0, 0, 5, 9),
	}
	if oneIn(r, 5) {
		p.pages = roomyPages
	}
	if oneIn(r, 4) { // many who say much at a time, so that they must take turns
		p.clients, p.pipeline, p.piece, p.long = 5+r.IntN(6), 120, 4000, pick(r, 0, 1)
		p.turn, p.maxReply, p.burst = pick(r, 1, 2, 5, 20), pick(r, 200, 2000), 80
	}
	if oneIn(r, 2) {
		p.addDangers(r)
	}
	if oneIn(r, 2) {
		p.crowd(r)
	}
	p.addFeatures(r)
	p.addShares(r)
	if oneIn(r, 8) { // where nobody waits for memory
		p.blocks, p.shares, p.lendFrom = true, usualShares, p.engineLends
		p.pages = roomyPages // a worker does not rest within a call, so no page may change hands
	}
	p.framed = pick(r, 0, 0, 0, 3, 10)
	p.enginePage = p.pageSize
	if p.pages < 50 { // the pages are few, so that runs of several have one chunk
		p.enginePage /= pick(r, 1, 2, 4)
	}
	return p
}

// addShares decides how soon memory is short for who sends or asks for long values, and how long that is borne.
func (p *plan) addShares(r *rand.Rand) {
	p.shares = usualShares
	p.lendFrom, p.shortStore = p.engineLends, pick(r, 0, 500, 2000, shortStore)
	if !oneIn(r, 2) {
		return
	}
	p.maxCopies, p.maxShort = pick(r, int64(1500), 5000, 50_000), pick(r, int64(3000), maxShort)
	p.takenUpTo, p.maxWait = pick(r, 0, 100, 2000), pick(r, uint32(3), 20, 50)
	p.stalledReading, p.stalledSending, p.minMoved = pick(r, 1, 2, 4), pick(r, 1, 2, 4), pick(r, 1, 100, 1000)
	p.clock = pick(r, p.clock, 40, 150)
	switch r.IntN(3) {
	case 0: // much is received
		p.long, p.stores = pick(r, 3, 8), pick(r, 3, 6)
	case 1: // much is asked for and not taken
		p.clients, p.long, p.stores, p.maxReply = 5+r.IntN(6), 8, 3, 200
		p.pages, p.ownKeys, p.sharedKeys, p.noEvict = pick(r, 20, roomyPages), 1, 8, false
		p.sendRoom, p.sloth, p.engineLends = pick(r, 300, 4000), pick(r, 5, 9), pick(r, 150, 1<<20)
		p.lendFrom = 150
	}
}

// addFeatures decides which parts of the server are in use that most servers do without.
func (p *plan) addFeatures(r *rand.Rand) {
	switch r.IntN(6) {
	case 0:
		p.udp, p.workers, p.datagrams = pick(r, 1, 4), pick(r, 1, 2), pick(r, 0, 0, 1, 2, 5)
	case 1:
		p.sasl, p.binary = true, 10
	}
	if oneIn(r, 4) {
		p.idle, p.clock = pick(r, 1, 3, 20, 60), pick(r, 20, 60)
	}
	p.doors = 1
	if oneIn(r, 4) {
		p.maxConns, p.reject, p.doors = 1+r.IntN(p.clients), oneIn(r, 3), pick(r, 1, 2, 3)
	}
}

func (p *plan) addDangers(r *rand.Rand) {
	p.failAllocate = pick(r, 0, 0, 100, 2000)
	p.failSend = pick(r, 0, 0, 30)
	p.corrupt = pick(r, 0, 0, 200)
	p.failWatch = pick(r, 0, 0, 500)
	p.reset = pick(r, 0, 5, 100)
	p.finish = pick(r, 0, 10, 200)
	p.partial = pick(r, 0, 3000)
	p.failOpen = pick(r, 0, 0, 500)
	p.full = pick(r, 0, 500, 3000)
}

// keyPool are the keys of all worlds. What a key is called matters to the engine only by its length and by its stripe,
// and the latter depends on a seed that differs from process to process. So that a run can be played again in another
// process, each key has an ending that puts it on a stripe of our choice: few of them, so that keys often share one.
var keyPool struct {
	sync.Once
	seed  maphash.Seed
	names [poolSize]string
}

const (
	poolSize    = 3072
	bulkKeys    = 1000 // the first of those that only bulk stores use
	poolStripes = 128
)

func keyNamed(i int) string { return keyPool.names[i] }

func fillKeyPool() {
	keyPool.seed = maphash.MakeSeed()
	r := rand.New(rand.NewPCG(1, 2))
	for i := range keyPool.names {
		n := 1 + r.IntN(24)
		if i < bulkKeys && oneIn(r, 8) {
			n = 60 + r.IntN(180)
		}
		keyPool.names[i] = keyOnStripe(i, strings.Repeat("k", n))
	}
}

// keyOnStripe returns a key that begins like start and lies on a stripe that follows from i.
func keyOnStripe(i int, start string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz012345"
	b := []byte(start + ":...." + string(letters[i/1024]) + string(letters[i/32%32]) + string(letters[i%32]))
	for try := 0; ; try++ {
		for j := range 4 {
			b[len(start)+1+j] = letters[try>>(5*j)&31]
		}
		if memory.StripeOf(keyPool.seed, b) == i%poolStripes {
			return string(b)
		}
	}
}

// garden is where values are cut from. Each value begins with a letter, so that it is no number.
var garden = func() (g [1 << 16]byte) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range g {
		g[i] = pick(r, byte('\r'), '\n', ' ', 0, 0x80, byte(r.IntN(256)))
		if i%8 == 0 {
			g[i] = byte('a' + r.IntN(26))
		}
	}
	return g
}()

// cutValue returns n bytes that are unlike most others of that length.
func cutValue(r *rand.Rand, n int) []byte {
	at := r.IntN((len(garden)-n)/8) * 8
	return garden[at : at+n : at+n]
}
