package server

import (
	"sync/atomic"

	"github.com/panjf2000/gnet/v2"

	"gocached/engine"
	"gocached/protocol"
	"gocached/server/kernel"
)

// The sizes that shape a round.
const (
	// roundInput is how many bytes of input a round can gather: a slot from each of many connections, or much from few.
	roundInput = slotsMost*slotStride + 64<<10

	// writeFrom is how many bytes of replies are collected before they are written, though the round goes on.
	writeFrom = 64 << 10

	// outputMost bounds the bytes of one connection's replies that are made before it must take them. It is what a
	// client that does not read can cost, beside one reply that is larger by itself.
	outputMost = 64 << 10

	// outputFew is the same while much is waiting for clients that do not read (unsentMost).
	outputFew = 16 << 10

	// lentMost bounds, in bytes, the values lent to one connection at a time.
	lentMost = 512 << 10

	// keepOutput is the capacity, in bytes, up to which the reply buffer is kept between rounds.
	keepOutput = 512 << 10
)

// loop is what one event loop works with: the round it gathers, the run it executes, the replies it has made. It is
// touched only on its own event loop, so nothing in it is locked.
type loop struct {
	shared *shared
	ev     gnet.EventLoop
	kernel kernel.Kernel
	poller poller

	polling polling
	ready   []arrival // the round: connections whose input waits to be parsed
	head    int       // the first of them that is not done with
	input   []byte    // what was read for the round, but for what gnet read
	last    *conn     // the connection of the last event

	run    protocol.Run
	parts  []part
	partOf [protocol.MaxRun]int32 // index in parts of each request's connection
	base   int                    // index in the run of the first key of the Get under way

	expected []engine.Key // see expect

	out     []byte
	to      *conn // whose replies are being appended, or nil
	pieces  []piece
	touched []*conn      // connections with pieces
	batch   kernel.Batch // calls that are made together, of the reading or the writing of a round
	callers []*conn      // whose they are
	begun   []*conn      // that have begun to send a long value in this round
	sink    sink
	stream  bool   // what it sends a connection continues what it sent before: not so datagrams
	roster  roster // its connections, to find the idle ones
	most    int    // outputMost, or no limit for UDP
	room    int    // the same for this run, see bound

	failed   func(c *conn, what any)                                               // panicked
	finished func(c *conn, r protocol.Request, reply protocol.Reply, fault string) // unpark
	unended  []*conn                                                               // whose input is a long line without an end, since this round

	checks bool // see check.go
	rounds uint // that it has checked

	broken   bool          // the last get under way was not answered, and what its connection has in the run is left out
	hungry   waiters       // requests that wait for memory
	feeding  atomic.Bool   // a task is on its way that tries to go on with them
	feedTask gnet.Runnable // that one
	trying   *hungry       // the one that is being tried again, or nil
	first    bool          // it is the first of its line
	lacking  bool          // it still lacks memory
	loans    []engine.Item // see returnLoans
	looks    uint32        // how often it has looked at its connections
	looked   uint32        // the last time: see Server.awake
	yielded  []*conn
	spare    [][]byte          // input buffers no connection uses
	held     atomic.Int64      // bytes that they and the kept input of connections take
	waste    []byte            // where input goes that nobody wants
	inEngine bool              // a panic now would leave the engine's structures in doubt
	sum      engine.Arithmetic // the one under way
	counts   counts
	totals   totals
}

// arrival is a connection's input in the current round.
type arrival struct {
	c    *conn
	data []byte
}

// part is what one connection has in the current run: requests from up to, but not including, to, of which there are some.
type part struct {
	c        *conn
	arrival  int // index in ready
	from, to int
	stop     int // the first request that was not executed, if its output had no room
	used     int
	need     protocol.Need
}

// piece is a stretch of replies of one connection: bytes of the loop's out, or a lent value, or the copy of one, which has
// no Ref.
type piece struct {
	start, end int
	lent       engine.Item
	next       int32 // the connection's next piece, or -1
}

func newLoop(s *shared, ev gnet.EventLoop, p poller) *loop {
	l := &loop{shared: s, ev: ev, kernel: kernel.System{}, poller: p, input: make([]byte, 0, roundInput), most: outputMost, checks: checking}
	l.sink, l.stream = l, true
	l.feedTask = gnet.RunnableFunc(l.feedOnce)
	l.failed, l.finished = l.panicked, l.unpark
	l.polling.task, l.polling.pace.every = gnet.RunnableFunc(l.serve), yieldMost
	return l
}

