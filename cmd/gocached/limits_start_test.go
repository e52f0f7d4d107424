package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// stranger is a user whom nobody knows, so that nothing else runs as him.
const stranger = 61234

// ulimits are how bash names limits, and in which units of bytes or pieces it takes them.
var ulimits = map[int]struct {
	flag string
	unit uint64
}{
	unix.RLIMIT_AS: {"-v", 1 << 10}, unix.RLIMIT_DATA: {"-d", 1 << 10}, unix.RLIMIT_NOFILE: {"-n", 1},
	unix.RLIMIT_NPROC: {"-u", 1}, unix.RLIMIT_SIGPENDING: {"-i", 1},
}

// limited prepares a run of the program under a limit, as root or as a stranger. The limit is set by what bears any: a Go
// program that did it could die of it before it became the other, whenever its runtime wants a thread or memory.
func limited(resource int, most uint64, root bool, args ...string) *exec.Cmd {
	u := ulimits[resource]
	script := fmt.Sprintf(`ulimit %s %d && exec "$0" "$@"`, u.flag, most/u.unit)
	cmd := exec.Command("bash", append([]string{"-c", script, binary}, args...)...)
	cmd.Dir = filepath.Dir(binary)
	if os.Geteuid() == 0 && !root {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stranger, Gid: stranger, Groups: []uint32{stranger}}}
	}
	return cmd
}

// finish runs a command to its end.
func finish(cmd *exec.Cmd) outcome {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	cmd.Run()
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// TestFilesLimit checks that -c beyond what the system gives is refused.
func TestFilesLimit(t *testing.T) {
	got := runBinary(t, append([]string{"-p", "-1", "-c", "2147483000"}, asRoot()...)...)
	if got.exit != 71 || !strings.HasPrefix(got.stderr, "failed to raise the limit on open files to 2147483076 for -c 2147483000: the system allows ") {
		t.Errorf("got %+v", got)
	}
}

// TestFewSignals: root takes on another user though hardly a signal may wait, or says why that cannot be. It never waits for
// what cannot come.
func TestFewSignals(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root takes on another user")
	}
	ports := filepath.Join(t.TempDir(), "ports")
	cmd := limited(unix.RLIMIT_SIGPENDING, 0, true, "-l", "127.0.0.1", "-p", "-1", "-u", "nobody")
	cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
	if !hasCapability(capSysResource) {
		got, want := finish(cmd), "-u needs 256 signals that can wait, and the system allows 0 (ulimit -i); raise that limit\n"
		if got.exit != 71 || got.stderr != want {
			t.Errorf("got %+v", got)
		}
		return
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", readPort(t, ports)), "version"); got != "VERSION 1.4.5" {
		t.Errorf("got %q", got)
	}
	endCleanly(t, cmd)
}
