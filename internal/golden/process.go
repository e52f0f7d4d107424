package golden

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Binary starts a program that takes memcached's flags. As root it adds -u root, which the program demands.
func Binary(program string) Starter {
	return func(o Options) (*Server, error) {
		var err error
		// Between choosing a port and binding it another process may take it, so a failed start is tried again.
		for range 3 {
			var s *Server
			if s, err = startProcess(program, o); err == nil {
				return s, nil
			}
		}
		return nil, err
	}
}

func startProcess(program string, o Options) (*Server, error) {
	s, args, err := address(o)
	if err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "root")
	}
	cmd := exec.Command(program, append(args, o.Flags...)...)
	said := new(outputBuffer)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Env = os.Environ()
	ports := filepath.Join(o.Dir, "ports")
	cmd.Env = append(cmd.Env, "MEMCACHED_PORT_FILENAME="+ports)
	for name, value := range o.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s.Stderr = said.String
	s.Stop = func() error { return stopProcess(cmd, ended, said) }
	if err := ready(s, ports, ended); err != nil {
		cmd.Process.Kill()
		return nil, fmt.Errorf("%s %v: %w; it said: %s", program, cmd.Args[1:], err, said.String())
	}
	return s, nil
}

// address chooses where the server shall listen, and the flags that say so.
func address(o Options) (*Server, []string, error) {
	if o.Transport == "unix" {
		path := filepath.Join(o.Dir, "socket")
		return &Server{Unix: path}, []string{"-s", path}, nil
	}
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	s := &Server{TCP: net.JoinHostPort("127.0.0.1", port)}
	if o.Transport != "udp" {
		return s, []string{"-l", "127.0.0.1", "-p", port, "-U", "0"}, nil
	}
	s.UDP = s.TCP
	return s, []string{"-l", "127.0.0.1", "-p", port, "-U", port, "-t", "1"}, nil
}

// freePort finds a port that is free for TCP and UDP.
func freePort() (string, error) {
	var err error
	for range 20 {
		var tcp net.Listener
		if tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			continue
		}
		port := tcp.Addr().(*net.TCPAddr).Port
		var udp net.PacketConn
		udp, err = net.ListenPacket("udp", tcp.Addr().String())
		tcp.Close()
		if err == nil {
			udp.Close()
			return strconv.Itoa(port), nil
		}
	}
	return "", err
}

// ready waits until the server accepts, and its ports are in the file of its ports.
func ready(s *Server, ports string, ended chan error) error {
	network, where := "tcp", s.TCP
	if s.Unix != "" {
		network, where = "unix", s.Unix
	}
	deadline := time.Now().Add(patience)
	for {
		c, err := net.Dial(network, where)
		if err == nil {
			c.Close()
			if err = portsOpen(s, ports); err == nil {
				return nil
			}
		}
		select {
		case end := <-ended:
			ended <- end
			return fmt.Errorf("it ended: %v", end)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// portsOpen looks whether the server has opened its ports: a connection alone may have met another server, which took the
// port first, and a datagram that came too early would be lost.
func portsOpen(s *Server, file string) error {
	for _, door := range []struct{ kind, address string }{{"TCP INET: ", s.TCP}, {"UDP INET: ", s.UDP}} {
		if door.address == "" {
			continue
		}
		_, port, err := net.SplitHostPort(door.address)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), door.kind+port+"\n") {
			return fmt.Errorf("%s%s is not open", door.kind, port)
		}
	}
	return nil
}

// stopProcess interrupts the program, as one does at a terminal. It must go by itself, and must not have crashed before.
func stopProcess(cmd *exec.Cmd, ended chan error, said *outputBuffer) error {
	select {
	case err := <-ended:
		return fmt.Errorf("the server had ended: %v; it said: %s", err, said.String())
	default:
	}
	cmd.Process.Signal(os.Interrupt)
	select {
	case <-ended:
		return nil
	case <-time.After(patience):
		cmd.Process.Kill()
		<-ended
		return fmt.Errorf("the server did not stop when interrupted")
	}
}

// outputBuffer keeps what a program prints, up to a bound.
type outputBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *outputBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf.Len() < 1<<20 {
		b.buf.Write(p)
	}
	return len(p), nil
}

// String returns what was printed so far.
func (b *outputBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
