package sasl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// lockouts are the ways in which files change so that nobody could authenticate any more. Each is given the path of a
// password file, and returns the fault.
var lockouts = []struct {
	name, want string
	change     func(t *testing.T, path string) error
}{
	{"truncated", "pwdb: it names no users any more", func(_ *testing.T, path string) error { return os.Truncate(path, 0) }},
	{"comments alone", "pwdb: it names no users any more", func(_ *testing.T, path string) error {
		return os.WriteFile(path, []byte("# u:p\n\n"), 0o600)
	}},
	{"replaced by an empty file", "pwdb: it names no users any more", func(t *testing.T, path string) error {
		return os.Rename(writeFile(t, "new", ""), path)
	}},
	{"cut off in a line", "pwdb:1: no colon", func(_ *testing.T, path string) error { return os.Truncate(path, 1) }},
	{"removed", "file does not exist", func(_ *testing.T, path string) error { return os.Remove(path) }},
	{"a folder", "not a regular file", func(_ *testing.T, path string) error {
		return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
	}},
	{"a pipe", "not a regular file", func(_ *testing.T, path string) error {
		return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600))
	}},
	{"a link to nowhere", "file does not exist", func(_ *testing.T, path string) error {
		return errors.Join(os.Remove(path), os.Symlink(path+".gone", path))
	}},
	{"of a kind that no mechanism serves", "no mechanism that is allowed", func(t *testing.T, path string) error {
		return os.WriteFile(path, []byte(bcryptLine(t, "u", "p", 4)), 0o600)
	}},
}

// TestLockouts: what would lock everybody out is refused. Whoever authenticates finds the users as they were, and the
// operator hears of it once, and again when he asks for it; a mended file counts at once.
func TestLockouts(t *testing.T) {
	for _, l := range lockouts {
		t.Run(l.name, func(t *testing.T) {
			path := writeFile(t, "pwdb", "u:p\n")
			var told []string
			a := New(Config{PasswordFile: path, Mechanisms: []string{"CRAM-MD5"}, Hostname: testHost},
				func(err error) { told = append(told, err.Error()) })
			if err := a.Reload(noon); err != nil {
				t.Fatal(err)
			}
			if err := l.change(t, path); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if !tryCRAM(a, "u", "p") {
					t.Error("locked out")
				}
			}
			if len(told) != 1 || !strings.Contains(told[0], l.want) {
				t.Errorf("told %q, want %q once", told, l.want)
			}
			for range 2 {
				if err := a.Reload(noon); err == nil || !strings.Contains(err.Error(), l.want) || !tryCRAM(a, "u", "p") {
					t.Errorf("Reload: %v", err)
				}
			}
			if len(told) != 1 {
				t.Errorf("told again of what Reload has returned: %q", told)
			}
			next := writeFile(t, "next", "u:q\n")
			if err := errors.Join(os.RemoveAll(path), os.Rename(next, path)); err != nil {
				t.Fatal(err)
			}
			if !tryCRAM(a, "u", "q") || tryCRAM(a, "u", "p") || len(told) != 1 {
				t.Errorf("the mended file does not count; told %q", told)
			}
			if err := l.change(t, path); err != nil {
				t.Fatal(err)
			}
			if !tryCRAM(a, "u", "q") || len(told) != 2 {
				t.Errorf("the same fault a second time; told %q", told)
			}
		})
	}
}

// TestLockoutWithDatabase: a password file that was cut off keeps its users, though a database names others. A database
// that is gone is refused only if nobody would be left.
func TestLockoutWithDatabase(t *testing.T) {
	database := filepath.Join(t.TempDir(), "sasldb2")
	rewrite(t, database, readTestFile(t, "one.db"), 1)
	path := writeFile(t, "pwdb", "u:p\n")
	a := New(Config{PasswordFile: path, Database: database, Hostname: "cache.example"}, nil)
	if err := a.Reload(noon); err != nil {
		t.Fatal(err)
	}
	both := func() bool { return tryPlain(a, "u", "p") && tryPlain(a, "testuser", "testpass") }
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if err := a.Reload(noon); err == nil || !both() {
		t.Errorf("a password file that was cut off: %v", err)
	}
	rewrite(t, path, []byte("u:p\n"), 2)
	if err := os.Remove(database); err != nil {
		t.Fatal(err)
	}
	if err := a.Reload(noon); err != nil || !tryPlain(a, "u", "p") || tryPlain(a, "testuser", "testpass") {
		t.Errorf("without the database, others are left: %v", err)
	}
	rewrite(t, database, readTestFile(t, "one.db"), 3)
	alone := withConfig(t, Config{Database: database, Hostname: "cache.example"})
	alone.fault = nil
	if err := os.Remove(database); err != nil {
		t.Fatal(err)
	}
	if err := alone.Reload(noon); err == nil || !tryPlain(alone, "testuser", "testpass") {
		t.Errorf("without the database nobody is left: %v", err)
	}
}

// TestFaultsInOneLine: two files at fault make one line of the log.
func TestFaultsInOneLine(t *testing.T) {
	folder := t.TempDir()
	err := New(Config{PasswordFile: folder, Database: folder}, nil).Reload(noon)
	if err == nil || strings.Count(err.Error(), "not a regular file") != 2 || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}

// TestEmptyAtFirst: a server may start before its users are made.
func TestEmptyAtFirst(t *testing.T) {
	path := writeFile(t, "pwdb", "")
	a := withConfig(t, Config{PasswordFile: path})
	if notes := a.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "there are no users") {
		t.Errorf("%q", notes)
	}
	if err := a.Reload(noon); err != nil {
		t.Error(err)
	}
	rewrite(t, path, []byte("u:p\n"), 1)
	if !tryPlain(a, "u", "p") {
		t.Error("the first user is not let in")
	}
}
