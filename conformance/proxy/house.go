package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// house is three servers and the proxy before them.
type house struct {
	proxy     string
	servers   []string
	version   string
	processes []*exec.Cmd // the servers in their order, then the proxy
	folder    string
}

// start starts three servers with these arguments and a proxy. What runs already is in the house also if it fails.
func start(nutcracker string, server []string) (*house, error) {
	h := &house{}
	out, _ := exec.Command(nutcracker, "-V").CombinedOutput() // This is nutcracker-0.5.0
	_, rest, _ := strings.Cut(string(out), "nutcracker-")
	h.version, _, _ = strings.Cut(rest, "\n")
	for range 3 {
		address, port := free()
		arguments := append([]string{"-l", "127.0.0.1", "-p", port, "-U", "0"}, server[1:]...)
		if err := h.run(address, server[0], arguments...); err != nil {
			return h, err
		}
		h.servers = append(h.servers, address)
	}
	return h, h.startProxy(nutcracker)
}

func (h *house) startProxy(nutcracker string) error {
	var err error
	if h.folder, err = os.MkdirTemp("", "proxy"); err != nil {
		return err
	}
	h.proxy, _ = free()
	_, statistics := free()
	file := filepath.Join(h.folder, "nutcracker.yml")
	if err := os.WriteFile(file, []byte(h.configuration()), 0o600); err != nil {
		return err
	}
	// Each fragment of a get of many keys takes two buffers, so small ones are advised.
	return h.run(h.proxy, nutcracker, "-c", file, "-m", "512", "-a", "127.0.0.1", "-s", statistics,
		"-o", filepath.Join(h.folder, "log"), "-p", filepath.Join(h.folder, "pid"))
}

func (h *house) configuration() string {
	lines := []string{
		"pool:",
		"  listen: " + h.proxy,
		"  hash: fnv1a_64",
		"  distribution: ketama",
		"  auto_eject_hosts: true",
		"  server_failure_limit: 1",
		"  server_retry_timeout: 60000",
		"  timeout: 20000",
		"  servers:",
	}
	for i, address := range h.servers {
		lines = append(lines, fmt.Sprintf("   - %s:1 server%d", address, i+1))
	}
	return strings.Join(lines, "\n") + "\n"
}

// run starts a program and waits until it listens.
func (h *house) run(address, program string, arguments ...string) error {
	command := exec.Command(program, arguments...)
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return err
	}
	h.processes = append(h.processes, command)
	for range 100 {
		if connection, err := net.Dial("tcp", address); err == nil {
			return connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s does not listen on %s", program, address)
}

// kill stops a server at once, as a crash would.
func (h *house) kill(i int) {
	h.processes[i].Process.Kill()
	h.processes[i].Wait()
}

func (h *house) stop() {
	for i := range h.processes {
		h.kill(i)
	}
	if h.folder != "" {
		os.RemoveAll(h.folder)
	}
}

// free returns an address that nothing listens on, and its port.
func free() (address, port string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	_, port, _ = net.SplitHostPort(listener.Addr().String())
	return listener.Addr().String(), port
}
