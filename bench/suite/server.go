package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"gocached/bench/process"
)

// patience is how long a server may take to start or to end.
const patience = 10 * time.Second

// server is a server that runs.
type server struct {
	*process.Process
	where place
}

// how says how servers are started.
type how struct {
	cpu       string // processor that they all run on; empty is any
	transport string // tcp, unix or udp
	memory    int    // megabytes
}

// fresh is for servers that measure what requests cost.
func (o *options) fresh(transport string) how { return how{o.cpu, transport, plenty} }

// with starts servers, lets something be done with them and ends them.
func with(peers []peer, h how, do func([]*server) error) error {
	dir, err := os.MkdirTemp("", "suite")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var started []*server
	defer func() {
		for _, s := range started {
			s.Stop(patience)
		}
	}()
	for _, p := range peers {
		s, err := p.start(h, dir)
		if err != nil {
			return err
		}
		started = append(started, s)
	}
	return do(started)
}

// start starts the server and waits until it listens. A transport of unix gives it a socket in dir; one of udp a UDP port
// beside the TCP port.
func (p *peer) start(h how, dir string) (*server, error) {
	s := &server{where: place{memory: h.memory}}
	var err error
	if s.where.port, err = freePort("tcp"); err != nil {
		return nil, err
	}
	switch h.transport {
	case "udp":
		s.where.udp, err = freePort("udp")
	case "unix":
		s.where.socket = filepath.Join(dir, p.name+".socket")
	}
	if err != nil {
		return nil, err
	}
	command := append(append([]string(nil), p.command...), p.kind().flags(s.where)...)
	if h.cpu != "" {
		command = append([]string{"taskset", "-c", h.cpu}, command...)
	}
	if s.Process, err = process.Start(exec.Command(command[0], command[1:]...)); err != nil {
		return nil, err
	}
	if err := s.Await(s.listens, 5*time.Millisecond, patience); err != nil {
		return nil, fmt.Errorf("%s %w", p.name, err)
	}
	return s, nil
}

// listens says whether it can be connected to.
func (s *server) listens() bool {
	network, address := "tcp", "127.0.0.1:"+strconv.Itoa(s.where.port)
	if s.where.socket != "" {
		network, address = "unix", s.where.socket
	}
	c, err := net.Dial(network, address)
	return err == nil && c.Close() == nil
}

// address is where a load of this transport finds the server.
func (s *server) address(transport string) string {
	switch transport {
	case "unix":
		return "unix:" + s.where.socket
	case "udp":
		return "udp:127.0.0.1:" + strconv.Itoa(s.where.udp)
	}
	return "127.0.0.1:" + strconv.Itoa(s.where.port)
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
