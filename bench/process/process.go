// Package process starts the servers that are measured and sees to it that none of them outlives this process.
//
// It knows nothing of what a server speaks, nor of where it listens: its caller makes the command line and says when
// the server is ready.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a server that runs, or has ended.
type Process struct {
	cmd    *exec.Cmd
	said   tail
	ended  chan struct{}
	status error // valid when it has ended
}

// Start starts a server. What it writes to standard error is kept, as far as there is room.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stderr = &p.said
	return p, running.start(p, cmd.Start)
}

// StartFirst is Start for a server whose threads come before those of all other processes of the machine, so that it
// never waits for a processor that somebody else has (SCHED_FIFO). Without the right to that the error is
// errors.ErrUnsupported, and nothing has been started.
func StartFirst(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	cmd.Stderr = &p.said
	return p, running.start(p, func() error {
		runtime.LockOSThread() // a process inherits this from the thread that starts it
		if err := beFirst(); err != nil {
			runtime.UnlockOSThread()
			return errors.Join(errors.ErrUnsupported, err)
		}
		err := cmd.Start()
		if beOrdinary() == nil { // else the thread is not for anybody else
			runtime.UnlockOSThread()
		}
		return err
	})
}

// PID is its number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended says whether it has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// Status is nil if it has ended with status 0, and says how it has ended otherwise. Before the end it is nil too.
func (p *Process) Status() error {
	if p.Ended() {
		return p.status
	}
	return nil
}

// Said returns the last bytes that it has written to standard error, so many at most.
func (p *Process) Said(most int) string { return p.said.last(most) }

// Await asks again and again, at such a distance, whether the server is ready. If it ends, or the time is over, it is
// killed, and the error, which begins with a verb, holds what it has said.
func (p *Process) Await(ready func() bool, distance, patience time.Duration) error {
	for end := time.Now().Add(patience); time.Now().Before(end) && !p.Ended(); time.Sleep(distance) {
		if ready() {
			return nil
		}
	}
	fault := "does not start in time"
	if p.Ended() {
		fault = fmt.Sprintf("does not start: %v", p.cmd.ProcessState)
	}
	p.Kill()
	return fmt.Errorf("%s; %s", fault, strings.TrimSpace(p.Said(500)))
}

// End sends a signal that ends the server, waits until it has, and says how long that took.
func (p *Process) End(s syscall.Signal, patience time.Duration) (time.Duration, error) {
	start := time.Now()
	if err := p.cmd.Process.Signal(s); err != nil {
		return 0, err
	}
	select {
	case <-p.ended:
		return time.Since(start), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("%v does not end it", s)
	}
}

// Stop ends the server with SIGTERM, and if that does not help with SIGKILL.
func (p *Process) Stop(patience time.Duration) {
	if _, err := p.End(syscall.SIGTERM, patience); err != nil {
		p.Kill()
	}
}

// Kill ends the server with SIGKILL and waits until it has ended.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // an error means that it has ended
	<-p.ended
}

// children are the servers that run now.
type children struct {
	mu  sync.Mutex
	all map[*Process]bool
}

var running = children{all: map[*Process]bool{}}

func (c *children) start(p *Process, start func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := start(); err != nil {
		return err
	}
	c.all[p] = true
	go func() {
		p.status = p.cmd.Wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.all, p)
		close(p.ended)
	}()
	return nil
}

// Running is how many servers run now.
func Running() int {
	running.mu.Lock()
	defer running.mu.Unlock()
	return len(running.all)
}

// killAll ends all servers for good: the lock stays held, so that none can start afterwards.
func (c *children) killAll() {
	c.mu.Lock()
	for p := range c.all {
		_ = p.cmd.Process.Kill()
	}
}

// EndTogether sees to it that the servers end when this process is told to. SIGPIPE is not among the signals: a write to
// any connection that a server has closed would be taken for one.
func EndTogether() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		running.killAll()
		os.Exit(3)
	}()
}
