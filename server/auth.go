package server

import (
	"bytes"
	"time"

	"gocached/engine"
	"gocached/protocol"
	"gocached/sasl"
)

// auth is what a connection has shown of itself under -S.
type auth struct {
	session *sasl.Session
	known   bool // the only thing that lets a connection in; false while an attempt is under way
}

// open says which commands need no authentication. memcached 1.4.5 demands it for noop and quit.
var open = [protocol.NumCommands]bool{
	protocol.Version:  true,
	protocol.Noop:     true,
	protocol.Quit:     true,
	protocol.SASLList: true,
	protocol.SASLAuth: true,
	protocol.SASLStep: true,
}

// admitted says whether the connection of a part may do what r asks.
func (c *conn) admitted(r *protocol.Request) bool {
	return c.auth != nil && c.auth.known || open[r.Asked()]
}

// authenticated notes how a connection's attempt has ended.
func (c *conn) authenticated() {
	if c.auth != nil {
		c.auth.known = c.auth.session.Authenticated()
	}
}

// executeGuarded does what execute does for a server with -S: only what each connection may.
func (l *loop) executeGuarded(i, end int) {
	for i < end {
		i = l.executeAdmitted(i, l.sameAdmission(i, end))
	}
}

// executeAdmitted does what executeFrom does if request i may be asked. If not it refuses it and ends the connection.
func (l *loop) executeAdmitted(i, end int) int {
	l.enter(i)
	c := l.to
	if l.shared.sasl == nil || c.admitted(&l.run.Requests[i]) {
		return l.executeFrom(i, end)
	}
	l.reply(i, protocol.Reply{Status: protocol.AuthError})
	c.set(stateClosing | stateSaidAll)
	return l.leave(i)
}

// sameAdmission returns the end of the requests from i on that belong to the same connection, so that gets of an
// authenticated connection still go to the engine together.
func (l *loop) sameAdmission(i, end int) int {
	return min(end, l.parts[l.partOf[i]].to)
}

// saslList answers which mechanisms there are.
func (l *loop) saslList(i int) {
	if l.shared.sasl == nil {
		l.unknown(i)
		return
	}
	l.reply(i, protocol.Reply{Text: l.shared.sasl.List()})
}

// saslAuth begins an attempt to authenticate, and saslStep goes on with it. Both may take long, so they are parked.
func (l *loop) saslAuth(i int) {
	mechanism := string(l.run.Keys[i].Bytes)
	if l.shared.sasl != nil && len(mechanism) > sasl.MaxMechanism {
		l.reply(i, protocol.Reply{Status: protocol.BadFormat})
		return
	}
	l.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Start(mechanism, data, l.shared.now())
	})
}

func (l *loop) saslStep(i int) {
	l.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Step(data, l.shared.now())
	})
}

// attempt carries out one auth or step elsewhere. Whatever the connection was before, it is not known until it ends.
func (l *loop) attempt(i int, try func(*sasl.Session, []byte) ([]byte, sasl.Result)) {
	if l.shared.sasl == nil {
		l.unknown(i)
		return
	}
	c, data := l.to, bytes.Clone(l.run.Requests[i].Value)
	if c.auth == nil {
		c.auth = &auth{session: l.shared.sasl.NewSession()}
	}
	c.auth.known = false
	session, totals := c.auth.session, &l.totals
	l.park(i, session.Wait(l.shared.now()), func() protocol.Reply {
		challenge, result := try(session, data)
		if result == sasl.Continue {
			return protocol.Reply{Status: protocol.AuthContinue, Text: string(challenge)}
		}
		totals[authCmds].Add(1)
		if result == sasl.OK {
			return protocol.Reply{Status: engine.OK, Text: "Authenticated"}
		}
		totals[authErrors].Add(1)
		return protocol.Reply{Status: protocol.AuthError}
	})
}

// openSASL reads the users for -S.
func (s *Server) openSASL(getenv func(string) string) error {
	config, err := sasl.LoadConfig(getenv)
	if err != nil {
		return err
	}
	s.sasl = sasl.New(config, func(err error) { s.log.Printf("reload: %v", err) })
	if err := s.sasl.Reload(time.Now()); err != nil {
		return err
	}
	for _, note := range append(config.Notes, s.sasl.Notes()...) {
		s.log.Printf("warning: %s", note)
	}
	return nil
}

// Reload reads the files with the users again (SIGHUP). If one is at fault the users stay as they were.
func (s *Server) Reload() error {
	if s.sasl == nil {
		return nil
	}
	return s.sasl.Reload(time.Now())
}
