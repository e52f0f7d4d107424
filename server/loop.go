package server

// The sizes that shape a round.
const (
	// roundInput is how many bytes of input a round can have: a slot from each of many connections, or much from few.
	roundInput = maxSlots*slotStride + 64<<10

	// writeFrom is from how many bytes on replies are written before the round has ended.
	writeFrom = 64 << 10

	// maxOutput bounds the bytes of replies that are made for one connection before it must take them. A client that does
	// not read costs this much, and one reply that may itself be larger.
	maxOutput = 64 << 10

	// lowOutput is the same while much output waits for clients that do not read (maxUnsent).
	lowOutput = 16 << 10

	// maxLent bounds, in bytes, the values lent to one connection at a time.
	maxLent = 512 << 10

	// maxKeptOutput is the capacity, in bytes, up to which the reply buffer is kept between rounds.
	maxKeptOutput = 512 << 10
)

// loop is what one event loop works with: the round that it reads, the run that it executes, the replies that it has made.
// Only its own event loop uses it, so it has no lock.
type loop struct {
	core
	inputs    inputs
	replies   replies
	round     round
	reader    reader
	unwrapper unwrapper
	calls     calls
	waiting   waiting
	writer    writer
	gets      gets
	stores    stores
	changes   changes
	figures   figures
	admin     admin
	describer describer
	crawler   crawler
	executor  executor
	pool      workerPool // see worker.go
	copies    bool       // its connections are a worker's copies: what follows a round is the home loop's business

	conns connTable

	checker checker
}

// arrive answers what gnet has just read from a connection. data is lent until arrive returns.
func (l *loop) arrive(c *conn, data []byte) {
	l.counts[bytesRead] += uint64(len(data))
	if c.carrier != nil {
		l.arriveWrapped(c, data)
		return
	}
	if c.isHeldUp() { // read just before the pause took hold
		c.in = l.inputs.append(c.in, data)
		l.limitInput(c)
		return
	}
	if !c.mayParse() { // it came after the end
		l.totals.add(&l.counts)
		return
	}
	l.round.add(c, data)
	l.answer()
	l.readRest(c)
}

// readRest reads what has come of the value that a connection has begun to send in the round that was answered, if it has.
func (l *loop) readRest(c *conn) {
	if l.stores.forgetBegun(); c.straight() && c.mayParse() {
		l.reader.readValue(c)
		l.answer()
	}
}

// arriveWrapped does the same with what must go through a transport.
func (l *loop) arriveWrapped(c *conn, wire []byte) {
	l.unwrapper.unwrap(c, wire)
	if c.isHeldUp() {
		l.limitInput(c)
	}
	l.answer()
}

// answer ends a round: it serves every connection in it.
//
// This is the hot path. In order: parse (parse.go), execute (execute.go), get and Hit (execute_get.go), settle
// (settle.go), write (write.go); then engine/memory/get.go.
func (l *loop) answer() {
	if l.pool.on {
		l.pool.handOver()
	}
	for l.round.parse() { //      1. waiting bytes to a run of up to 64 requests
		if l.checker.on {
			l.checker.checkRun()
		}
		l.executor.execute(0, l.round.run.N) // 2. requests to replies, through the engine, appended to replies.out
		if full := l.round.settle(); full || len(l.replies.out) >= writeFrom {
			l.replies.write() //    3. to each connection its part of them
		}
	}
	l.replies.write()
	if !l.copies && len(l.round.unended)+len(l.admin.parked)+len(l.round.yielded)+l.unwrapper.pending() > 0 {
		l.followUp()
	}
	l.forgetRound()
}

// followUp begins what must follow the round: timers of lines, parked work, the turns of connections that yielded, what
// transports ask for.
func (l *loop) followUp() {
	for i, c := range l.round.unended {
		l.round.unended[i] = nil
		l.awaitLineEnd(c)
	}
	l.round.unended = l.round.unended[:0]
	if len(l.admin.parked) > 0 {
		l.startParked()
	}
	switch {
	case len(l.round.yielded) == 0:
	case l.rim.CanPause():
		l.rim.Ask()
	default: // there are no rounds of our own: only lists of items yield then
		l.onLoop(nil, l.takeTurns)
	}
	if l.unwrapper.pending() > 0 {
		l.unwrapper.startSteps()
		l.unwrapper.sendTalk()
	}
}

// takeTurns serves the connections that yielded.
func (l *loop) takeTurns() {
	l.round.addYielded()
	l.answer()
}

// forgetRound ends a round and makes its counts visible.
func (l *loop) forgetRound() {
	clear(l.round.ready) // let go of the connections
	l.round.ready, l.round.head, l.reader.input = l.round.ready[:0], 0, l.reader.input[:0]
	if cap(l.replies.out) > maxKeptOutput {
		l.replies.out = nil
	}
	l.totals.add(&l.counts)
	if l.checker.on {
		l.checker.checkAll()
	}
}
