package server

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/server/settings"
)

// startTokens runs a server with -Y and the lines of a file, whose path it returns.
func startTokens(t *testing.T, lines string, eng func(*settings.Settings) engine.Engine) (ts *testServer, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "users")
	writeUsers(t, path, lines)
	ts = startOn(t, eng, func(s *settings.Settings) { s.AuthFile, s.Binding, s.Verbosity = path, settings.BindingASCII, 2 }, func(*Server) {})
	return ts, path
}

func plainMemory(*settings.Settings) engine.Engine { return memory.New() }

// tokenOf is the set by which a client says who it is.
func tokenOf(text string) string { return fmt.Sprintf("set _ _ _ %d\r\n%s\r\n", len(text), text) }

const (
	unauthenticated = "CLIENT_ERROR unauthenticated\r\n"
	wrongToken      = "CLIENT_ERROR authentication failure\r\n"
)

// TestTokens: with -Y a client may do nothing but say who it is, in all its forms, and everything once it has.
func TestTokens(t *testing.T) {
	for name, eng := range map[string]func(*settings.Settings) engine.Engine{"loop": plainMemory, "worker": waitingEngine} {
		t.Run(name, func(t *testing.T) {
			ts, _ := startTokens(t, "user:secret word\nother:password\n", eng)
			c := ts.dial()
			for _, line := range []string{"get key", "version", "set key 0 0", "set key 0 0 x", "set key 0 0 -1", "add key 0 0 5", "mg key v", "stats noreply", "flush_all"} {
				c.ask(line+"\r\n", unauthenticated)
			}
			c.ask("set a 0 0 4\r\nuser\r\n", "CLIENT_ERROR bad authentication token format\r\n")
			c.ask("set a 0 0 4\r\nuser secret word\r\n", "CLIENT_ERROR bad command line termination\r\n"+unauthenticated)
			c.ask("set a 0 0 16385\r\n", "CLIENT_ERROR auth token too long\r\n")
			for _, wrong := range []string{"user secret", "user secret word ", "user  secret word", "nobody secret word", "user \x00secret word",
				"\x00user secret word", "user\x00secret word", " ", "user ", strings.Repeat("x", 8000) + " " + strings.Repeat("y", 8000)} {
				c.waitAnew()
				c.ask(tokenOf(wrong), wrongToken)
			}
			c.ask("get key\r\n"+tokenOf("user secret word")+"get key\r\nset key 0 0 3 noreply\r\nabc\r\nget key\r\n",
				unauthenticated+"STORED\r\nEND\r\nVALUE key 0 3\r\nabc\r\nEND\r\n")
			c.ask("set _ 0 0 5\r\nwrong\r\nget _\r\n", "STORED\r\nVALUE _ 0 5\r\nwrong\r\nEND\r\n")
			if cmds, errors := c.stat("", "auth_cmds"), c.stat("", "auth_errors"); cmds != "11" || errors != "10" {
				t.Errorf("%s attempts, %s errors", cmds, errors)
			}
			if strings.Contains(ts.logs.String(), "secret") {
				t.Error("the log has a password")
			}
			ts.dial().ask("get key\r\n", unauthenticated)
			for _, short := range []string{"mn\r\n", "quit\r\n", "\r\n", strings.Repeat("x", 2049)} {
				c := ts.dial()
				c.send(short)
				c.closed()
			}
		})
	}
}

// TestTokenInPieces: it may come byte by byte, and noreply hides nothing.
func TestTokenInPieces(t *testing.T) {
	ts, _ := startTokens(t, "user:secret\n", plainMemory)
	c := ts.dial()
	request := "set a 1 2 11 noreply\r\nuser secret\r\n"
	for i := range request {
		c.send(request[i : i+1])
	}
	c.expect("STORED\r\n")
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
}

// TestTokensReload: SIGHUP reads the file again. Who is in stays in.
func TestTokensReload(t *testing.T) {
	ts, path := startTokens(t, "user:secret\n", plainMemory)
	old := ts.dial()
	old.ask(tokenOf("user secret"), "STORED\r\n")
	writeUsers(t, path, "user:changed\n")
	if err := ts.Reload(); err != nil {
		t.Fatal(err)
	}
	c := ts.dial()
	c.ask(tokenOf("user secret"), wrongToken)
	c.ask(tokenOf("user changed"), "STORED\r\n")
	old.ask("version\r\n", "VERSION 1.4.5\r\n")
	writeUsers(t, path, "no colon\n")
	if err := ts.Reload(); err == nil {
		t.Error("a broken file is taken over")
	}
	ts.dial().ask(tokenOf("user changed"), "STORED\r\n")
}
