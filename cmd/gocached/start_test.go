package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gocached/internal/eventually"
	"gocached/internal/golden"
)

// running is a program that serves.
type running struct {
	*exec.Cmd
	port   int
	stderr lockedBuffer
}

// lockedBuffer may be read while a program writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) Len() int { return len(l.String()) }

// startBinary starts the program on a free port of the loopback and waits until it listens.
func startBinary(t *testing.T, flags ...string) *running {
	t.Helper()
	ports := filepath.Join(t.TempDir(), "ports")
	args := append([]string{"-l", "127.0.0.1", "-p", "-1"}, asRoot()...)
	r := &running{Cmd: exec.Command(binary, append(args, flags...)...)}
	r.Stderr = &r.stderr
	r.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Process.Kill() })
	r.port = readPort(t, ports)
	return r
}

// readPort waits for a port file and returns the port in it.
func readPort(t *testing.T, path string) int {
	t.Helper()
	var text []byte
	eventually.True(t, "a port file", func() (ok bool) {
		var err error
		text, err = os.ReadFile(path)
		return err == nil
	})
	port, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(text), "TCP INET:")))
	if err != nil {
		t.Fatalf("port file: %q", text)
	}
	return port
}

// end sends a signal and returns the exit status.
func (r *running) end(t *testing.T, s os.Signal) int {
	t.Helper()
	r.Process.Signal(s)
	timer := time.AfterFunc(patience, func() { r.Process.Kill() })
	defer timer.Stop()
	r.Wait()
	return r.ProcessState.ExitCode()
}

// ask sends a line to a server and returns the first line of its answer.
func ask(t *testing.T, network, address, line string) string {
	t.Helper()
	c, err := net.DialTimeout(network, address, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprint(c, line+"\r\n")
	answer, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(answer)
}

// TestGoldenStart plays the recorded command lines and starts.
func TestGoldenStart(t *testing.T) {
	golden.Run(t, golden.Config{
		Start:   golden.Binary(binary),
		Program: binary,
		Groups:  []string{"startup"},
		Without: map[string]string{
			"argv/long-flag": "memcached 1.4.5 had no long names; gocached has those of 1.6",
		},
	})
}

// TestSignals checks that the usual ways to end a server end it cleanly.
func TestSignals(t *testing.T) {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		pid := filepath.Join(t.TempDir(), "pid")
		r := startBinary(t, "-P", pid)
		eventually.True(t, "a PID file", func() bool { _, err := os.Stat(pid); return err == nil })
		if text, _ := os.ReadFile(pid); strings.TrimSpace(string(text)) != strconv.Itoa(r.Process.Pid) {
			t.Errorf("the PID file holds %q, the process is %d", text, r.Process.Pid)
		}
		if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", r.port), "version"); got != "VERSION 1.4.5" {
			t.Errorf("version: %q", got)
		}
		if exit := r.end(t, s); exit != 0 || r.stderr.Len() != 0 {
			t.Errorf("%v: exit status %d, stderr %q", s, exit, r.stderr.String())
		}
		if _, err := os.Stat(pid); err == nil {
			t.Errorf("%v: the PID file is still there", s)
		}
	}
}

