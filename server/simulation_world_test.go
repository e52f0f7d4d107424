package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/panjf2000/gnet/v2"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/server/listen"
	"gocached/server/oplog"
	"gocached/server/rim"
	"gocached/server/settings"
)

// world is one run of the simulation: a server with its engine, the network around it, and its clients, all in one
// goroutine. Whatever happens follows from the seed, so the same seed gives the same trace.
//
// The code of the server that runs is all between gnet's events and the system calls: loops, connections, protocol,
// execution, drainer; and the engine.
type world struct {
	seed                    uint64
	r                       *rand.Rand
	plan                    plan
	server                  *Server
	gnet                    gnet.EventHandler // what the server hears of it
	eng                     *witness
	model                   *model
	net                     *network
	loops                   []*netLoop
	actors                  []stepper // loops, and whoever else goes on by himself
	clients                 []*simClient
	whose                   map[*conn]*simClient
	spare                   []*request // answered, to be used again
	udp                     *udpNet    // nil without UDP
	house                   *house
	parked                  []parkedWork
	delayed                 []parkedWork  // without a client: what is due to be looked at again
	elapsed                 time.Duration // see now
	awake                   uint32        // seconds for which the server was
	kicks                   uint64        // connections that were closed as idle
	authTries, authFailures uint64
	hands                   []*simWorker
	running                 *actor // whose code is running, or nil
	born                    int    // clients so far
	upkeep                  *upkeep
	clearing                bool // a page of the engine, by somebody who rests
	within                  int  // how many rest within a call of the engine
	calm                    bool // nothing is made to go wrong any more
	bulked                  bool // bulkStore was called
	transports              int  // that have not ended

	trace  *trace
	tally  tally
	fault  string // the first thing that was found wrong
	failed bool
}

// newWorld makes a world, whose plan change may change if it is not nil. log and trace are used by one world at a time.
func newWorld(seed uint64, steps int, log *oplog.Log, t *trace, change func(*plan)) *world {
	keyPool.Do(fillKeyPool)
	w := &world{seed: seed, whose: make(map[*conn]*simClient), r: rand.New(rand.NewPCG(seed, 0x5eed)), trace: t}
	w.plan = newPlan(w.r, steps)
	if change != nil {
		change(&w.plan)
	}
	t.reset()
	w.model = &model{w: w, now: 2, wall: 1_800_000_000}
	w.eng = &witness{w: w, inner: memory.New(), held: make(map[uint64]*simClient), lent: make(map[uint64]*loan)}
	w.eng.inner.Simulate(w.simulation())
	w.upkeep = newUpkeep(w)
	w.net = &network{w: w}
	w.open(log)
	return w
}

// open makes the server.
func (w *world) open(log *oplog.Log) {
	st := settings.Default()
	st.NoCAS, st.NoEvict, st.ReqsPerEvent = w.plan.noCAS, w.plan.noEvict, w.plan.turn
	st.IdleTimeout, st.MaxConns, st.MaxConnsFast = w.plan.idle, w.plan.maxConns, w.plan.reject
	st.Detail, st.UDPMaxDatagrams = w.plan.detail, w.plan.datagrams
	st.MemoryLimit, st.ItemMax = int64(w.plan.pageSize*w.plan.pages), w.plan.pageSize
	s, err := New(st, w.eng, log)
	if err != nil {
		w.fail("no server: %v", err)
		return
	}
	log.SetLevel(0)
	if w.plan.verbose {
		log.SetLevel(2)
		w.saw(sawVerbose)
	}
	s.shares = w.plan.shares
	s.kernels.Off = true // each loop gets the network in its place
	s.rim = rim.Simulate(s.rimConfig(), w.net, drainEpoll)
	w.server, w.gnet = s, s.rim.Events()
	for i := range w.plan.loops {
		l := newNetLoop(w, i)
		w.loops = append(w.loops, l)
		w.actors = append(w.actors, l)
	}
	s.now, s.runWork, s.runTimer, s.runWorker = w.now, w.park, w.delay, w.employ
	s.runStep = w.delayStep
	w.house = newHouse(w, w.plan.doors)
	if w.plan.sasl {
		w.guard()
	}
	if w.plan.udp > 0 {
		w.udp = newUDPNet(w)
	}
	w.sawPlan()
}

