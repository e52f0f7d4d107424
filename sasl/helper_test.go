package sasl

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// noon is a moment for tests. It lies far from the times of the files they write, which so count as settled.
var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

const testHost = "cache"

// writeFile writes a file of the test's own folder and returns its path.
func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// withUsers returns an Authenticator with the lines of a password file.
func withUsers(t testing.TB, lines string) *Authenticator {
	t.Helper()
	return withConfig(t, Config{PasswordFile: writeFile(t, "pwdb", lines), Hostname: testHost})
}

func withConfig(t testing.TB, config Config) *Authenticator {
	t.Helper()
	a := New(config, func(err error) { t.Errorf("fault: %v", err) })
	if err := a.Reload(noon); err != nil {
		t.Fatal(err)
	}
	return a
}

// bcryptLine and scramLine make lines of the password file.
func bcryptLine(t testing.TB, user, password string, cost int) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	if err != nil {
		t.Fatal(err)
	}
	return user + ":" + string(hash) + "\n"
}

func scramLine(user, password string, hash, iterations int, salt string) string {
	v := derive(hash, prepare(password), []byte(salt), iterations, new(work))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s:%s$%d:%s$%s:%s\n", user, scramHashes[hash].name, iterations, b64(v.salt), b64(v.storedKey),
		b64(v.serverKey))
}

// plainMessage is PLAIN's message.
func plainMessage(user, password string) []byte { return []byte("\x00" + user + "\x00" + password) }

// tryPlain reports whether the password lets the user in.
func tryPlain(a *Authenticator, user, password string) bool {
	s := a.NewSession()
	_, result := s.Start("PLAIN", plainMessage(user, password), noon)
	return result == OK && s.Authenticated() && s.user == user
}