// TestPortInUse checks that a second server says so and leaves nothing behind.
func TestPortInUse(t *testing.T) {
	r := startBinary(t)
	pid := filepath.Join(t.TempDir(), "pid")
	args := append([]string{"-l", "127.0.0.1", "-p", strconv.Itoa(r.port), "-P", pid}, asRoot()...)
	for _, more := range [][]string{nil, {"-d"}} {
		got := runBinary(t, append(args, more...)...)
		want := fmt.Sprintf("failed to listen on TCP port %d: Address already in use (127.0.0.1): another server may run there; "+
			"-p or -l names another port\n", r.port)
		if (got != outcome{71, "", want}) {
			t.Errorf("%v: got %+v, want exit 71 and %q", more, got, want)
		}
		if _, err := os.Stat(pid); err == nil {
			t.Errorf("%v: there is a PID file", more)
		}
	}
	r.end(t, syscall.SIGINT)
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	cmd := exec.Command(binary, append([]string{"-s", path}, asRoot()...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	eventually.True(t, "a socket that is listened on", func() bool {
		c, err := net.Dial("unix", path)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	if got := ask(t, "unix", path, "version"); got != "VERSION 1.4.5" {
		t.Errorf("version: %q", got)
	}
	got := runBinary(t, append([]string{"-s", path}, asRoot()...)...)
	if got.exit != 71 || !strings.HasPrefix(got.stderr, "failed to listen on UNIX socket: ") {
		t.Errorf("a second server: %+v", got)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket is still there")
	}
}

func TestRefusedStarts(t *testing.T) {
	for _, c := range []struct {
		args   []string
		exit   int
		stderr string
	}{
		{[]string{"-E", "nothing"}, 1, "Unknown engine: nothing\n -- should be one of memory, null, delay\n"},
		{[]string{"-E", "memory", "-o", "unknown"}, 1, "Illegal suboption \"unknown\"\n -- should be one of udp_follows_tcp, " +
			"udp_max_datagrams=num, maxconns_fast, no_io_uring, modern_stats, idle_timeout=seconds, compat=version, lru=policy, objective=what, release_after=seconds, slab_automove=level, slab_table=table, slab_sizes=a-b-c, memory_limit_max=megabytes\n"},
		{[]string{"-o", "delay=5ms"}, 1, "Illegal suboption \"delay=5ms\"\n -- it belongs to -E delay\n -- should be one of " +
			"udp_follows_tcp, udp_max_datagrams=num, maxconns_fast, no_io_uring, modern_stats, idle_timeout=seconds, compat=version, lru=policy, objective=what, release_after=seconds, slab_automove=level, slab_table=table, slab_sizes=a-b-c, memory_limit_max=megabytes\n"},
		{[]string{"-o", "lru=2q"}, 1, "-o lru must be one of lru, s3fifo, value\n"},
		{[]string{"-o", "delay=11s", "-E", "delay"}, 1, "-o delay must be a time from 0s to 10s, such as 5ms\n"},
		{[]string{"-f", "1", "-t", "0"}, 1, "Factor must be greater than 1\nNumber of threads must be greater than 0\n"},
		{[]string{"-l", ""}, 1, "-l needs an argument that is not empty\n"},
		{[]string{"-t", "4x"}, 1, "-t needs a number, not \"4x\"\n"},
		{[]string{"-f", "1.25x"}, 1, "-f needs a number, not \"1.25x\"\n"},
		{[]string{"-I", "2048x"}, 1, "-I needs a number of bytes, or one with k or m, not \"2048x\"\n"},
		{[]string{"-I", "1g"}, 1, "Cannot set item size limit higher than 128 mb.\n -- give -I 128m or less\n"},
		{[]string{"-m", "200m"}, 1, "-m needs a number of megabytes, not \"200m\": give -m 200\n"},
		{[]string{"-a", "999"}, 1, "-a needs an octal number, not \"999\"\n"},
		{[]string{"-a", "1777777"}, 1, "-a needs permissions from 0 to 0777, in octal\n"},
		{[]string{"-a", "-1"}, 1, "-a needs permissions from 0 to 0777, in octal\n"},
		{[]string{"-d", "-t", "0"}, 1, "Number of threads must be greater than 0\n"},
		{[]string{"--no-such"}, 1, binary + ": unrecognized option '--no-such'\nIllegal argument \"?\"\n -- gocached --help lists all there are\n"},
		{[]string{"-port", "5"}, 1, "warning: -port is read as -p and what is glued to it: did you mean --port?\n" +
			"warning: \"5\" belongs to no flag, and is passed over: did you mean -p 5?\n-p needs a number, not \"ort\"\n"},
	} {
		if got := runBinary(t, c.args...); (got != outcome{c.exit, "", c.stderr}) {
			t.Errorf("%v: got %+v, want exit %d, %q", c.args, got, c.exit, c.stderr)
		}
	}
}

// TestDelay: an engine that waits is served.
func TestDelay(t *testing.T) {
	r := startBinary(t, "-E", "delay", "-o", "delay=2ms")
	if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", r.port), "set a 0 0 1\r\nx"); got != "STORED" {
		t.Errorf("set: %q", got)
	}
	if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", r.port), "get a"); got != "VALUE a 0 1" {
		t.Errorf("get: %q", got)
	}
	r.end(t, syscall.SIGTERM)
}

// TestStderrClosed checks that a server survives the end of whoever read its stderr.
func TestStderrClosed(t *testing.T) {
	ports := filepath.Join(t.TempDir(), "ports")
	cmd := exec.Command(binary, append([]string{"-vv", "-l", "127.0.0.1", "-p", "-1"}, asRoot()...)...)
	cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	w.Close()
	address := fmt.Sprintf("127.0.0.1:%d", readPort(t, ports))
	r.Close()
	for range 3 {
		if got := ask(t, "tcp", address, "version"); got != "VERSION 1.4.5" {
			t.Errorf("version: %q", got)
		}
	}
	cmd.Process.Signal(syscall.SIGINT)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestPortFileFlag: a flag without a letter works, in either form, and goes before its variable in the environment.
func TestPortFileFlag(t *testing.T) {
	for _, form := range []string{"--port-file=%s", "--port-f %s"} {
		dir := t.TempDir()
		path, other := filepath.Join(dir, "ports"), filepath.Join(dir, "other")
		words := strings.Fields(fmt.Sprintf("-l 127.0.0.1 -p -1 "+form, path))
		cmd := exec.Command(binary, append(words, asRoot()...)...)
		cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+other)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", readPort(t, path)), "version"); got != "VERSION 1.4.5" {
			t.Errorf("version: %q", got)
		}
		if _, err := os.Stat(other); err == nil {
			t.Errorf("%s: the variable goes before the flag", form)
		}
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}
