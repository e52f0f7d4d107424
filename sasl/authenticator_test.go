package sasl

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// rewrite replaces a file's contents and gives it a time of its own, so that the test does not depend on how finely the
// file system keeps time.
func rewrite(t *testing.T, path string, data []byte, minute int) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	when := noon.Add(time.Duration(minute) * time.Minute)
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
}

// TestDatabaseAppears is what memcached's own test of SASL does: the database comes into being while the server runs.
func TestDatabaseAppears(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sasldb2")
	a := withConfig(t, Config{Database: path, Hostname: "cache.example"})
	if tryPlain(a, "testuser", "testpass") || a.table.Load().users != 0 {
		t.Error("in without a database")
	}
	rewrite(t, path, readTestFile(t, "one.db"), 1)
	for _, user := range []string{"testuser", "testuser@cache.example"} {
		if !tryPlain(a, user, "testpass") || tryPlain(a, user, "wrong") {
			t.Error(user)
		}
	}
	rewrite(t, path, readTestFile(t, "many.db"), 2)
	if tryPlain(a, "testuser", "testpass") || !tryPlain(a, "user7", "password-7") || tryPlain(a, "user10", "password-10") {
		t.Error("a changed database was not noticed")
	}
	if !tryPlain(a, "user1", "password-1") || !tryPlain(a, "user1@elsewhere", "other") || tryPlain(a, "user1", "other") {
		t.Error("realms are confused")
	}
}

// TestShortHostname knows a realm with a domain by the host's bare name.
func TestShortHostname(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sasldb2")
	rewrite(t, path, readTestFile(t, "one.db"), 1)
	for host, want := range map[string]bool{
		"cache": true, "CACHE": true, "cache.example": true, "cach": false, "cache.exam": false, "example": false, "": false,
	} {
		a := withConfig(t, Config{Database: path, Hostname: host})
		if got := tryPlain(a, "testuser", "testpass"); got != want {
			t.Errorf("host %q: %v", host, got)
		}
	}
}

// TestPasswordFileFirst has one name in both files.
func TestPasswordFileFirst(t *testing.T) {
	database := filepath.Join(t.TempDir(), "sasldb2")
	rewrite(t, database, readTestFile(t, "one.db"), 1)
	a := withConfig(t, Config{PasswordFile: writeFile(t, "pwdb", "testuser:mine\n"), Database: database, Hostname: "cache"})
	if !tryPlain(a, "testuser", "mine") || tryPlain(a, "testuser", "testpass") ||
		!tryPlain(a, "testuser@cache.example", "testpass") {
		t.Error("the password file does not come first")
	}
}

func TestReloadKeepsUsersOnFault(t *testing.T) {
	path := writeFile(t, "pwdb", "")
	rewrite(t, path, []byte("u:p\n"), 1)
	var faults []error
	a := New(Config{PasswordFile: path}, func(err error) { faults = append(faults, err) })
	if tryPlain(a, "u", "p") == false {
		t.Error("the first attempt reads the file")
	}
	rewrite(t, path, []byte("u:q\nbroken\n"), 2)
	for range 3 {
		if !tryPlain(a, "u", "p") || tryPlain(a, "u", "q") {
			t.Error("a broken file changed the users")
		}
	}
	if len(faults) != 1 || !strings.Contains(faults[0].Error(), "pwdb:2: no colon") {
		t.Errorf("faults %v", faults)
	}
	if err := a.Reload(noon); err == nil || !tryPlain(a, "u", "p") {
		t.Error("Reload of a broken file:", err)
	}
	rewrite(t, path, []byte("u:q\n"), 3)
	if err := a.Reload(noon); err != nil || !tryPlain(a, "u", "q") || tryPlain(a, "u", "p") {
		t.Error("Reload of the mended file:", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := a.Reload(noon); err == nil || !tryPlain(a, "u", "q") {
		t.Error("Reload without the file:", err)
	}
}

func TestUnusableFiles(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxPasswordFile+1); err != nil {
		t.Fatal(err)
	}
	text := writeFile(t, "text", strings.Repeat("no database ", 10))
	for _, test := range []struct {
		config Config
		want   string
	}{
		{Config{PasswordFile: folder}, "not a regular file"},
		{Config{PasswordFile: large}, "more than 8388608 bytes"},
		{Config{PasswordFile: filepath.Join(folder, "none")}, "does not exist"},
		{Config{Database: text}, "no Berkeley DB hash file"},
		{Config{Database: folder}, "not a regular file"},
	} {
		if err := New(test.config, nil).Reload(noon); err == nil && test.want != "" ||
			err != nil && !strings.Contains(strings.ReplaceAll(err.Error(), "no such file", "does not exist"), test.want) {
			t.Errorf("%+v: %v", test.config, err)
		}
	}
	a := withConfig(t, Config{Database: text, DatabaseDefault: true})
	if notes := a.Notes(); len(notes) != 2 || !strings.Contains(notes[0], "no users") ||
		!strings.HasPrefix(notes[1], "not used: ") {
		t.Errorf("%q", notes)
	}
}

// TestNothingToOffer: users whom no allowed mechanism can serve are as good as none, which is worth a remark.
func TestNothingToOffer(t *testing.T) {
	hash := writeFile(t, "pwdb", "u:$2b$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde\n")
	for mechanism, remarks := range map[string]int{"SCRAM-SHA-256": 1, "PLAIN": 0} {
		a := withConfig(t, Config{PasswordFile: hash, Mechanisms: []string{mechanism}})
		if notes := a.Notes(); len(notes) != remarks {
			t.Errorf("%s: %q", mechanism, notes)
		}
	}
}

// TestUnsettledFile changes a file within the grain of its time: same time, same size.
func TestUnsettledFile(t *testing.T) {
	path := writeFile(t, "pwdb", "")
	rewrite(t, path, []byte("u:p\n"), 0)
	a := withConfig(t, Config{PasswordFile: path})
	rewrite(t, path, []byte("u:q\n"), 0)
	if !tryPlain(a, "u", "q") {
		t.Error("a change within the file's own moment was missed")
	}
	later := noon.Add(time.Second)
	a.NewSession().Start("PLAIN", plainMessage("u", "q"), later)
	if !a.sources[0].seen.settled || a.sources[0].changed(later) {
		t.Error("the file is read again and again")
	}
}

// TestReloadIsAtomic reloads while others authenticate: each file holds the same password for all, so a guess that fits
// one user fits the other at that moment.
func TestReloadIsAtomic(t *testing.T) {
	path := writeFile(t, "pwdb", "")
	rewrite(t, path, []byte("u:0\nv:0\n"), 0)
	a := withConfig(t, Config{PasswordFile: path})
	var wait sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				t1 := a.table.Load()
				var w work
				for i := range 20 {
					password := fmt.Append(nil, i)
					if t1.verify([]byte("u"), password, &w) != t1.verify([]byte("v"), password, &w) {
						t.Error("half a reload was seen")
						return
					}
				}
				tryPlain(a, "u", "x")
			}
		})
	}
	for i := range 20 {
		next := path + ".new"
		rewrite(t, next, fmt.Appendf(nil, "u:%d\nv:%d\n", i, i), i)
		if err := os.Rename(next, path); err != nil {
			t.Error(err)
		}
		if err := a.Reload(noon); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wait.Wait()
	if !tryPlain(a, "v", "19") {
		t.Error("the last reload is missing")
	}
}
