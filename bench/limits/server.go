package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gocached/bench/process"
)

// patience is how long anything may take that is not measured.
const patience = 60 * time.Second

// server is a server that runs, as a process of its own.
type server struct {
	*process.Process
	port    int // TCP
	udp     int
	stopped bool // we wanted it to end
}

// starter is process.Start or process.StartFirst.
type starter func(*exec.Cmd) (*process.Process, error)

// startServer starts a server on a free port of the loopback, or on the one that the flags name, and waits until it
// listens. Servers write their ports to the file that MEMCACHED_PORT_FILENAME names.
func startServer(start starter, program string, env, flags []string) (*server, error) {
	dir, err := os.MkdirTemp("", "limits")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ports := filepath.Join(dir, "ports")
	srv, err := launch(start, program, append([]string{"MEMCACHED_PORT_FILENAME=" + ports}, env...), append([]string{"-p", "-1", "-U", "0"}, flags...))
	if err != nil {
		return nil, err
	}
	err = srv.Await(func() bool {
		text, err := os.ReadFile(ports)
		return err == nil && srv.readPorts(string(text))
	}, time.Millisecond, patience)
	if err != nil {
		return nil, fmt.Errorf("%s %w", program, err)
	}
	return srv, nil
}

// launch starts a server and does not wait.
func launch(start starter, program string, env, flags []string) (*server, error) {
	args := []string{"-l", "127.0.0.1"}
	if os.Getuid() == 0 {
		args = append(args, "-u", "root")
	}
	cmd := exec.Command(program, append(args, flags...)...)
	cmd.Env = append(os.Environ(), env...)
	p, err := start(cmd)
	return &server{Process: p}, err
}

// readPorts reads lines such as "TCP INET: 11211".
func (s *server) readPorts(text string) bool {
	for line := range strings.Lines(text) {
		kind, number, _ := strings.Cut(line, " INET: ")
		switch n, _ := strconv.Atoi(strings.TrimSpace(number)); kind {
		case "TCP":
			s.port = n
		case "UDP":
			s.udp = n
		}
	}
	return s.port > 0
}

func (s *server) address() string { return "127.0.0.1:" + strconv.Itoa(s.port) }

// signal sends a signal that ends the server, waits until it has, and says how long that took.
func (s *server) signal(sig syscall.Signal) (time.Duration, error) {
	s.stopped = true
	return s.End(sig, patience)
}

func (s *server) kill() {
	s.stopped = true
	s.Kill()
}

func (s *server) panicked() bool {
	return strings.Contains(s.Said(1<<30), "panic on a request")
}

// peak returns the most memory that was resident since forget, in bytes.
func (s *server) peak() (int64, error) { return s.status("VmHWM:") }

// program returns how much of the program's own file is resident, in bytes.
func (s *server) program() (int64, error) { return s.status("RssFile:") }

// status returns what the kernel says of the server's memory, in bytes.
func (s *server) status(name string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), name)
	var kilobytes int64
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		return 0, fmt.Errorf("%s of the server: %w", name, err)
	}
	return kilobytes << 10, nil
}

// forget makes the peak what is resident now, and returns that.
func (s *server) forget() (int64, error) {
	err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.PID()), []byte("5"), 0)
	now, err2 := s.peak()
	return now, errors.Join(err, err2)
}

// growth runs work and returns by how much memory the server grew at most meanwhile, in bytes. What comes back of the program's
// file, which a quiet server forgets, does not count: it is no memory that clients can make it take.
func (s *server) growth(work func() error) (int64, error) {
	before, err := s.forget()
	code, err2 := s.program()
	if err := errors.Join(err, err2); err != nil {
		return 0, err
	}
	if err := work(); err != nil {
		return 0, err
	}
	after, err := s.peak()
	now, err2 := s.program()
	return max(0, after-before-max(0, now-code)), errors.Join(err, err2)
}

// processor returns the processor time of the server so far, all threads, user and system.
func (s *server) processor() time.Duration {
	used, _ := process.Clock(s.PID())
	return used
}

// quiet waits until the server has nothing to do: less than a hundredth of a processor for a while.
func (s *server) quiet() error {
	const while = 200 * time.Millisecond
	for end := time.Now().Add(patience); time.Now().Before(end); {
		before := s.processor()
		time.Sleep(while)
		if s.processor()-before < while/100 {
			return nil
		}
	}
	return errors.New("the server does not come to rest")
}

// descriptors returns how many files the server has open.
func (s *server) descriptors() (int, error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.PID()))
	return len(files), err
}
