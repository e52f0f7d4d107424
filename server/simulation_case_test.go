package server

import (
	"testing"

	"gocached/engine"
)

// playCase plays a world of which everything is told: a client that reads nothing asks for one value many times, and then
// what follows happens.
func playCase(t *testing.T, valueLen, times int, change func(*plan), then func(*world, *simClient)) {
	t.Helper()
	s := newStage()
	defer s.close()
	w := newWorld(1, 0, s.log, &s.trace, func(p *plan) {
		*p = plan{loops: 1, pageSize: 16 << 10, pages: roomyPages, engineLends: 1 << 20, stream: 2048, maxReply: lowOutput, shares: usualShares,
			turn: defaultReqsPerEvent, ownKeys: 1, sendRoom: 100, doors: 1}
		change(p)
	})
	value := cutValue(w.r, valueLen)
	it, status := w.eng.inner.Allocate([]byte(keyNamed(0)), valueLen, 0, 0, engine.OpSet)
	if status != engine.OK {
		t.Fatalf("Allocate: %d", status)
	}
	copy(it.Value, value)
	cas, status := w.eng.inner.Store(it, engine.OpSet, 0)
	w.model.stored(engine.OpSet, 0, record{value: value}, 0, cas, status, false)
	w.connect()
	w.house.stir()
	c := w.clients[0]
	for range times {
		r := &request{kind: askGet, keys: []int{0}}
		c.out = r.appendText(c.out, c.sentAll)
		c.sentAll = r.end
		c.requests = append(c.requests, r)
	}
	for range 10 { // without the client's reading
		w.loops[0].step()
		c.send(maxArrived)
	}
	then(w, c)
	if err := w.run(); err != nil {
		t.Errorf("%v\n%s", err, s.trace.String())
	}
}

// TestVerboseBoundsOutput: with -vv, too, a client that does not read costs no more than without.
func TestVerboseBoundsOutput(t *testing.T) {
	for _, verbose := range []bool{false, true} {
		playCase(t, 10_000, 200, func(p *plan) { p.verbose = verbose }, func(*world, *simClient) {})
	}
}

// TestIdleAfterTaking: a client that has just taken all that was waiting for it is not idle, though it has been served
// since and so nobody looks at what it takes any more.
func TestIdleAfterTaking(t *testing.T) {
	idle := func(p *plan) { p.idle = 100 } // so there is a look every five seconds
	playCase(t, 10_000, 1, idle, func(w *world, c *simClient) {
		look := func(seconds int) {
			w.tick(seconds)
			for w.loops[0].step() {
			}
		}
		look(5) // it has been blocked since the last one
		look(89)
		w.stirAll() // it takes everything between two looks
		if c.gone || c.conn.context.is(stateBlocked) {
			t.Error("the client is closed, or still blocked")
		}
		look(16)
		if c.gone {
			t.Error("the client was closed")
		}
	})
}

// TestManyHalfRequestsInOneRound: whoever has sent half a request takes nothing of the run, and the answers to the others
// go to those who asked, however many connections a round has. (An index of eight bits once gave them to strangers.)
func TestManyHalfRequestsInOneRound(t *testing.T) {
	const halves, askers, get = 600, 40, "get "
	s := newStage()
	defer s.close()
	w := newWorld(1, 0, s.log, &s.trace, func(p *plan) {
		*p = plan{loops: 1, pageSize: 16 << 10, pages: roomyPages, engineLends: 1 << 20, stream: 2048, maxReply: maxOutput, shares: usualShares,
			turn: defaultReqsPerEvent, ownKeys: 1, sendRoom: 10_000, doors: 1, clients: halves + askers}
	})
	for range halves + askers {
		w.connect()
		w.house.stir()
	}
	l := w.loops[0]
	for l.step() { // opens them
	}
	ask := func(c *simClient) {
		r := &request{kind: askGet, keys: []int{c.number}}
		c.out = r.appendText(c.out, c.sentAll)
		c.sentAll = r.end
		c.requests = append(c.requests, r)
	}
	admit := func(c *simClient, n int) {
		c.send(n)
		data := make([]byte, len(c.conn.socket.in))
		if _, err := l.loop.kernel.Receive(c.conn.socket.fd, data); err != nil {
			t.Fatal(err)
		}
		l.loop.round.add(c.conn.context, data)
	}
	for i, c := range w.clients {
		ask(c)
		n := len(get) + 1
		if i >= halves {
			n = len(c.out)
		}
		admit(c, n)
	}
	w.running = &l.actor
	l.loop.answer()
	w.running = nil
	for i, c := range w.clients {
		if c.gone || (len(c.requests) == 0) != (i >= halves) {
			t.Fatalf("client %d: gone %v, %d requests are left", i, c.gone, len(c.requests))
		}
	}
	if err := w.run(); err != nil {
		t.Errorf("%v\n%s", err, s.trace.String())
	}
}