// stepper is an actor or what has one.
type stepper interface {
	step() (did bool)
	finish()
}

func (w *world) sawPlan() {
	for saw, is := range map[happening]bool{sawTwoLoops: w.plan.loops > 1, sawWithoutCAS: w.plan.noCAS, sawWithoutEviction: w.plan.noEvict,
		sawWithoutPoller: w.plan.noPoller, sawWaiting: w.plan.blocks, sawUDP: w.plan.udp > 0,
		sawAuth: w.plan.sasl, sawCrowd: w.plan.surge > 0} {
		if is {
			w.saw(saw)
		}
	}
}

func (w *world) saw(h happening) { w.tally[h]++ }

// chance decides by chance whether something happens that the plan wants in so many of ten thousand cases.
func (w *world) chance(n int) bool { return n > 0 && !w.calm && w.r.IntN(10_000) < n }

// fail notes what was found wrong. Only the first finding counts: the world ends with it.
func (w *world) fail(format string, args ...any) {
	if !w.failed {
		w.failed, w.fault = true, fmt.Sprintf(format, args...)
		w.trace.add("FAILED", 0, 0, 0)
	}
}

// run lets the world live and end. It returns what was found wrong, or nil.
func (w *world) run() error {
	for i := 0; i < w.plan.steps && !w.failed; i++ {
		w.step()
	}
	if !w.failed {
		w.settle()
	}
	if !w.failed {
		w.end()
	}
	for _, a := range append(w.actors, w.upkeep) {
		a.finish()
	}
	if !w.eng.broken {
		if err := w.eng.Shutdown(context.Background()); err != nil {
			w.fail("Shutdown: %v", err)
		}
	}
	if w.failed {
		return fmt.Errorf("%s", w.fault)
	}
	return nil
}

// step lets one thing happen.
func (w *world) step() {
	if w.rare() {
		return
	}
	w.elapsed += time.Millisecond
	if w.plan.surge > 0 && oneIn(w.r, 4) {
		w.surge()
		w.sweepClients()
		return
	}
	if len(w.clients) == 0 || oneIn(w.r, 20) {
		w.comeIn()
		return
	}
	if w.udp != nil && w.r.IntN(100) < w.plan.udp {
		for range pick(w.r, 1, 1, 1, 8, 40) {
			w.udp.come()
		}
		return
	}
	c := pick(w.r, w.clients...)
	switch w.r.IntN(10) {
	case 0, 1:
		for range 1 + w.r.IntN(w.plan.burst) {
			c.ask()
		}
	case 2, 3:
		c.send(1 + w.r.IntN(w.plan.piece))
	case 4:
		if w.r.IntN(10) >= w.plan.sloth {
			c.read(1 + w.r.IntN(w.plan.sendRoom))
		}
	case 5:
		w.net.notice()
	case 6:
		w.net.act()
	default:
		switch {
		case w.upkeep.job != nil && oneIn(w.r, 2):
			w.upkeep.step()
		case len(w.parked) > 0 && oneIn(w.r, 4):
			w.unpark()
		case len(w.delayed) > 0 && oneIn(w.r, 4):
			w.undelay()
		default:
			pick(w.r, w.actors...).step()
		}
	}
	w.sweepClients()
}

// comeIn lets a client connect, if there are not enough, or somebody in who waits.
func (w *world) comeIn() {
	if len(w.clients)+w.house.outsiders() < w.plan.clients {
		w.connect()
	}
	pick(w.r, w.house.doors...).step()
}

// rare lets happen what happens rarely, and reports whether it did.
func (w *world) rare() bool {
	switch n := w.r.IntN(1000); {
	case n < w.plan.clock && w.within == 0:
		w.turnClock()
	case n < w.plan.clock+w.plan.bulk:
		w.upkeep.do(func() { w.bulkStore(pick(w.r, 50, 100, 500)) })
	case w.clearing && n > 700:
		w.upkeep.do(func() { w.bulkStore(20) })
	case n < 72 && n >= 70:
		w.upkeep.do(w.balance)
	case n < 76 && n >= 72:
		w.upkeep.do(w.reap)
	case len(w.clients) > 0 && w.chance(w.plan.reset):
		pick(w.r, w.clients...).reset()
	case len(w.clients) > 0 && w.chance(w.plan.finish):
		pick(w.r, w.clients...).finish()
	default:
		return false
	}
	return true
}

