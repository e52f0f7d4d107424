package server

import (
	"time"
)

// parkedWork is what the server runs in the background.
type parkedWork struct {
	c    *simClient
	due  time.Time
	work func()
}

// now is the time by which the server paces guesses: a millisecond passes with each step.
func (w *world) now() time.Time { return time.Unix(1_800_000_000, 0).Add(w.elapsed) }

// park takes the place of background.runAfter, for parked work.
func (w *world) park(after time.Duration, work func()) {
	c := w.parking()
	if c == nil {
		w.fail("work is parked for nobody")
		return
	}
	if r := c.expects(askAuth, nil); r == nil {
		return
	}
	if want := c.auth.pauseBefore(w.now()); after != want {
		w.fail("client %d: an attempt is put off for %v, want %v", c.number, after, want)
	}
	if after > 0 {
		w.saw(sawGuessPaused)
	}
	c.auth.known, c.auth.parked = false, true
	w.trace.add("client %d: is parked for %d ns", uint64(c.number), uint64(after), 0)
	w.parked = append(w.parked, parkedWork{c, w.now().Add(after), work})
}

// parking returns the first of those whose requests the loop has parked that the world has not heard of.
func (w *world) parking() *simClient {
	for _, p := range w.running.loop.admin.parked {
		if c := w.whose[p.c]; p.c.is(stateOpen) && !c.auth.parked {
			return c
		}
	}
	return nil
}

// delay takes the place of background.runAfter for what becomes a task of a loop.
func (w *world) delay(after time.Duration, work func()) {
	w.trace.add("something is put off for %d ns", uint64(after), 0, 0)
	w.delayed = append(w.delayed, parkedWork{due: w.now().Add(after), work: work})
}

// undelay does what was put off first, if it is due, and reports whether it did.
func (w *world) undelay() bool {
	for i, p := range w.delayed {
		if w.now().Before(p.due) {
			continue
		}
		w.delayed = append(w.delayed[:i], w.delayed[i+1:]...)
		w.trace.add("it is time for what was put off", 0, 0, 0)
		p.work()
		return true
	}
	return false
}

// unpark does some parked work, if any is due, and reports whether it did.
func (w *world) unpark() bool {
	for _, i := range w.r.Perm(len(w.parked)) {
		p := w.parked[i]
		if w.now().Before(p.due) {
			continue
		}
		w.parked = append(w.parked[:i], w.parked[i+1:]...)
		w.carryOut(&p)
		return true
	}
	return false
}

// doWork does it, and judges. Nobody must try to authenticate whose connection is closed.
func (w *world) carryOut(p *parkedWork) {
	c, tries := p.c, w.tries()
	w.trace.add("client %d: parked work is done", uint64(c.number), 0, 0)
	if len(c.conn.context.in) > 0 || len(c.conn.socket.in) > 0 {
		w.saw(sawParkedInput)
	}
	r := c.next()
	p.work()
	if n := len(w.server.workPlaces); n != 0 {
		w.fail("%d places for parked work are taken by nobody", n)
	}
	if c.gone {
		w.saw(sawParkedGone)
		if w.tries() != tries {
			w.fail("client %d: authenticates though its connection is closed", c.number)
		}
		return
	}
	if r == nil || r.kind != askAuth {
		w.fail("client %d: is not at the request that is parked", c.number)
		return
	}
	code, body := c.auth.try(r, w.now())
	c.auth.parked = false
	switch code {
	case 0:
		w.saw(sawAuthenticated)
		w.authTries++
	case 0x20:
		w.saw(sawAuthFailed)
		w.authTries++
		w.authFailures++
	}
	c.expected = appendBinaryText(c.expected, r, code, body)
	c.done(r)
}

// tries returns how many attempts the server has counted.
func (w *world) tries() (n uint64) { return w.counted(authCmds) }

// counted adds up a counter of all loops.
func (w *world) counted(counter counter) (n uint64) {
	for _, l := range w.server.loops {
		n += l.totals[counter].Load() + l.counts[counter]
	}
	return n
}
