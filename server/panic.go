package server

import (
	"fmt"
	"os"
	"runtime/debug"
	"slices"
)

// exitBug is the status of a process that stopped because of a bug in it (EX_SOFTWARE).
const exitBug = 70

func (l *loop) panicked(c *conn, what any) {
	message := fmt.Sprintf("panic on a request: %v\n%s", what, debug.Stack())
	if l.inEngine {
		_, _ = fmt.Fprintf(l.shared.log, "%sthe storage engine may be inconsistent: stopping\n", message)
		_ = l.shared.log.Close() // does not wait for a reader that is stuck, as writing to stderr would
		os.Exit(exitBug)
	}
	l.counts[panics]++
	l.shared.log.Printf("%s", message)
	l.abandon()
	if c != nil {
		l.close(c)
	}
}

// abandon gives up the round under way: every connection in it is closed, since none can be answered truly any more.
func (l *loop) abandon() {
	ready, owners, callers := l.round.ready, l.replies.owners, slices.Clone(l.calls.callers)
	l.round.ready, l.replies.owners, l.round.head, l.replies.to, l.waiting.retrying, l.waiting.first = nil, nil, 0, nil, nil, false
	for _, p := range l.replies.pieces {
		l.replies.release(p.lent)
	}
	l.replies.values, l.replies.pieces, l.replies.out, l.reader.input, l.round.parts = 0, nil, nil, l.reader.input[:0], l.round.parts[:0]
	l.gets.returnLoans()
	l.calls.forget()
	l.stores.brief = false
	l.stores.moveBegun()
	l.stores.forgetBegun()
	clear(l.admin.parked)
	l.admin.parked = l.admin.parked[:0]
	for _, c := range slices.Concat(owners, callers, l.unwrapper.abandon()) {
		c.resetOutput()
		l.close(c)
	}
	for _, a := range ready {
		a.c.clear(stateReady)
		l.close(a.c)
	}
}
