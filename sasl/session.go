package sasl

import "time"

// MaxData is the longest message of a client, in bytes, that is looked at. A longer one fails.
const MaxData = 4096

// Result says where an attempt stands.
type Result uint8

const (
	// Failed is the zero Result: the attempt is over and the session is not authenticated.
	Failed Result = iota
	// Continue means that the client must answer the challenge, which may be empty, with a step.
	Continue
	// OK means that the client has proved who it is.
	OK
)

// String returns the result's name, for tests and logs.
func (r Result) String() string {
	switch r {
	case OK:
		return "ok"
	case Continue:
		return "continue"
	}
	return "failed"
}

// Session is what one connection has shown of itself. Make one with Authenticator.NewSession; it needs no closing.
//
// A session is not safe for concurrent use, but its calls may come from different goroutines one after the other. Start
// and Step may take long: see the package comment.
type Session struct {
	auth     *Authenticator
	talk     conversation // nil when no attempt is under way
	user     string       // who is authenticated, as the client wrote it; for tests
	ok       bool
	failures int
	next     time.Time // see Wait
	work     work      // what all attempts of the session cost, for tests
}

// attempt is what a conversation needs: the users of the moment at which it began, and where to count its work.
type attempt struct {
	auth  *Authenticator
	table *table
	work  *work
}

// Start begins a new attempt with the named mechanism; data is the client's first message, empty if it sent none. It
// ends an attempt under way and any earlier success before it looks at anything else.
//
// The challenge belongs to the caller; it is empty unless the result is Continue. An unknown mechanism, one that the
// list does not offer, and a name or message beyond MaxMechanism or MaxData give Failed, as a wrong password does. now
// tells when a failure happened (see Wait).
func (s *Session) Start(mechanism string, data []byte, now time.Time) (challenge []byte, result Result) {
	s.ok, s.user = false, ""
	if s.talk != nil {
		s.fail(now) // an attempt left unfinished was a guess too
	}
	i := mechanismNamed(mechanism)
	if i < 0 {
		return s.fail(now)
	}
	s.auth.poll(now)
	t := s.auth.table.Load()
	if s.auth.offered(t)&(1<<i) == 0 {
		return s.fail(now)
	}
	s.talk = mechanisms[i].begin(&attempt{auth: s.auth, table: t, work: &s.work})
	return s.Step(data, now)
}

// Step carries the attempt on with the client's next message. Without an attempt under way it fails. The results
// are those of Start.
func (s *Session) Step(data []byte, now time.Time) (challenge []byte, result Result) {
	s.ok, s.user = false, ""
	if s.talk == nil || len(data) > MaxData {
		return s.fail(now)
	}
	challenge, result, user := s.talk.next(data)
	switch result {
	case Continue:
		return challenge, Continue
	case OK:
		s.talk, s.ok, s.user = nil, true, user
		return nil, OK
	}
	return s.fail(now)
}

// Authenticated reports whether the last attempt of the session succeeded.
func (s *Session) Authenticated() bool { return s.ok }
