package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"gocached/internal/eventually"
)

// verbosity returns the level that a server logs at.
func (c *connection) verbosity() int { return c.stat("settings", "verbosity") }

// TestJobControl: the signals by which a terminal stops a process raise and lower the verbosity, or are answered with a
// line; the server goes on serving.
func TestJobControl(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd, address := startWith(t, log)
	c := connect(t, "tcp", address)
	want := ""
	for _, step := range []struct {
		signal syscall.Signal
		level  int
	}{
		{syscall.SIGTTOU, 0}, {syscall.SIGTTIN, 1}, {syscall.SIGTSTP, 1}, {syscall.SIGTTIN, 2}, {syscall.SIGTTIN, 3},
		{syscall.SIGTTIN, 3}, {syscall.SIGTTOU, 2}, {syscall.SIGTTOU, 1}, {syscall.SIGTTOU, 0},
	} {
		cmd.Process.Signal(step.signal)
		line := fmt.Sprintf("%s: verbosity %d\n", unix.SignalName(step.signal), step.level)
		if step.signal == syscall.SIGTSTP {
			line = "SIGTSTP: the server goes on; Ctrl-C ends it, and a start with -d puts it into the background\n"
		}
		want += line
		eventually.True(t, line, func() bool { return signalLines(t, path) == want })
		if got := c.verbosity(); got != step.level {
			t.Errorf("%v: verbosity %d, want %d", step.signal, got, step.level)
		}
	}
	endCleanly(t, cmd)
}

// signalLines returns the lines of a log that are about signals.
func signalLines(t *testing.T, path string) (lines string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "SIG") {
			lines += line
		}
	}
	return lines
}

// TestDaemonJobControl: so it is in the background.
func TestDaemonJobControl(t *testing.T) {
	pid, port := startDaemon(t, t.TempDir())
	c := connect(t, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	syscall.Kill(pid, syscall.SIGTSTP)
	syscall.Kill(pid, syscall.SIGTTIN)
	eventually.True(t, "a higher verbosity", func() bool { return c.verbosity() == 1 })
}

// TestBackgroundWrites starts a talkative server in the background of a terminal that does not want output from there. The
// system sends SIGTTOU to whoever writes all the same; the lines go out, and the verbosity stays.
func TestBackgroundWrites(t *testing.T) {
	terminal, shell := startShell(t)
	defer terminal.Close()
	ports := filepath.Join(t.TempDir(), "ports")
	shell.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
	shell.Args = append(shell.Args, "-c", `stty tostop; set -m; "$0" "$@" & wait`, binary, "-vv", "-l", "127.0.0.1", "-p", "-1", "-P", ports+".pid")
	shell.Args = append(shell.Args, asRoot()...)
	if err := shell.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { shell.Process.Kill() })
	written := make(chan int, 1<<16) // lines, as the terminal shows them
	go func() {
		for shown := bufio.NewScanner(terminal); shown.Scan(); {
			if strings.Contains(shown.Text(), "END") {
				written <- 1
			}
		}
	}()
	c := connect(t, "tcp", fmt.Sprintf("127.0.0.1:%d", readPort(t, ports)))
	pid := 0
	eventually.True(t, "a PID file", func() bool {
		text, _ := os.ReadFile(ports + ".pid")
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return pid != 0
	})
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	for range 100 {
		c.ask("get nothing\r\n", "END\r\n")
	}
	eventually.True(t, "lines on the terminal", func() bool { return len(written) == 100 })
	if got := c.verbosity(); got != 2 {
		t.Errorf("verbosity %d", got)
	}
}

// startShell makes a terminal and prepares a shell that it controls. The caller starts it, and closes the terminal.
func startShell(t *testing.T) (*os.File, *exec.Cmd) {
	t.Helper()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	number := 0
	err = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPTLCK, 0)
	if err == nil {
		number, err = unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPTN)
	}
	var inside *os.File
	if err == nil {
		inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { inside.Close() })
	shell := exec.Command("sh")
	shell.Stdin, shell.Stdout, shell.Stderr = inside, inside, inside
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	return terminal, shell
}
