package server

import (
	"bytes"
	"time"

	"gocached/engine"
	"gocached/protocol"
	"gocached/sasl"
)

// open says which commands need no authentication. memcached 1.4.5 demands it for noop and quit.
var open = [protocol.NumCommands]bool{
	protocol.Version:  true,
	protocol.Noop:     true,
	protocol.Quit:     true,
	protocol.SASLList: true,
	protocol.SASLAuth: true,
	protocol.SASLStep: true,
}

// mayAsk says whether the connection may ask for r.
func (c *conn) mayAsk(r *protocol.Request) bool {
	return c.auth != nil && c.auth.known || open[r.Asked()]
}

// saslList answers which mechanisms there are.
func (m *admin) saslList(i int) {
	if m.shared.sasl == nil {
		m.unknown(i)
		return
	}
	m.reply(i, protocol.Reply{Text: m.shared.sasl.List()})
}

// saslAuth begins an attempt to authenticate, and saslStep is its next step. Both may take long, so they are parked.
func (m *admin) saslAuth(i int) {
	mechanism := string(m.round.run.Keys[i].Bytes)
	if m.shared.sasl != nil && len(mechanism) > sasl.MaxMechanism {
		m.reply(i, protocol.Reply{Status: protocol.BadFormat})
		return
	}
	m.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Start(mechanism, data, m.shared.now())
	})
}

func (m *admin) saslStep(i int) {
	m.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Step(data, m.shared.now())
	})
}

// attempt parks one auth or step. The connection is not known until the attempt has ended, whatever it was before.
func (m *admin) attempt(i int, try func(*sasl.Session, []byte) ([]byte, sasl.Result)) {
	if m.shared.sasl == nil {
		m.unknown(i)
		return
	}
	c, data := m.replies.to, bytes.Clone(m.round.run.Requests[i].Value)
	if c.auth == nil {
		c.auth = &auth{session: m.shared.sasl.NewSession()}
	}
	c.auth.known = false
	session, totals := c.auth.session, &m.totals
	m.park(i, func() time.Duration { return session.Wait(m.shared.now()) }, func() protocol.Reply {
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
