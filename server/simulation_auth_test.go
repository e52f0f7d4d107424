package server

import (
	"sync"
	"time"

	"gocached/sasl"
	"gocached/server/settings"
)

// simAuth is how a client of a world with -S stands with the server. The rules are written down here a second time.
type simAuth struct {
	known    bool
	talk     talk
	failures int
	next     time.Time // when the next attempt may begin
	parked   bool      // its first request is

	script []step // what it will do next to authenticate
	hopes  bool   // it believes that it will be known by then
}

// talk is how far an attempt has come.
type talk int

const (
	talkNone      talk = iota
	talkPlain          // PLAIN has begun without a message
	talkLogin          // LOGIN waits for the user
	talkUser           // LOGIN knows a user and waits for the password
	talkWrongUser      // the same, but there is no such user
)

// step is a request by which a client authenticates: with a mechanism it begins an attempt, else it goes on with one.
type step struct{ mechanism, data string }

// The one user of all worlds, who is in testdata/users, and what PLAIN makes of him.
const (
	simUser     = "user"
	simPassword = "secret"
	simPlain    = "\x00user\x00secret"
)

// scripts are the ways to authenticate. Those before goodScripts succeed.
var scripts = [][]step{
	{{"PLAIN", simPlain}}, {{"PLAIN", ""}, {"", simPlain}}, {{"LOGIN", ""}, {"", simUser}, {"", simPassword}},
	{{"LOGIN", simUser}, {"", simPassword}},
	{{"PLAIN", "\x00user\x00wrong"}}, {{"", simPlain}}, {{"LOGIN", simUser}, {"", "wrong"}}, {{"LOGIN", "nobody"}, {"", simPassword}},
	{{"ANONYMOUS", "x"}}, {{"PLAIN", ""}}, {{"LOGIN", ""}}, {{"PLAIN", "other\x00user\x00secret"}}, {{"PLAIN", simPlain}, {"", ""}},
}

const goodScripts = 4

// authenticator is shared by all worlds: it only reads, and hears of the time from its callers.
var authenticator = sync.OnceValues(func() (*sasl.Authenticator, error) {
	a := sasl.New(sasl.Config{PasswordFile: "testdata/users", Mechanisms: []string{"PLAIN", "LOGIN"}}, nil)
	return a, a.Reload(time.Unix(0, 0))
})

// guard makes the server one with -S.
func (w *world) guard() {
	a, err := authenticator()
	if err != nil {
		w.fail("no users: %v", err)
	}
	w.server.sasl, w.server.settings.Binding = a, settings.BindingBinary
}

// wantsIn says whether a client would rather authenticate than ask for something else, and if so chooses how.
func (c *simClient) wantsIn(r *request) bool {
	if !c.w.plan.sasl || c.datagram != nil {
		return false
	}
	random, a := c.w.r, &c.auth
	if len(a.script) == 0 && (!a.hopes && !oneIn(random, 20) || oneIn(random, 40)) {
		n := random.IntN(len(scripts) + 2*goodScripts)
		if n >= len(scripts) {
			n %= goodScripts
		}
		a.script, a.hopes = scripts[n], n < goodScripts
	}
	if len(a.script) == 0 || oneIn(random, 30) {
		return false
	}
	s := a.script[0]
	a.script = a.script[1:]
	r.kind, r.quiet, r.opcode, r.text, r.value = askAuth, false, 0x21, s.mechanism, []byte(s.data)
	if s.mechanism == "" {
		r.opcode, r.text = 0x22, "PLAIN" // which the server does not look at
	}
	return true
}

// admits says whether the server may do what a client asks.
func (c *simClient) admits(r *request) bool {
	return !c.w.plan.sasl || c.auth.known || r.kind == askAuth || r.kind == askVersion || r.kind == askNoop || r.kind == askQuit ||
		r.kind == askList || r.kind == askBroken && r.code == 0
}

// waits says whether a request is executed only when the engine is asked, or who authenticates.
func (c *simClient) waits(r *request) bool { return r.engineKnows() && c.admits(r) }

// pauseBefore is how long the server must wait before the next attempt.
func (a *simAuth) pauseBefore(now time.Time) time.Duration {
	return min(max(a.next.Sub(now), 0), 100*time.Millisecond)
}

// try returns the code and the body of the answer to a step.
func (a *simAuth) try(r *request, now time.Time) (code uint16, body string) {
	data := string(r.value)
	if r.opcode == 0x21 {
		if a.talk != talkNone {
			a.fail(now)
		}
		switch r.text {
		case "PLAIN":
			return a.plain(data, now)
		case "LOGIN":
			return a.login(data, now)
		}
		return a.fail(now)
	}
	switch a.talk {
	case talkPlain:
		return a.verify(data == simPlain, now)
	case talkLogin:
		return a.name(data, now)
	case talkUser:
		return a.verify(data == simPassword, now)
	}
	return a.fail(now)
}

func (a *simAuth) plain(data string, now time.Time) (uint16, string) {
	if data == "" {
		a.talk = talkPlain
		return 0x21, ""
	}
	return a.verify(data == simPlain, now)
}

func (a *simAuth) login(data string, now time.Time) (uint16, string) {
	if data == "" {
		a.talk = talkLogin
		return 0x21, "Username:"
	}
	return a.name(data, now)
}

func (a *simAuth) name(data string, now time.Time) (uint16, string) {
	switch data {
	case "":
		return a.fail(now)
	case simUser:
		a.talk = talkUser
	default:
		a.talk = talkWrongUser
	}
	return 0x21, "Password:"
}

func (a *simAuth) verify(right bool, now time.Time) (uint16, string) {
	if !right {
		return a.fail(now)
	}
	a.talk, a.known = talkNone, true
	return 0, "Authenticated"
}

// fail ends an attempt. From the fifth failure on the next attempt must wait.
func (a *simAuth) fail(now time.Time) (uint16, string) {
	a.talk = talkNone
	if a.failures++; a.failures >= 5 {
		a.next = now.Add(100 * time.Millisecond)
	}
	return 0x20, authRefused
}

const authRefused = "Auth failure."
