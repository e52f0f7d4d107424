package sasl

import "time"

const (
	freeFailures = 5                      // so many wrong guesses cost a connection nothing
	guessPause   = 100 * time.Millisecond // then each one does
)

// Wait returns how long the connection's next auth or step must wait before it is handed to Start or Step: zero at
// first, up to 100 ms after five failures, so that a connection guesses at most ten times a second. Success does not
// forgive earlier failures, or one's own password would buy guesses at another's.
//
// Start and Step do not wait themselves and do not refuse: the owner of the connection stops reading it meanwhile.
// now must come from the same clock as theirs, and be finer than a tenth of a second.
func (s *Session) Wait(now time.Time) time.Duration {
	return min(max(s.next.Sub(now), 0), guessPause)
}

// fail ends the attempt under way, notes the failure and returns what the client may learn of it.
func (s *Session) fail(now time.Time) ([]byte, Result) {
	s.talk = nil
	s.failures++
	if s.failures >= freeFailures {
		s.next = now.Add(guessPause)
	}
	return nil, Failed
}
