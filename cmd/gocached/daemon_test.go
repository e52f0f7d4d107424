package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gocached/internal/eventually"
)

// startDaemon runs the program with -d in a folder, where it leaves its PID file, and returns its process id and port
// once it has returned.
func startDaemon(t *testing.T, dir string, flags ...string) (pid, port int) {
	t.Helper()
	args := append([]string{"-d", "-l", "127.0.0.1", "-p", "-1", "-P", "pid"}, asRoot()...)
	cmd := exec.Command(binary, append(args, flags...)...)
	cmd.Dir = dir // the PID file's path is relative to it
	cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME=ports")
	output, err := cmd.CombinedOutput() // returns only when the daemon has let go of stdout and stderr
	if err != nil || len(output) != 0 {
		t.Fatalf("-d: %v, output %q", err, output)
	}
	port = readPort(t, filepath.Join(dir, "ports"))
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatalf("no PID file when the command returns: %v", err)
	}
	if pid, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	return pid, port
}

// statField returns a field of /proc/pid/stat, counted as in proc(5).
func statField(t *testing.T, pid, field int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	return strings.Fields(after)[field-3]
}

func TestDaemon(t *testing.T) {
	pid, port := startDaemon(t, t.TempDir())
	address := fmt.Sprintf("127.0.0.1:%d", port)
	if got := ask(t, "tcp", address, "version"); got != "VERSION 1.4.5" {
		t.Errorf("version: %q", got)
	}
	if session := statField(t, pid, 6); session != strconv.Itoa(pid) {
		t.Errorf("session %s, want its own, %d", session, pid)
	}
	if cwd, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); cwd != "/" {
		t.Errorf("directory %q", cwd)
	}
	for fd := range 3 {
		if to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd)); to != os.DevNull {
			t.Errorf("descriptor %d is %q", fd, to)
		}
	}
	if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); string(name) != "gocached\n" {
		t.Errorf("the process is called %q", name)
	}
	syscall.Kill(pid, syscall.SIGHUP)
	if got := ask(t, "tcp", address, "version"); got != "VERSION 1.4.5" {
		t.Errorf("version after SIGHUP: %q", got)
	}
	syscall.Kill(pid, syscall.SIGTERM)
	eventually.True(t, "the end of the daemon", func() bool { return ended(pid) })
}

// ended reports whether a process is gone, or waits only for its parent to notice.
func ended(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(text), ") Z ")
}

// TestDaemonPIDFileRemoved checks that a relative path still leads to the PID file at the end.
func TestDaemonPIDFileRemoved(t *testing.T) {
	dir := t.TempDir()
	for _, flags := range [][]string{nil, {"-r"}} {
		pid, _ := startDaemon(t, dir, flags...)
		cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		if err != nil || (cwd == "/") != (flags == nil) {
			t.Errorf("%v: directory %q, %v", flags, cwd, err)
		}
		syscall.Kill(pid, syscall.SIGINT)
		eventually.True(t, "the end of the PID file", func() bool {
			_, err := os.Stat(filepath.Join(dir, "pid"))
			return err != nil
		})
		os.Remove(filepath.Join(dir, "ports"))
	}
}

// TestDaemonMark checks that a mark inherited from somewhere else means nothing.
func TestDaemonMark(t *testing.T) {
	t.Setenv(daemonMark, "1:3")
	r := startBinary(t)
	if exit := r.end(t, os.Interrupt); exit != 0 || r.stderr.Len() != 0 {
		t.Errorf("exit status %d, stderr %q", exit, r.stderr.String())
	}
}
