package server

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"gocached/internal/eventually"
	"gocached/server/settings"
	"gocached/uring"
)

// forbidden is the environment of a process that TestRingsForbidden starts: "EPERM before" and the like.
const forbidden = "GOCACHED_TEST_FORBIDDEN"

// TestRingsForbidden puts a filter on a process, as containers do, so that a ring can be made but not entered: before the
// server starts, or while it serves. Clients notice nothing; the operator reads it once, and sees it among the figures.
func TestRingsForbidden(t *testing.T) {
	errnos := map[string]unix.Errno{"EPERM": unix.EPERM, "ENOSYS": unix.ENOSYS, "EAGAIN": unix.EAGAIN}
	if name, when, ok := strings.Cut(os.Getenv(forbidden), " "); ok {
		serveForbidden(t, errnos[name], when == "before")
		return
	}
	if !haveRings() {
		t.Skip("there is no io_uring here to be forbidden")
	}
	for name := range errnos {
		for _, when := range []string{"before", "later"} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				child := exec.Command(os.Args[0], "-test.run=^TestRingsForbidden$")
				child.Env = append(os.Environ(), forbidden+"="+name+" "+when)
				if out, err := child.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}

// serveForbidden is what the process does.
func serveForbidden(t *testing.T, errno unix.Errno, before bool) {
	forbid := func() {
		if err := filterSystemCall(unix.SYS_IO_URING_ENTER, errno); err != nil {
			t.Skipf("no filter of system calls can be set here: %v", err)
		}
	}
	if before {
		forbid()
	}
	ts := start(t, func(s *settings.Settings) { s.Threads, s.NoIOUring = 1, false })
	clients, asked, figures := ts.dialMany(16), 0, ts.dial()
	ask := func() {
		for i, c := range clients {
			c.send(fmt.Sprintf("set %d 0 0 8\r\n%08d\r\nget %d\r\n", i, asked, i))
		}
		for i, c := range clients {
			c.expect(fmt.Sprintf("STORED\r\nVALUE %d 0 8\r\n%08d\r\nEND\r\n", i, asked))
		}
		asked++
	}
	state := func() string { return figures.stat("gocached", "io_uring") }
	batched := func() string { return figures.stat("gocached", "batched_calls") }
	if !before {
		eventually.True(t, "calls that are made together", func() bool { ask(); return batched() != "0" })
		if got := state(); got != "on" {
			t.Errorf("while it is allowed: io_uring %s", got)
		}
		forbid()
	}
	for range 200 {
		ask()
	}
	eventually.True(t, "no more io_uring", func() bool { ask(); return state() == "refused" })
	done := batched()
	for range 50 {
		ask()
	}
	if n := batched(); n != done || state() != "refused" {
		t.Errorf("it goes on trying: %s calls after %s, io_uring %s", n, done, state())
	}
	ts.says("io_uring cannot be used (io_uring_enter: "+errno.Error()+"): ", 1)
	if n := strings.Count(ts.logs.String(), "\n"); n != 1 {
		t.Errorf("%d lines in the log:\n%s", n, ts.logs.String())
	}
}

// filterSystemCall has every thread of this process get an error from a system call, for good.
func filterSystemCall(number uint32, errno unix.Errno) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const (
		load     = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		jumpSame = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		answer   = unix.BPF_RET | unix.BPF_K
	)
	program := []unix.SockFilter{
		{Code: load}, // the number
		{Code: jumpSame, Jf: 1, K: number},
		{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: answer, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, failed := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&filter)))
	if failed != 0 {
		return failed
	}
	return nil
}

// haveRings says whether the machine lets a process use io_uring.
var haveRings = sync.OnceValue(func() bool {
	ring, err := uring.New()
	if err == nil {
		ring.Close()
	}
	return err == nil
})

// TestRingsOff: without rings by request there is nothing to say.
func TestRingsOff(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.NoIOUring = true })
	if got := ts.dial().stat("gocached", "io_uring"); got != "off" || ts.logs.String() != "" {
		t.Errorf("io_uring %s; the log says %q", got, ts.logs.String())
	}
}
