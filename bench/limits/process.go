package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long anything may take that is not measured.
const patience = 60 * time.Second

// process is a server that runs.
type process struct {
	cmd     *exec.Cmd
	port    int // TCP
	udp     int
	stderr  tail
	ending  chan struct{} // closed when it has ended
	status  error         // valid then
	stopped bool          // we wanted it to end
}

// children are the servers that run now.
type children struct {
	mu  sync.Mutex
	all map[*process]bool
}

var running = children{all: map[*process]bool{}}

func (c *children) killAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.all {
		_ = p.cmd.Process.Kill()
	}
}

func (c *children) set(p *process, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if delete(c.all, p); on {
		c.all[p] = true
	}
}

// startProcess starts a server on a free port of the loopback, or on the one that the flags name, and waits until it
// listens. Servers write their ports to the file that MEMCACHED_PORT_FILENAME names.
func startProcess(program string, env, flags []string) (*process, error) {
	dir, err := os.MkdirTemp("", "limits")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ports := filepath.Join(dir, "ports")
	p := launch(program, append([]string{"MEMCACHED_PORT_FILENAME=" + ports}, env...), append([]string{"-p", "-1", "-U", "0"}, flags...))
	if p.cmd.Process == nil {
		return nil, p.status
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && !p.ended(); time.Sleep(time.Millisecond) {
		if text, err := os.ReadFile(ports); err == nil && p.readPorts(string(text)) {
			return p, nil
		}
	}
	p.kill()
	return nil, fmt.Errorf("%s does not start: %v %s", program, p.status, p.stderr.last(500))
}

// launch starts a server and does not wait.
func launch(program string, env, flags []string) *process {
	p := &process{ending: make(chan struct{})}
	args := []string{"-l", "127.0.0.1"}
	if os.Getuid() == 0 {
		args = append(args, "-u", "root")
	}
	p.cmd = exec.Command(program, append(args, flags...)...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = &p.stderr
	if p.status = p.cmd.Start(); p.status != nil {
		close(p.ending)
		return p
	}
	running.set(p, true)
	go func() {
		p.status = p.cmd.Wait()
		running.set(p, false)
		close(p.ending)
	}()
	return p
}

// readPorts reads lines such as "TCP INET: 11211".
func (p *process) readPorts(text string) bool {
	for line := range strings.Lines(text) {
		kind, number, _ := strings.Cut(line, " INET: ")
		switch n, _ := strconv.Atoi(strings.TrimSpace(number)); kind {
		case "TCP":
			p.port = n
		case "UDP":
			p.udp = n
		}
	}
	return p.port > 0
}

func (p *process) address() string { return "127.0.0.1:" + strconv.Itoa(p.port) }
func (p *process) pid() int        { return p.cmd.Process.Pid }

func (p *process) ended() bool {
	select {
	case <-p.ending:
		return true
	default:
		return false
	}
}

// signal sends a signal that ends the server, waits until it has, and says how long that took.
func (p *process) signal(s syscall.Signal) (time.Duration, error) {
	p.stopped = true
	start := time.Now()
	if err := p.cmd.Process.Signal(s); err != nil {
		return 0, err
	}
	select {
	case <-p.ending:
		return time.Since(start), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("%v does not end it", s)
	}
}

func (p *process) kill() {
	p.stopped = true
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
		<-p.ending
	}
}

func (p *process) panicked() bool {
	return bytes.Contains([]byte(p.stderr.last(1<<30)), []byte("panic on a request"))
}

// peak returns the most memory that was resident since forget, in bytes.
func (p *process) peak() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid()))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kilobytes int64
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		return 0, fmt.Errorf("VmHWM of the server: %w", err)
	}
	return kilobytes << 10, nil
}

// forget makes the peak what is resident now, and returns that.
func (p *process) forget() (int64, error) {
	err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid()), []byte("5"), 0)
	now, err2 := p.peak()
	return now, errors.Join(err, err2)
}

// growth runs work and returns by how much memory the server grew at most meanwhile, in bytes.
func (p *process) growth(work func() error) (int64, error) {
	before, err := p.forget()
	if err != nil {
		return 0, err
	}
	if err := work(); err != nil {
		return 0, err
	}
	after, err := p.peak()
	return max(0, after-before), err
}

// processor returns the processor time of the server so far, all threads, user and system.
func (p *process) processor() time.Duration {
	const scheduler = 2 // which of a process's clocks, see clock_getcpuclockid(3)
	var ts unix.Timespec
	if unix.ClockGettime(int32(^p.pid()<<3|scheduler), &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// quiet waits until the server has nothing to do: less than a hundredth of a processor for a while.
func (p *process) quiet() error {
	const while = 200 * time.Millisecond
	for end := time.Now().Add(patience); time.Now().Before(end); {
		before := p.processor()
		time.Sleep(while)
		if p.processor()-before < while/100 {
			return nil
		}
	}
	return errors.New("the server does not come to rest")
}

// descriptors returns how many files the server has open.
func (p *process) descriptors() (int, error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.pid()))
	return len(files), err
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailMost = 1 << 20

// Write implements io.Writer.
func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.text = append(t.text, text...); len(t.text) > 2*tailMost {
		t.text = t.text[:copy(t.text, t.text[len(t.text)-tailMost:])]
	}
	return len(text), nil
}

func (t *tail) last(most int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text[max(0, len(t.text)-most):])
}
