package server

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gocached/server/oplog"
	"gocached/server/settings"
)

// startGuarded runs a server with -S and one user.
func startGuarded(t *testing.T, change func(*settings.Settings)) *testServer {
	t.Helper()
	return startWithUsers(t, "user:secret\nother:password\n", change)
}

// startWithUsers runs a server with -S and the lines of a password file, which is in users.
func startWithUsers(t *testing.T, lines string, change func(*settings.Settings)) *testServer {
	t.Helper()
	dir := t.TempDir()
	writeUsers(t, filepath.Join(dir, "users"), lines)
	config := "mech_list: plain login cram-md5 scram-sha-1 scram-sha-256 scram-sha-512\nsasldb_path: " + filepath.Join(dir, "none") + "\n"
	writeUsers(t, filepath.Join(dir, "memcached.conf"), config)
	t.Setenv("MEMCACHED_SASL_PWDB", filepath.Join(dir, "users"))
	t.Setenv("SASL_CONF_PATH", dir)
	return start(t, func(s *settings.Settings) {
		s.SASL, s.Binding = true, settings.BindingBinary
		if change != nil {
			change(s)
		}
	})
}

// writeUsers replaces a file in one step.
func writeUsers(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// plain makes the packet of an attempt with PLAIN.
func plain(user, password string) string {
	return frame(opSASLAuth, 1, "", "PLAIN", "\x00"+user+"\x00"+password)
}

// login authenticates with the right password.
func (c *client) login() {
	c.t.Helper()
	c.send(plain("user", "secret"))
	c.wants(codeOK, authenticated)
}

// refused expects that the connection may do nothing.
func (c *client) refused() {
	c.t.Helper()
	c.send(frame(0x00, 9, "", "key", ""))
	c.wants(codeAuth, authFailure)
	c.closed()
}

// TestSASLBefore asks for everything before authenticating: what is not for strangers closes the connection.
func TestSASLBefore(t *testing.T) {
	for _, verbosity := range []int{0, 2, 3} {
		ts := startGuarded(t, func(s *settings.Settings) { s.Verbosity = verbosity })
		for opcode := range 256 {
			c := ts.dial()
			request := frame(byte(opcode), 7, "", "", "")
			switch opcode {
			case 0x01, 0x02, 0x03, 0x11, 0x12, 0x13:
				request = frame(byte(opcode), 7, "\x00\x00\x00\x00\x00\x00\x00\x00", "key", "value")
			case 0x05, 0x06, 0x15, 0x16:
				request = frame(byte(opcode), 7, strings.Repeat("\x00", 20), "key", "")
			case 0x00, 0x04, 0x09, 0x0c, 0x0d, 0x0e, 0x0f, 0x14, 0x19, 0x1a:
				request = frame(byte(opcode), 7, "", "key", "")
			case 0x1c, 0x1d, 0x1e:
				request = frame(byte(opcode), 7, "\x00\x00\x00\x00", "key", "")
			}
			c.send(request)
			switch opcode {
			case 0x0a, 0x0b, opSASLList:
				if a := c.packet(); a.code != codeOK {
					t.Errorf("-v %d: opcode 0x%02x is refused: %v", verbosity, opcode, a)
				}
				c.refused()
			case 0x07:
				c.wants(codeOK, "")
				c.closed()
			case 0x17:
				c.closed()
			case opSASLAuth, opSASLStep: // without a mechanism
				c.wants(codeInvalid, "Invalid arguments")
				c.closed()
			default:
				c.wants(codeAuth, authFailure)
				c.closed()
			}
		}
		c := ts.dial()
		c.login()
		if items := c.binaryStat("curr_items"); items != "0" {
			t.Errorf("-v %d: strangers have stored %s items", verbosity, items)
		}
	}
}

// TestSASLThenNonsense: what is no request behind an attempt ends the connection, but not before the attempt is answered.
func TestSASLThenNonsense(t *testing.T) {
	ts := startGuarded(t, nil)
	c := ts.dial()
	c.send(plain("user", "secret") + strings.Repeat("x", 24))
	c.wants(codeOK, authenticated)
	c.closed()
}

// TestSASLText speaks text to a server with -S: there is none.
func TestSASLText(t *testing.T) {
	ts := startGuarded(t, nil)
	for _, line := range []string{"version\r\n12345678901234567890\r\n", "set a 0 0 1\r\nx\r\n 12345678901234567890\r\n"} {
		c := ts.dial()
		c.send(line)
		c.closed()
	}
}

// TestSASLLockedOutAgain checks that every attempt ends what an earlier one had won, however it ends itself.
func TestSASLLockedOutAgain(t *testing.T) {
	ts := startGuarded(t, nil)
	for name, attempt := range map[string]struct {
		request string
		code    uint16
	}{
		"wrong password":    {plain("user", "wrong"), codeAuth},
		"unknown user":      {plain("nobody", "secret"), codeAuth},
		"unknown mechanism": {frame(opSASLAuth, 0, "", "ANONYMOUS", ""), codeAuth},
		"step too many":     {frame(opSASLStep, 0, "", "PLAIN", "\x00user\x00secret"), codeAuth},
		"unfinished":        {frame(opSASLAuth, 0, "", "CRAM-MD5", ""), codeContinue},
	} {
		t.Run(name, func(t *testing.T) {
			c := ts.dial()
			c.t = t
			c.login()
			c.send(frame(0x00, 0, "", "key", ""))
			c.wants(codeNotFound, "Not found")
			c.send(attempt.request)
			if a := c.packet(); a.code != attempt.code {
				t.Fatalf("answered 0x%04x %q", a.code, a.body)
			}
			c.refused()
		})
	}
}

// TestSASLStepWithoutAuth: a step of no attempt is refused. (What it does before the first one is TestSessionStates's.)
func TestSASLStepWithoutAuth(t *testing.T) {
	ts := startGuarded(t, nil)
	c := ts.dial()
	for _, mechanism := range []string{"PLAIN", "CRAM-MD5", "x"} {
		c.send(plain("user", "wrong"))
		c.wants(codeAuth, authFailure)
		c.send(frame(opSASLStep, 0, "", mechanism, "\x00user\x00secret"))
		c.wants(codeAuth, authFailure)
	}
	c.login()
}

// TestSASLOversized sends mechanisms and messages that are too long, and goes on behind them.
func TestSASLOversized(t *testing.T) {
	ts := startGuarded(t, nil)
	c := ts.dial()
	for _, n := range []int{33, 100, 250} {
		c.send(frame(opSASLAuth, 0, "", strings.Repeat("M", n), "\x00user\x00secret"))
		c.wants(codeInvalid, "Invalid arguments")
	}
	c.send(frame(opSASLAuth, 0, "", strings.Repeat("M", 32), "\x00user\x00secret"))
	c.wants(codeAuth, authFailure)
	for _, n := range []int{2049, 4097, 100_000, 2_000_000} {
		c.send(frame(opSASLAuth, 0, "", "PLAIN", strings.Repeat("x", n)))
		c.wants(codeTooLarge, "Too large.")
		c.send(frame(opSASLStep, 0, "", "PLAIN", strings.Repeat("x", n)))
		c.wants(codeTooLarge, "Too large.")
	}
	c.login()
	c = ts.dial()
	c.send(frame(opSASLAuth, 0, "", strings.Repeat("M", 251), "x"))
	c.wants(codeInvalid, "Invalid arguments")
	c.closed()
}

// TestSASLOff: without -S the opcodes are unknown, whatever they carry.
func TestSASLOff(t *testing.T) {
	c := start(t, nil).dial()
	for _, request := range []string{frame(opSASLList, 0, "", "", ""), plain("user", "secret"),
		frame(opSASLStep, 0, "", "PLAIN", "x"), frame(opSASLAuth, 0, "", strings.Repeat("M", 33), "x")} {
		c.send(request)
		c.wants(codeUnknown, "Unknown command")
	}
	c.send(frame(0x0a, 0, "", "", ""))
	c.wants(codeOK, "")
}

// TestSASLCounters: auth_cmds counts attempts that ended, auth_errors those that failed.
func TestSASLCounters(t *testing.T) {
	ts := startGuarded(t, nil)
	c := ts.dial()
	c.send(plain("user", "wrong"))
	c.wants(codeAuth, authFailure)
	c.send(frame(opSASLStep, 0, "", "PLAIN", "x"))
	c.wants(codeAuth, authFailure)
	c.send(frame(opSASLAuth, 0, "", "LOGIN", ""))
	c.wants(codeContinue, "Username:")
	c.send(frame(opSASLAuth, 0, "", strings.Repeat("M", 33), "x"))
	c.wants(codeInvalid, "Invalid arguments")
	c.login()
	other := ts.dial()
	other.login()
	if cmds, errors := c.binaryStat("auth_cmds"), c.binaryStat("auth_errors"); cmds != "4" || errors != "2" {
		t.Errorf("auth_cmds %s, auth_errors %s; want 4 and 2", cmds, errors)
	}
}

// TestSASLReload replaces the users while clients authenticate: each attempt sees the old users or the new ones.
func TestSASLReload(t *testing.T) {
	ts := startGuarded(t, func(s *settings.Settings) { s.Threads = 2 })
	path := os.Getenv("MEMCACHED_SASL_PWDB")
	var stop atomic.Bool
	var clients sync.WaitGroup
	for range 4 {
		c := ts.dial()
		clients.Go(func() {
			for i := 0; !stop.Load() || i < 20; i++ {
				c.send(plain("user", "secret")) // is in both versions of the file
				if a, err := readAnswer(c.r); err != nil || a.code != codeOK {
					t.Errorf("attempt %d: %v, %v", i, a, err)
					return
				}
			}
		})
	}
	for i := range 40 {
		text := "user:secret\n"
		for n := range rand.IntN(50) {
			text = fmt.Sprintf("u%d:p%d\n", n, i) + text
		}
		writeUsers(t, path, text)
		if err := ts.Reload(); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	clients.Wait()
	writeUsers(t, path, "user:changed\n")
	if err := ts.Reload(); err != nil {
		t.Fatal(err)
	}
	c := ts.dial()
	c.send(plain("user", "secret") + plain("user", "changed"))
	c.wants(codeAuth, authFailure)
	c.wants(codeOK, authenticated)
	writeUsers(t, path, "whisper\n")
	if err := ts.Reload(); err == nil || strings.Contains(err.Error(), "whisper") {
		t.Errorf("a broken file: %v", err)
	}
	c.send(plain("user", "changed"))
	c.wants(codeOK, authenticated)
}

// TestSASLWithoutUDP: the password would not hold for datagrams, so there are none.
func TestSASLWithoutUDP(t *testing.T) {
	ts := startGuarded(t, func(s *settings.Settings) { s.UDPPort = -1 })
	if n := len(ts.sockets.UDP); n != 0 {
		t.Errorf("%d UDP sockets", n)
	}
}

// TestSASLBadFileAtStart: a server that cannot read its users does not start.
func TestSASLBadFileAtStart(t *testing.T) {
	t.Setenv("MEMCACHED_SASL_PWDB", filepath.Join(t.TempDir(), "none"))
	t.Setenv("SASL_CONF_PATH", t.TempDir())
	st := settings.Default()
	st.SASL, st.Binding = true, settings.BindingBinary
	log := oplog.New(new(lockedBuffer))
	defer log.Close()
	if _, err := New(st, testEngine(st), log); err == nil || !strings.HasPrefix(err.Error(), "-S: ") {
		t.Errorf("New: %v", err)
	}
}

// TestSASLGuesses: from the fifth failure on a connection gets ten guesses a second; another on the same loop waits for
// none of them. On a busy machine everybody waits at times. So a client of another server, which has no such guests, is
// asked beside it, and it is tried again: a loop that waits for a guess does so every time.
func TestSASLGuesses(t *testing.T) {
	ts := startGuarded(t, func(s *settings.Settings) { s.Threads = 1 })
	other, elsewhere := ts.dial(), startGuarded(t, func(s *settings.Settings) { s.Threads = 1 }).dial()
	other.login()
	elsewhere.login()
	const guesses, tries = 12, 5
	for try := 1; ; try++ {
		answered := guess(t, ts.dial(), guesses)
		var took, slowest, machine time.Duration
		asked := 0
		for done := false; !done; asked++ {
			select {
			case took = <-answered:
				done = true
			default:
				slowest = max(slowest, other.wait())
				machine = max(machine, elsewhere.wait())
			}
		}
		least := (guesses + 1 - 5) * 100 * time.Millisecond
		if took < least {
			t.Fatalf("%d guesses took %v, want at least %v", guesses+1, took, least)
		}
		if took < least+2*time.Second && asked >= 100 && slowest < max(50*time.Millisecond, 2*machine) {
			return
		}
		t.Logf("%d guesses took %v; meanwhile another client asked %d times, and waited for up to %v; elsewhere up to %v",
			guesses+1, took, asked, slowest, machine)
		if try == tries {
			t.Fatalf("so it was %d times", tries)
		}
	}
}

// guess sends wrong passwords and then the right one, and tells how long the answers to all of them took.
func guess(t *testing.T, c *client, wrong int) <-chan time.Duration {
	begin := time.Now()
	c.send(strings.Repeat(plain("user", "wrong"), wrong) + plain("user", "secret"))
	answered := make(chan time.Duration, 1)
	go func() {
		defer close(answered)
		for range wrong + 1 {
			if _, err := readAnswer(c.r); err != nil {
				t.Error(err)
				return
			}
		}
		answered <- time.Since(begin)
	}()
	return answered
}

// wait asks for nothing and returns how long the answer took.
func (c *client) wait() time.Duration {
	at := time.Now()
	c.send(frame(0x0a, 0, "", "", ""))
	c.wants(codeOK, "")
	return time.Since(at)
}