// arrive takes what gnet has just read from a connection, and answers it at once. data is lent until it returns.
func (l *loop) arrive(c *conn, data []byte) {
	l.counts[bytesRead] += uint64(len(data))
	if c.state&(stateBlocked|stateYielded|stateParked) != 0 { // read just before the pause took hold
		c.in = l.keep(c.in, data)
		l.limitKept(c)
		return
	}
	if !c.mayParse() { // what comes behind its end
		l.totals.add(&l.counts)
		return
	}
	l.admit(c, data)
	l.answer()
	if l.forgetBegun(); c.receiving() {
		l.receive(c)
	}
}

// admit adds input of a connection to the round. data must stay as it is until the round has been answered.
func (l *loop) admit(c *conn, data []byte) {
	c.event = 0
	if !c.is(stateSpoken) && len(data) > 0 {
		c.speak(l.shared.settings.Binding, data[0])
		l.shared.logProtocol(c)
	}
	if len(c.in) > 0 {
		c.in = l.keep(c.in, data)
		data = c.in
	}
	l.ready = append(l.ready, arrival{c, data})
	c.set(stateReady)
	l.last = c
}

// turnsMost bounds how many connections that had yielded come back in one round, so that those who speak for the first
// time are heard soon.
const turnsMost = eventsMost

// takeTurns puts connections that had yielded back into the round, those first that have waited for longest.
func (l *loop) takeTurns() {
	n := min(len(l.yielded), turnsMost)
	for _, c := range l.yielded[:n] {
		l.takeTurn(c)
	}
	rest := copy(l.yielded, l.yielded[n:])
	clear(l.yielded[rest:])
	l.yielded = l.yielded[:rest]
}

// takeTurn puts one connection back. One that has been blocked meanwhile comes back when
// it is unblocked.
func (l *loop) takeTurn(c *conn) {
	c.clear(stateYielded)
	c.event = 0
	l.proceed(c)
}

// answer ends a round: it serves every connection in it.
//
// This is the hot path. In order: parse (parse.go), execute (execute.go), get and Hit (execute_get.go), settle
// (settle.go), write (write.go); then engine/memory/get.go.
func (l *loop) answer() {
	for l.parse() { //      1. waiting bytes to a run of up to 64 requests
		l.mustHold()
		l.execute(0, l.run.N) // 2. requests to replies, through the engine, appended to l.out
		full := l.settle()
		l.mustHold()
		if full || len(l.out) >= writeFrom {
			l.write() //    3. to each connection its part of l.out
		}
	}
	l.write()
	l.endOfRound()
}

// endOfRound forgets the round and makes its counts visible.
func (l *loop) endOfRound() {
	clear(l.ready) // let go of the connections
	l.ready, l.head, l.input = l.ready[:0], 0, l.input[:0]
	if cap(l.out) > keepOutput {
		l.out = nil
	}
	for i, c := range l.unended {
		l.unended[i] = nil
		l.awaitLineEnd(c)
	}
	l.unended = l.unended[:0]
	if len(l.yielded) > 0 {
		l.askToServe()
	}
	l.totals.add(&l.counts)
	l.mustHoldAll()
}

// keep appends data to the kept input of a connection, in a buffer that may come from the loop's spare ones.
func (l *loop) keep(in, data []byte) []byte {
	if in == nil && len(l.spare) > 0 {
		last := len(l.spare) - 1
		in, l.spare = l.spare[last], l.spare[:last]
	}
	before := cap(in)
	in = append(in, data...)
	if grown := cap(in) - before; grown > 0 {
		l.held.Add(int64(grown))
	}
	return in
}

// spareMost bounds the spare input buffers of a loop, spareSize their capacity in bytes.
const (
	spareMost = 32
	spareSize = 64 << 10
)

// drop gives back the kept input of a connection.
func (l *loop) drop(c *conn) {
	if c.in != nil && len(l.spare) < spareMost && cap(c.in) <= spareSize {
		l.spare = append(l.spare, c.in[:0])
	} else {
		l.held.Add(int64(-cap(c.in)))
	}
	c.in = nil
}
