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

// limitedMark is the variable that makes the test's own program a starter: it sets the limit in it, takes on the user in
// it, and becomes the program in its arguments. Few shells know every limit.
const limitedMark = "GOCACHED_TEST_LIMITS"

// runLimited is that starter. It returns if it is not wanted.
func runLimited() {
	var resource, uid int
	var most uint64
	text, wanted := os.LookupEnv(limitedMark)
	if !wanted {
		return
	}
	os.Unsetenv(limitedMark)
	_, err := fmt.Sscanf(text, "%d %d %d", &resource, &most, &uid)
	if err == nil && uid != 0 {
		err = (&identity{"stranger", uid, uid, []int{uid}}).assume(false)
	}
	environ := os.Environ()
	time.Sleep(5 * time.Millisecond) // the runtime may be starting threads, which ends the program where the limit forbids it
	if err == nil {
		err = unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most}) // last, since this program needs much itself
	}
	if err != nil {
		panic(err)
	}
	panic(syscall.Exec(os.Args[1], os.Args[1:], environ))
}

// stranger is a user whom nobody knows, so that nothing else runs as him.
const stranger = 61234

// limited prepares a run of the program under a limit, as root or as a stranger.
func limited(t *testing.T, resource int, most uint64, root bool, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{binary}, args...)...)
	cmd.Dir = filepath.Dir(binary)
	uid := 0
	if os.Geteuid() == 0 && !root {
		uid = stranger
	}
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %d", limitedMark, resource, most, uid))
	return cmd
}

// starterTries is how often a run under a limit is tried: the starter is a Go program too, and may die of the limit that it
// has just set before it becomes the other. What dies of it every time is the other.
const starterTries = 8

// finishLimited runs the program under a limit to its end.
func finishLimited(t *testing.T, resource int, most uint64, root bool, args ...string) (got outcome) {
	t.Helper()
	for range starterTries {
		got = finish(limited(t, resource, most, root, args...))
		if !strings.HasPrefix(got.stderr, "fatal error: ") && !strings.HasPrefix(got.stderr, "runtime: ") {
			break
		}
	}
	return got
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
	cmd := limited(t, unix.RLIMIT_SIGPENDING, 0, true, "-l", "127.0.0.1", "-p", "-1", "-u", "nobody")
	cmd.Env = append(cmd.Env, "MEMCACHED_PORT_FILENAME="+ports)
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
