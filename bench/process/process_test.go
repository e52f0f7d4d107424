package process

import (
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"gocached/internal/eventually"
)

const patience = eventually.Patience

func start(t *testing.T, script string) *Process {
	t.Helper()
	p, err := Start(exec.Command("/bin/sh", "-c", script))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// TestAwait: a process that ends before it is ready, and one that never is, are told apart, and both are gone.
func TestAwait(t *testing.T) {
	never := func() bool { return false }
	p := start(t, "echo no memory >&2; exit 3")
	if err := p.Await(never, time.Millisecond, patience); err == nil || !strings.Contains(err.Error(), "exit status 3; no memory") {
		t.Errorf("one that ends: %v", err)
	}
	if p.Status() == nil {
		t.Error("its status is lost")
	}
	p = start(t, "exec sleep 60")
	if err := p.Await(never, time.Millisecond, 20*time.Millisecond); err == nil || !p.Ended() {
		t.Errorf("one that is never ready: %v, ended %v", err, p.Ended())
	}
	if n := Running(); n != 0 {
		t.Errorf("%d processes still run", n)
	}
	p = start(t, "exec sleep 60")
	if err := p.Await(func() bool { return true }, time.Millisecond, patience); err != nil || p.Ended() {
		t.Errorf("one that is ready: %v, ended %v", err, p.Ended())
	}
}

// TestEnd: a server that does not heed SIGTERM is killed, one that does ends by itself.
func TestEnd(t *testing.T) {
	p := start(t, "trap 'exit 0' TERM; echo up >&2; while :; do sleep 0.01; done")
	up := func(p *Process) func() bool { return func() bool { return p.Said(10) == "up\n" } }
	if err := p.Await(up(p), time.Millisecond, patience); err != nil {
		t.Fatal(err)
	}
	if _, err := p.End(syscall.SIGTERM, patience); err != nil || p.Status() != nil {
		t.Errorf("%v, status %v", err, p.Status())
	}
	p = start(t, "trap '' TERM; echo up >&2; while :; do sleep 0.01; done")
	if err := p.Await(up(p), time.Millisecond, patience); err != nil {
		t.Fatal(err)
	}
	p.Stop(50 * time.Millisecond)
	if !p.Ended() || p.Status() == nil {
		t.Errorf("ended %v, status %v", p.Ended(), p.Status())
	}
}

// TestStartFails: what cannot be started is no process.
func TestStartFails(t *testing.T) {
	if _, err := Start(exec.Command("/none")); err == nil {
		t.Error("started")
	}
}

// TestStartFirst: the process comes first, and this thread does not any more.
func TestStartFirst(t *testing.T) {
	if _, err := exec.LookPath("chrt"); err != nil {
		t.Skip("no chrt to ask")
	}
	p, err := StartFirst(exec.Command("/bin/sh", "-c", "chrt -p $$ >&2"))
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if said := p.Said(200); !strings.Contains(said, "SCHED_FIFO") {
		t.Errorf("it says %q", said)
	}
	p = start(t, "chrt -p $$ >&2")
	<-p.ended
	if said := p.Said(200); !strings.Contains(said, "SCHED_OTHER") {
		t.Errorf("the next one says %q", said)
	}
}

// TestTail: the end is kept, the beginning is not.
func TestTail(t *testing.T) {
	var said tail
	for range 3 * maxTail / 64 {
		_, _ = said.Write([]byte(strings.Repeat("x", 64)))
	}
	_, _ = said.Write([]byte("the end"))
	if got := said.last(9); got != "xxthe end" || len(said.text) > 2*maxTail {
		t.Errorf("%q of %d", got, len(said.text))
	}
}

// TestClock: processor time rises by what is worked.
func TestClock(t *testing.T) {
	p := start(t, "while :; do :; done")
	before, ok := Clock(p.PID())
	if !ok {
		t.Skip("no such clock")
	}
	eventually.True(t, "5 ms of work", func() bool {
		now, _ := Clock(p.PID())
		return now > before+5*time.Millisecond
	})
}
