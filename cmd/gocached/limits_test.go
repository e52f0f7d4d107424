package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRaiseFiles checks which limits are asked for; the limit on this process is put back afterwards.
func TestRaiseFiles(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &before)
	low := unix.Rlimit{Cur: 100, Max: before.Max}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	var now unix.Rlimit
	if err := raiseFiles(20, 100-20-spareFiles); err != nil {
		t.Error(err)
	}
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &now); now.Cur != 100 {
		t.Errorf("a limit that suffices became %d", now.Cur)
	}
	if err := raiseFiles(110, 30); err != nil {
		t.Error(err)
	}
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &now); now.Cur != 140+spareFiles {
		t.Errorf("the limit is %d, want %d", now.Cur, 140+spareFiles)
	}
}

// TestCapabilityAdvice: root is not told to become root.
func TestCapabilityAdvice(t *testing.T) {
	if got := capabilityAdvice(true); got != ", or give root the capability CAP_SYS_RESOURCE" {
		t.Errorf("root: %q", got)
	}
	if got := capabilityAdvice(false); got != ", or start as root" {
		t.Errorf("somebody else: %q", got)
	}
}

// TestLockMemory runs in a process of its own, with a limit on locked memory that root's other rights do not lift.
func TestLockMemory(t *testing.T) {
	if os.Getenv("GOCACHED_TEST_LOCK") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestLockMemory$", "-test.v")
		cmd.Env = append(os.Environ(), "GOCACHED_TEST_LOCK=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "PASS: TestLockMemory") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	limited := unix.Rlimit{Cur: 64 << 10, Max: 64 << 10}
	if err := unix.Setrlimit(unix.RLIMIT_MEMLOCK, &limited); err != nil {
		t.Fatal(err)
	}
	if err := lockMemory(); hasCapability(capIPCLock) == errors.Is(err, errLimited) {
		t.Errorf("capability %v, error %v", hasCapability(capIPCLock), err)
	}
	grown := make([]byte, 32<<20)
	for i := range grown {
		grown[i] = 1 // dies here if it locked what it must not
	}
}
