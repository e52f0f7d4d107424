package server

import (
	"fmt"

	"gocached/protocol"
	"gocached/server/rim"
)

// round is the work of a loop between two polls: the connections whose input waits to be parsed, and the run of requests that
// was parsed from the first of them.
type round struct {
	*core
	inputs  *inputs
	replies *replies

	ready []arrival
	head  int   // the first of ready that has not been parsed
	share int   // how many requests of one connection a run has at most
	last  *conn // the last one that was added

	oneTurn bool // each connection has one turn in it, and its loop sees to the rest

	run    protocol.Run
	parts  []part
	partOf [protocol.MaxRun]int32 // index in parts of each request's connection

	yielded []*conn // connections that wait for their next turn
	unended []*conn // connections whose input has become a long line without an end in this round
}

// arrival is a connection's input in the current round.
type arrival struct {
	c    *conn
	data []byte
}

// part is what one connection has in the current run: the requests from to to-1, at least one.
type part struct {
	c        *conn
	arrival  int // index in ready
	from, to int
	stop     int // the first request that was not executed, if its output had no room
	used     int
	need     protocol.Need

	over bool // its turn ends with the last request that was executed, see endTurn
}

// add adds input of a connection to the round, behind the input that waits for it. data must stay unchanged until the round
// has been answered.
func (ro *round) add(c *conn, data []byte) {
	c.event = 0
	if len(data) > 0 {
		c.clear(stateHalf)
	}
	if !c.is(stateSpoken) && len(data) > 0 {
		ro.chooseProtocol(c, data[0])
	}
	if len(c.in) > 0 {
		c.in = ro.inputs.append(c.in, data)
		data = c.in
	}
	ro.ready = append(ro.ready, arrival{c, data})
	c.set(stateReady)
	ro.last = c
}

// chooseProtocol chooses a connection's protocol by the first byte of its input.
func (ro *round) chooseProtocol(c *conn, first byte) {
	c.chooseProtocol(ro.shared.settings.Binding, first)
	ro.shared.logProtocol(c)
}

// proceed adds a connection's waiting input to the round, if the connection may be parsed again.
func (ro *round) proceed(c *conn) {
	if c.mayParse() && !c.is(stateReady) {
		ro.ready = append(ro.ready, arrival{c, c.in})
		c.set(stateReady)
	}
}

// alone makes a run of one kept request, outside the rounds.
func (ro *round) alone(c *conn, k *kept) {
	ro.run.N, ro.parts = 1, ro.parts[:0]
	ro.put(0, k)
	ro.addPart(part{c: c, to: 1, stop: 1})
	ro.replies.setRoom()
}

// part returns the part that request i belongs to.
func (ro *round) part(i int) *part { return &ro.parts[ro.partOf[i]] }

// addPart adds a part to the run. A part has at least one request, so a run has no more parts than requests.
func (ro *round) addPart(p part) {
	n := len(ro.parts)
	if p.from >= p.to || p.to > protocol.MaxRun || n >= protocol.MaxRun || n > 0 && ro.parts[n-1].to != p.from {
		panic(fmt.Sprintf("part %d of a run has requests %d to %d", n, p.from, p.to))
	}
	for i := p.from; i < p.to; i++ {
		ro.partOf[i] = int32(n)
	}
	ro.parts = append(ro.parts, p)
}

// maxTurns bounds how many connections that had yielded come back in one round, so that the others are heard soon too.
const maxTurns = rim.MaxEvents

// addYielded adds connections that had yielded to the round. Those that have waited longest come first.
func (ro *round) addYielded() {
	n := min(len(ro.yielded), maxTurns)
	for _, c := range ro.yielded[:n] {
		ro.unyield(c)
	}
	rest := copy(ro.yielded, ro.yielded[n:])
	clear(ro.yielded[rest:])
	ro.yielded = ro.yielded[:rest]
}

// unyield adds one connection that had yielded. If it has been blocked meanwhile, it joins the round when it is unblocked.
func (ro *round) unyield(c *conn) {
	c.clear(stateYielded)
	c.event = 0
	ro.proceed(c)
}

// yield makes a connection wait for the other connections. Its next turn comes after the next poll. Until then nothing is read
// from it.
func (ro *round) yield(c *conn) {
	c.set(stateYielded)
	ro.yielded = append(ro.yielded, c)
	ro.pause(c)
}

// notEnded notes that a connection's input is a long line without an end, and more of it than before.
func (ro *round) notEnded(c *conn) {
	c.grown++
	c.set(stateUnended)
	if !c.is(stateTimed) {
		c.set(stateTimed)
		ro.unended = append(ro.unended, c)
	}
}
