package main

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience is how long a server may take to start or to end.
const patience = 10 * time.Second

// process is a server that runs.
type process struct {
	cmd   *exec.Cmd
	where place
	said  strings.Builder // on standard error; read it when it has ended
	ended chan struct{}
}

// start starts the server on one processor, if cpu names one, and waits until it listens. A transport of unix gives it a
// socket in dir; one of udp a UDP port beside the TCP port.
func (p *peer) start(cpu, transport, dir string) (*process, error) {
	s := &process{ended: make(chan struct{})}
	var err error
	if s.where.port, err = freePort("tcp"); err != nil {
		return nil, err
	}
	switch transport {
	case "udp":
		s.where.udp, err = freePort("udp")
	case "unix":
		s.where.socket = filepath.Join(dir, p.name+".socket")
	}
	if err != nil {
		return nil, err
	}
	command := append(append([]string(nil), p.command...), p.kind().flags(s.where)...)
	if cpu != "" {
		command = append([]string{"taskset", "-c", cpu}, command...)
	}
	s.cmd = exec.Command(command[0], command[1:]...)
	s.cmd.Stderr = &s.said
	if err := running.start(s); err != nil {
		return nil, err
	}
	return s, s.await(p)
}

// await waits until the server listens.
func (s *process) await(p *peer) error {
	network, address := "tcp", "127.0.0.1:"+strconv.Itoa(s.where.port)
	if s.where.socket != "" {
		network, address = "unix", s.where.socket
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial(network, address); err == nil {
			return c.Close()
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%s does not start: %v; %s", p.name, s.cmd.ProcessState, strings.TrimSpace(s.said.String()))
		default:
		}
	}
	s.stop()
	return fmt.Errorf("%s does not listen on %s", p.name, address)
}

// address is where a load of this transport finds the server.
func (s *process) address(transport string) string {
	switch transport {
	case "unix":
		return "unix:" + s.where.socket
	case "udp":
		return "udp:127.0.0.1:" + strconv.Itoa(s.where.udp)
	}
	return "127.0.0.1:" + strconv.Itoa(s.where.port)
}

// stop ends the server and waits until it has ended.
func (s *process) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
}

// children are the servers that run now, so that none outlives this process.
type children struct {
	mu  sync.Mutex
	all map[*process]bool
}

var running = children{all: map[*process]bool{}}

func (c *children) start(s *process) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := s.cmd.Start(); err != nil {
		return err
	}
	c.all[s] = true
	go func() {
		_ = s.cmd.Wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.all, s)
		close(s.ended)
	}()
	return nil
}

// killAll ends all servers for good: the lock stays held, so that none can start afterwards.
func (c *children) killAll() {
	c.mu.Lock()
	for s := range c.all {
		_ = s.cmd.Process.Kill()
	}
}

// freePort finds a port that nobody listens on.
func freePort(network string) (int, error) {
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		return c.LocalAddr().(*net.UDPAddr).Port, c.Close()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