// turnClock lets time pass, or the wall clock jump.
func (w *world) turnClock() {
	n := pick(w.r, 1, 1, 1, 2, 10, 100, 86400)
	if w.plan.idle > 0 {
		n = pick(w.r, 1, 1, 2, 3, 10, 86400)
	}
	if w.plan.scarce() {
		n = pick(w.r, 1, 1, 1, 2, 86400)
	}
	if oneIn(w.r, 20) {
		w.model.wall += int64(pick(w.r, -86400, -5, 5, 86400))
		w.server.clock.SetUnix(w.model.wall)
		n = 0
	}
	w.model.now += int64(n)
	w.model.wall += int64(n)
	w.elapsed += time.Duration(n) * time.Second
	w.server.clock.Advance(n)
	w.tick(n)
	w.trace.add("%d seconds pass: it is %d, Unix time %d", uint64(n), uint64(w.model.now), uint64(w.model.wall))
}

// bulkStore stores many small items at once, past the network, so that memory gets short and the hash table grows.
func (w *world) bulkStore(count int) {
	w.bulked = true
	from, length := bulkKeys+w.r.IntN(poolSize-bulkKeys-500), w.r.IntN(60)
	for key := from; key < from+count && !w.failed; key++ {
		value := cutValue(w.r, length)
		it, status := w.eng.inner.Allocate([]byte(keyNamed(key)), length, 0, 0, engine.OpSet)
		if status != engine.OK {
			w.saw(sawOutOfMemory)
			if w.plan.roomy() {
				w.fail("status %d for an item of %d bytes, though there is memory", status, length)
			}
			break
		}
		copy(it.Value, value)
		cas, status := w.eng.inner.Store(it, engine.OpSet, 0)
		w.model.stored(engine.OpSet, key, record{value: value}, 0, cas, status, false)
	}
	w.trace.add("%d items of %d bytes are stored from key %d on", uint64(count), uint64(length), uint64(from))
}

func (w *world) balance() {
	before := w.figure("gocached", "pages_balanced")
	w.eng.inner.Balance()
	moved := w.figure("gocached", "pages_balanced") - before
	w.tally[sawPageBalanced] += moved
	w.trace.add("pages are balanced: %d moved", moved, 0, 0)
}

// reap takes out of the engine what is over. What it counts then must be alive.
func (w *world) reap() {
	before := w.figure("gocached", "hash_items")
	w.eng.inner.Reap()
	count, items, living := w.figure("", "curr_items"), w.figure("gocached", "hash_items"), w.model.living()
	if count > living || items != count {
		w.fail("%d items are counted and %d in memory, %d are alive", count, items, living)
	}
	w.tally[sawReaped] += before - items
	w.trace.add("what is over is taken out: %d items", before-items, 0, 0)
}

// figure returns one figure of the engine's statistics.
func (w *world) figure(group, name string) (n uint64) {
	w.model.flushDue()
	w.eng.inner.Stats(engine.Query{Group: group}, func(got, value string) {
		if got == name {
			n, _ = strconv.ParseUint(value, 10, 64)
		}
	})
	return n
}

// connect makes a new client.
func (w *world) connect() {
	c := &simClient{w: w, number: w.born, text: w.r.IntN(10) >= w.plan.binary}
	c.own = w.plan.sharedKeys + w.born%64*w.plan.ownKeys
	w.born++
	if c.text {
		w.saw(sawText)
	} else {
		w.saw(sawBinary)
	}
	c.conn = &netConn{loop: pick(w.r, w.loops...), client: c, context: newConn(listen.KindTCP)}
	if w.r.IntN(10) < w.plan.framed {
		c.speakFrames()
	}
	w.whose[c.conn.context] = c
	w.trace.add("client %d connects", uint64(c.number), 0, 0)
	w.house.come(c)
}

// sweepClients forgets the clients whose connection is closed.
func (w *world) sweepClients() {
	for i := 0; i < len(w.clients); i++ {
		if w.clients[i].gone {
			w.clients = append(w.clients[:i], w.clients[i+1:]...)
			i--
		}
	}
}
