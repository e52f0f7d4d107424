package server

import (
	"testing"

	"gocached/engine"
	"gocached/server/transport/transporttest"
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
		c.askFor(0)
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

// askFor makes a get of one key.
func (c *simClient) askFor(key int) {
	r := &request{kind: askGet, keys: []int{key}}
	c.out = r.appendText(c.out, c.sentAll)
	c.sentAll = r.end
	c.requests = append(c.requests, r)
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
	admit := func(c *simClient, n int) {
		c.send(n)
		data := make([]byte, len(c.conn.socket.in))
		if _, err := l.loop.kernel.Receive(c.conn.socket.fd, data); err != nil {
			t.Fatal(err)
		}
		l.loop.round.add(c.conn.context, data)
	}
	for i, c := range w.clients {
		c.askFor(c.number)
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

// TestGreetingsAreTasks: what a transport says first is not sent within another connection's event. gnet may hold the end of
// the new connection then, and would close it before its client has had all of the greeting.
func TestGreetingsAreTasks(t *testing.T) {
	s := newStage()
	defer s.close()
	w := newWorld(1, 0, s.log, &s.trace, func(p *plan) {
		*p = plan{loops: 1, pageSize: 16 << 10, pages: roomyPages, engineLends: 1 << 20, stream: 2048, maxReply: maxOutput, shares: usualShares,
			turn: defaultReqsPerEvent, ownKeys: 1, sendRoom: transporttest.FrameLen / 2, doors: 1, clients: 2}
	})
	w.connect()
	w.plan.framed = 10
	w.connect()
	w.house.stir()
	l, plain, greeted := w.loops[0], w.clients[0].conn.socket, w.clients[1].conn.socket
	opens := l.tasks[:2]
	l.tasks = l.tasks[2:] // what they ask for comes after the next poll
	w.running = &l.actor
	for _, open := range opens {
		_ = open.Run(t.Context())
	}
	w.clients[0].askFor(0)
	w.clients[0].send(maxArrived)
	greeted.ended = true
	held := []uint32{plain.happened(), greeted.happened()}
	l.handle(plain.fd, held[0])
	if held[1] != 0 {
		l.handle(greeted.fd, held[1])
	}
	w.running = nil
	w.stirAll()
	if n := int(greeted.given) + greeted.unread; n < transporttest.FrameLen { // more if it has asked for something by then
		t.Errorf("the client was sent %d bytes of its greeting", n)
	}
	if err := w.run(); err != nil {
		t.Errorf("%v\n%s", err, s.trace.String())
	}
}
