package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gocached/internal/eventually"
)

func TestWritePIDFile(t *testing.T) {
	own := fmt.Sprintf("%d\n", os.Getpid())
	other := exec.Command("sleep", "60") // runs, but is no cache server
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Process.Kill()
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	const none = "none"
	for _, c := range []struct {
		what, before, after string
		fails               bool
	}{
		{"no file", none, own, false},
		{"empty", "", own, false},
		{"our own", own, own, false},
		{"a dead process", fmt.Sprintf("%d\n", gone.Process.Pid), own, false},
		{"a process that is no server", fmt.Sprint(other.Process.Pid), own, false},
		{"words", "precious\n", "precious\n", true},
		{"a negative number", "-1\n", "-1\n", true},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "pid")
		if c.before != none {
			if err := os.WriteFile(path, []byte(c.before), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := writePIDFile(path); (err != nil) != c.fails {
			t.Errorf("%s: error %v", c.what, err)
		}
		if got, _ := os.ReadFile(path); string(got) != c.after {
			t.Errorf("%s: the file holds %q, want %q", c.what, got, c.after)
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Errorf("%s: there are %d files", c.what, len(files))
		}
		removePIDFile(path)
		if _, err := os.Stat(path); (err == nil) != c.fails {
			t.Errorf("%s: after the end: %v", c.what, err)
		}
	}
}

// TestWritePIDFileLive checks that another server's file is left alone.
func TestWritePIDFileLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	r := startBinary(t, "-P", path)
	defer r.end(t, os.Interrupt)
	eventually.True(t, "a PID file", func() bool { _, err := os.Stat(path); return err == nil })
	got := runBinary(t, append([]string{"-l", "127.0.0.1", "-p", "-1", "-P", path}, asRoot()...)...)
	want := fmt.Sprintf("%v: %s holds %d; stop that one, or name another file by -P\n", errLivePID, path, r.Process.Pid)
	if (got != outcome{71, "", want}) {
		t.Errorf("got %+v, want exit 71 and %q", got, want)
	}
	if text, _ := os.ReadFile(path); string(text) != fmt.Sprintf("%d\n", r.Process.Pid) {
		t.Errorf("the file holds %q", text)
	}
}

// TestWritePIDFileOdd checks that only a regular file is ever replaced.
func TestWritePIDFileOdd(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, os.DevNull, dir} {
		if err := writePIDFile(path); err == nil || errors.Is(err, errLivePID) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if text, _ := os.ReadFile(target); len(text) != 0 {
		t.Errorf("a link was followed: %q", text)
	}
	removePIDFile("")
	removePIDFile(filepath.Join(dir, "none"))
}

// TestPIDFault: which file, why it could not be written, and what to do.
func TestPIDFault(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "no", "pid"): "there is no folder " + dir + "/no; make it and let the user me write there, or name a file elsewhere",
		filepath.Join(file, "pid"):      file + " is no folder; name a file elsewhere",
		file:                            errNoPIDFile.Error(),
		"/proc/pid":                     "no such file or directory; name a file elsewhere",
	} {
		if err := writePIDFile(path); err == nil || pidFault(path, "me", err) != want {
			t.Errorf("%s: %q, want %q", path, pidFault(path, "me", err), want)
		}
	}
	denied := &os.PathError{Op: "open", Path: "/x/pid.123", Err: syscall.EACCES}
	if got := pidFault("/x/pid", "me", denied); got != "the user me may not write in /x; let that user, or name a file elsewhere" {
		t.Errorf("%q", got)
	}
}

// TestPIDFileWarning checks that a server goes on without the PID file it cannot write, as memcached does.
func TestPIDFileWarning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "folder")
	r := startBinary(t, "-P", path)
	if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", r.port), "version"); got != "VERSION 1.4.5" {
		t.Errorf("version: %q", got)
	}
	if exit := r.end(t, os.Interrupt); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
	if got := r.stderr.String(); !strings.HasPrefix(got, "warning: -P "+path+": no PID file is written: there is no folder ") {
		t.Errorf("stderr %q", got)
	}
}
