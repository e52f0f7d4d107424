package server

import (
	"bytes"
	"fmt"
	"path/filepath"
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
	protocol.Token:    true,
	protocol.SASLList: true,
	protocol.SASLAuth: true,
	protocol.SASLStep: true,
}

// mayAsk says whether the connection may ask for r.
func (c *conn) mayAsk(r *protocol.Request) bool {
	return c.rare != nil && c.rare.known || open[r.Asked()]
}

// saslList answers which mechanisms there are.
func (ad *admin) saslList(i int) {
	if ad.shared.sasl == nil {
		ad.unknown(i)
		return
	}
	ad.reply(i, protocol.Reply{Text: ad.shared.sasl.List()})
}

// saslAuth begins an attempt to authenticate, and saslStep is its next step. Both may take long, so they are parked.
func (ad *admin) saslAuth(i int) {
	mechanism := string(ad.round.run.Keys[i].Bytes)
	if ad.shared.sasl != nil && len(mechanism) > sasl.MaxMechanism {
		ad.reply(i, protocol.Reply{Status: protocol.BadFormat})
		return
	}
	ad.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Start(mechanism, data, ad.shared.now())
	})
}

func (ad *admin) saslStep(i int) {
	ad.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Step(data, ad.shared.now())
	})
}

// token answers the set by which a client says in text who it is (-Y).
func (ad *admin) token(i int) {
	r := &ad.round.run.Requests[i]
	if r.Status != engine.OK {
		ad.reply(i, protocol.Reply{Status: r.Status})
		return
	}
	name, password, _ := bytes.Cut(r.Value, []byte(" "))
	r.Value = bytes.Join([][]byte{nil, name, password}, []byte{0})
	ad.attempt(i, func(s *sasl.Session, data []byte) ([]byte, sasl.Result) {
		return s.Start("PLAIN", data, ad.shared.now())
	})
}

// attempt parks one auth or step. The connection is not known until the attempt has ended, whatever it was before.
func (ad *admin) attempt(i int, try func(*sasl.Session, []byte) ([]byte, sasl.Result)) {
	if ad.shared.sasl == nil {
		ad.unknown(i)
		return
	}
	c, data := ad.replies.to, bytes.Clone(ad.round.run.Requests[i].Value)
	who := c.ensureRare()
	if who.session == nil {
		who.session = ad.shared.sasl.NewSession()
	}
	who.known = false
	session, totals := who.session, &ad.totals
	refused := protocol.AuthError
	if ad.round.run.Requests[i].Command == protocol.Token {
		refused = protocol.AuthRefused
	}
	ad.park(i, func() time.Duration { return session.Wait(ad.shared.now()) }, func() protocol.Reply {
		challenge, result := try(session, data)
		if result == sasl.Continue {
			return protocol.Reply{Status: protocol.AuthContinue, Text: string(challenge)}
		}
		totals[authCmds].Add(1)
		if result == sasl.OK {
			return protocol.Reply{Status: engine.OK, Text: "Authenticated"}
		}
		totals[authErrors].Add(1)
		return protocol.Reply{Status: refused}
	})
}

// openUsers reads the users for -S and -Y.
func (s *Server) openUsers(getenv func(string) string) error {
	flag, load := "-S", sasl.LoadConfig
	if s.settings.AuthFile != "" {
		flag, load = "-Y", s.textUsers
	}
	config, err := load(getenv)
	if err == nil {
		err = s.openSASL(config)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}

// textUsers is where the users of -Y are. A server that becomes a daemon changes its directory, so the path is made absolute.
func (s *Server) textUsers(func(string) string) (sasl.Config, error) {
	path, err := filepath.Abs(s.settings.AuthFile)
	return sasl.Config{PasswordFile: path, Mechanisms: []string{"PLAIN"}}, err
}

func (s *Server) openSASL(config sasl.Config) error {
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
