package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gocached/internal/eventually"
)

// TestReloadEmpty: a signal to read the users again finds a file that was cut off. Nobody is locked out, one line says why,
// and the attempts that follow add no further line.
func TestReloadEmpty(t *testing.T) {
	users := writeUsers(t)
	r := startBinary(t, "-S")
	c := connect(t, "tcp", r.address())
	c.logIn("alice", "secret")
	if err := os.Truncate(users, 0); err != nil {
		t.Fatal(err)
	}
	r.Process.Signal(syscall.SIGHUP)
	const line = "reload: "
	eventually.True(t, "a line about the file", func() bool { return strings.Contains(r.stderr.String(), line) })
	for range 3 {
		c.logIn("alice", "secret")
	}
	if err := os.WriteFile(users, []byte("alice:changed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.logIn("alice", "changed")
	if log := r.stderr.String(); strings.Count(log, line) != 1 || !strings.Contains(log, users+": it names no users any more") {
		t.Errorf("the log says:\n%s", log)
	}
	if status := r.end(t, syscall.SIGTERM); status != 0 {
		t.Errorf("status %d", status)
	}
}

// writeUsers makes a file of users, alice with the password secret, for servers that the test starts with -S, and returns
// its path.
func writeUsers(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	users := filepath.Join(dir, "users")
	t.Setenv("MEMCACHED_SASL_PWDB", users)
	t.Setenv("SASL_CONF_PATH", dir)
	for name, text := range map[string]string{
		"users": "alice:secret\n", "memcached.conf": "sasldb_path: " + filepath.Join(dir, "none") + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{dir, filepath.Dir(dir)} { // other users read it too
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return users
}

// logIn authenticates by SASL PLAIN in the binary protocol.
func (c *connection) logIn(name, password string) {
	c.t.Helper()
	const mechanism = "PLAIN"
	message := "\x00" + name + "\x00" + password
	request := make([]byte, 24)
	request[0], request[1], request[3], request[11] = 0x80, 0x21, byte(len(mechanism)), byte(len(mechanism)+len(message))
	const answer = "Authenticated"
	c.ask(string(request)+mechanism+message,
		"\x81\x21"+strings.Repeat("\x00", 9)+string(rune(len(answer)))+strings.Repeat("\x00", 12)+answer)
}
