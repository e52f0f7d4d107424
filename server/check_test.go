package server

import (
	"strings"
	"testing"

	"gocached/engine"
	"gocached/server/kernel"
	"gocached/server/listen"
	"gocached/server/rim"
	"gocached/server/settings"
)

// checkedLoop returns a loop with three connections, the first two of which have a part each in a run of three requests,
// and replies.
func checkedLoop() (*loop, []*conn) {
	l := newLoop(&shared{settings: settings.Default()}, new(rim.Loop))
	l.roster.after = 1
	conns := make([]*conn, 3)
	for fd := range conns {
		c := newConn(listen.KindTCP)
		c.fd, c.loop = fd, l
		c.set(stateOpen)
		l.conns.add(c)
		l.roster.add(c)
		conns[fd] = c
	}
	l.round.run.N = 3
	l.round.addPart(part{c: conns[0], to: 2, stop: 2})
	l.round.addPart(part{c: conns[1], arrival: 1, from: 2, to: 3, stop: 3})
	l.round.ready = []arrival{{c: conns[0]}, {c: conns[1]}, {c: conns[2]}}
	l.round.head = 2
	for i, answers := range []string{"one", "two"} {
		l.executor.begin(2 * i)
		l.replies.out = append(l.replies.out, answers...)
	}
	l.replies.closePiece()
	return l, conns
}

// TestCheckFindsDamage: whatever is damaged in a loop is found, and what is in order is not complained about.
func TestCheckFindsDamage(t *testing.T) {
	damages := map[string]func(l *loop, c []*conn){
		"":                     func(*loop, []*conn) {},
		"part 1 has requests":  func(l *loop, _ []*conn) { l.round.parts[1].from = 3 },
		"is the second one":    func(l *loop, c []*conn) { l.round.parts[1].c = c[0] },
		"says that it is part": func(l *loop, _ []*conn) { l.round.partOf[2] = 0 },
		"is being answered":    func(l *loop, _ []*conn) { l.replies.to = newConn(listen.KindTCP) },
		"the round is at":      func(l *loop, _ []*conn) { l.round.head = 4 },
		"a second time":        func(l *loop, c []*conn) { l.round.ready = append(l.round.ready, arrival{c: c[2]}) },
		"owns pieces twice":    func(l *loop, c []*conn) { l.replies.owners = append(l.replies.owners, c[1]) },
		"have an owner": func(l *loop, _ []*conn) {
			l.replies.pieces = append(l.replies.pieces, piece{start: 6, end: 6, next: -1})
		},
		"its last piece":              func(_ *loop, c []*conn) { c[0].size++ },
		"follows piece":               func(l *loop, _ []*conn) { l.replies.pieces[1].next = 1 },
		"is bytes":                    func(l *loop, c []*conn) { l.replies.pieces[1].start, c[1].size = 2, 4 },
		"it has no pieces":            func(_ *loop, c []*conn) { c[0].first = -1 },
		"is on the list of those":     func(l *loop, c []*conn) { l.round.yielded = append(l.round.yielded, c[2]) },
		"is not on the list of those": func(_ *loop, c []*conn) { c[2].set(stateYielded) },
		"its descriptor is":           func(_ *loop, c []*conn) { c[2].fd = 7 },
		"is not parked":               func(_ *loop, c []*conn) { c[2].set(stateWaiting) },
		"wait for its socket":         func(_ *loop, c []*conn) { c[2].set(stateBlocked) },
		"bytes of our own":            func(_ *loop, c []*conn) { c[2].set(stateBlocked); c[2].queue = []unsent{{bytes: []byte("x")}} },
		"wait in a round":             func(_ *loop, c []*conn) { c[2].set(stateReady) },
		"look at its line again":      func(_ *loop, c []*conn) { c[2].set(stateUnended) },
		"goes on after its end":       func(_ *loop, c []*conn) { c[2].set(stateEnding) },
		"paused for no reason":        func(_ *loop, c []*conn) { c[2].set(statePaused) },
		"of a value of":               func(_ *loop, c []*conn) { c[2].fill = &fill{item: engine.Item{Value: []byte("x")}, got: 2} },
		"in the roster":               func(_ *loop, c []*conn) { c[2].heard.place = 1 },
	}
	for want, damage := range damages {
		l, conns := checkedLoop()
		damage(l, conns)
		got := ""
		for _, check := range []func() error{l.checker.checkParts, l.checker.checkReady, l.checker.checkPieces, l.checker.checkLists, l.checker.checkConns} {
			if err := check(); err != nil {
				got = err.Error()
				break
			}
		}
		if !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("found %q, want %q", got, want)
		}
	}
}

// TestCheckNeedsPause: a connection of a loop that can pause is paused while it waits.
func TestCheckNeedsPause(t *testing.T) {
	l, conns := checkedLoop()
	config := rim.Config{NewWorker: func(*rim.Loop) rim.Worker { return l }}
	l.rim = rim.Simulate(config, kernel.System{}, -1).Play(rim.Played{Tasks: new(int32)})
	conns[2].set(stateParked)
	if err := l.checker.checkConns(); err == nil || !strings.Contains(err.Error(), "it is not paused") {
		t.Errorf("found %v", err)
	}
}
