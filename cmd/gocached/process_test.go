package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gocached/internal/eventually"
)

// connection is a client that fails its test when something goes wrong.
type connection struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func connect(t *testing.T, network, address string) *connection {
	t.Helper()
	c, err := net.DialTimeout(network, address, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return &connection{c, t, bufio.NewReader(c)}
}

// ask sends a request and expects its answer.
func (c *connection) ask(request, want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	_, err := io.WriteString(c, request)
	if err == nil {
		_, err = io.ReadFull(c.r, got)
	}
	if err != nil || string(got) != want {
		c.t.Fatalf("%.60q was answered %q, %v; want %q", request, got, err, want)
	}
}

// stat returns a figure of `stats GROUP`.
func (c *connection) stat(group, name string) int {
	c.t.Helper()
	fmt.Fprintf(c, "stats %s\r\n", group)
	found := -1
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatal(err)
		}
		if line == "END\r\n" {
			return found
		}
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "STAT "+name+" "); ok {
			found, _ = strconv.Atoi(text)
		}
	}
}

// address is where a server that startBinary started listens.
func (r *running) address() string { return fmt.Sprintf("127.0.0.1:%d", r.port) }

// startUnix starts the program on a unix socket and waits until it listens.
func startUnix(t *testing.T, path string, flags ...string) *running {
	t.Helper()
	args := append([]string{"-s", path}, asRoot()...)
	r := &running{Cmd: exec.Command(binary, append(args, flags...)...)}
	r.Stderr = &r.stderr
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Process.Kill() })
	eventually.True(t, "a socket that is listened on", func() bool {
		c, err := net.Dial("unix", path)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return r
}

// identityOf tells one file from another under the same name, and one content from another.
func identityOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("(a socket)")
	if info.Mode().IsRegular() {
		text, err = os.ReadFile(path)
	}
	return fmt.Sprint(info.Sys().(*syscall.Stat_t).Ino, info.Mode(), string(text), err)
}

// TestKilledAndBack kills servers without warning, with a client on them. The next one takes their port, their socket
// and their PID file over at once.
func TestKilledAndBack(t *testing.T) {
	dir := t.TempDir()
	pid, socket := filepath.Join(dir, "pid"), filepath.Join(dir, "socket")
	port := "-1"
	for range 3 {
		tcp := startBinary(t, "-p", port, "-P", pid)
		port = strconv.Itoa(tcp.port)
		unix := startUnix(t, socket, "-P", pid+".unix")
		for path, r := range map[string]*running{pid: tcp, pid + ".unix": unix} {
			eventually.True(t, "its PID file", func() bool {
				text, _ := os.ReadFile(path)
				return string(text) == fmt.Sprintf("%d\n", r.Process.Pid)
			})
		}
		connect(t, "tcp", tcp.address()).ask("version\r\n", "VERSION 1.4.5\r\n")
		connect(t, "unix", socket).ask("version\r\n", "VERSION 1.4.5\r\n")
		tcp.end(t, syscall.SIGKILL)
		unix.end(t, syscall.SIGKILL)
	}
	if text, err := os.ReadFile(pid); err != nil {
		t.Errorf("the PID file after a kill: %q, %v", text, err)
	}
}

// TestSecondChangesNothing starts second servers on a port, a socket and a PID file that are in use. They end with an
// error, and the first ones are as they were: their items, their files.
func TestSecondChangesNothing(t *testing.T) {
	dir := t.TempDir()
	pid, socket := filepath.Join(dir, "pid"), filepath.Join(dir, "socket")
	tcp := startBinary(t, "-P", pid)
	startUnix(t, socket)
	eventually.True(t, "a PID file", func() bool { _, err := os.Stat(pid); return err == nil })
	clients := []*connection{connect(t, "tcp", tcp.address()), connect(t, "unix", socket)}
	for _, c := range clients {
		c.ask("set key 0 0 5\r\nvalue\r\n", "STORED\r\n")
	}
	pidBefore, socketBefore := identityOf(t, pid), identityOf(t, socket)
	for _, second := range [][]string{
		{"-l", "127.0.0.1", "-p", strconv.Itoa(tcp.port), "-P", pid},
		{"-l", "127.0.0.1", "-p", strconv.Itoa(tcp.port), "-P", pid, "-d"},
		{"-l", "127.0.0.1", "-p", "-1", "-P", pid},
		{"-l", "127.0.0.1", "-p", "-1", "-P", pid, "-d"},
		{"-s", socket},
		{"-s", socket, "-d", "-P", pid},
	} {
		if got := runBinary(t, append(second, asRoot()...)...); got.exit != 71 || got.stderr == "" {
			t.Errorf("%v: %+v", second, got)
		}
		for _, c := range clients {
			c.ask("get key\r\n", "VALUE key 0 5\r\nvalue\r\nEND\r\n")
		}
		connect(t, "unix", socket).ask("get key\r\n", "VALUE key 0 5\r\nvalue\r\nEND\r\n")
		if got := identityOf(t, pid); got != pidBefore {
			t.Errorf("%v: the PID file was %s and is %s", second, pidBefore, got)
		}
		if got := identityOf(t, socket); got != socketBefore {
			t.Errorf("%v: the socket was %s and is %s", second, socketBefore, got)
		}
	}
}

// TestHarmlessSignals: a terminal that goes and a pipe that breaks end no server.
func TestHarmlessSignals(t *testing.T) {
	r := startBinary(t)
	c := connect(t, "tcp", r.address())
	c.ask("set key 0 0 1\r\nx\r\n", "STORED\r\n")
	for range 3 {
		for _, s := range []os.Signal{syscall.SIGPIPE, syscall.SIGHUP} {
			r.Process.Signal(s)
			c.ask("get key\r\n", "VALUE key 0 1\r\nx\r\nEND\r\n")
		}
	}
	if exit := r.end(t, syscall.SIGTERM); exit != 0 || r.stderr.Len() != 0 {
		t.Errorf("exit status %d, stderr %q", exit, r.stderr.String())
	}
}

// TestStopped stops a process for some seconds. Time has passed for items when it goes on, and not for clients: whoever
// was connected could not be heard, so idle_timeout takes nobody's connection for that.
func TestStopped(t *testing.T) {
	t.Parallel()
	r := startBinary(t, "-o", "idle_timeout=2")
	c := connect(t, "tcp", r.address())
	c.ask("set soon 0 2 1\r\nx\r\nset later 0 100 1\r\ny\r\n", "STORED\r\nSTORED\r\n")
	before := c.stat("", "uptime")
	r.Process.Signal(syscall.SIGSTOP)
	time.Sleep(3200 * time.Millisecond) // the clock of the process itself is what is tested
	r.Process.Signal(syscall.SIGCONT)
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	eventually.True(t, "the time that has passed", func() bool { return c.stat("", "uptime") >= before+3 })
	c.ask("get soon later\r\n", "VALUE later 0 1\r\ny\r\nEND\r\n")
	if kicks := c.stat("gocached", "idle_kicks"); kicks != 0 {
		t.Errorf("idle_kicks %d", kicks)
	}
	if exit := r.end(t, syscall.SIGINT); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
}

// TestStderrFull gives a talkative server a stderr on a disk that is full: it serves, and counts the lines it loses.
func TestStderrFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	cmd, address := startTalkative(t, full)
	c := connect(t, "tcp", address)
	for range 100 {
		c.ask("get nothing\r\n", "END\r\n")
	}
	eventually.True(t, "lines that are counted as dropped", func() bool { return c.stat("gocached", "log_dropped") > 200 })
	endCleanly(t, cmd)
}

// TestStderrStuck gives it a pipe whose reader is asleep: nobody waits for him, and the end comes without him too.
func TestStderrStuck(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd, address := startTalkative(t, w)
	w.Close()
	c := connect(t, "tcp", address)
	get := strings.Repeat("get a-key-that-is-long-enough-to-fill-the-pipe\r\n", 1000)
	eventually.True(t, "lines that are counted as dropped", func() bool {
		c.ask(get, strings.Repeat("END\r\n", 1000)) // 100 KB of log
		return c.stat("gocached", "log_dropped") > 0
	})
	endCleanly(t, cmd)
}

// startTalkative starts a server with -vv and the given stderr.
func startTalkative(t *testing.T, stderr *os.File) (*exec.Cmd, string) {
	return startWith(t, stderr, "-vv")
}

// startWith starts a server with the given stderr and flags, and returns its address.
func startWith(t *testing.T, stderr *os.File, flags ...string) (*exec.Cmd, string) {
	t.Helper()
	ports := filepath.Join(t.TempDir(), "ports")
	cmd := exec.Command(binary, append(append([]string{"-l", "127.0.0.1", "-p", "-1"}, asRoot()...), flags...)...)
	cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, fmt.Sprintf("127.0.0.1:%d", readPort(t, ports))
}

// endCleanly ends a server and expects exit status 0.
func endCleanly(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestDescriptorsRunOut serves without -c until the system has no descriptor left. That ends nothing: whoever is inside is
// served, the others come in as places become free.
func TestDescriptorsRunOut(t *testing.T) {
	ports := filepath.Join(t.TempDir(), "ports")
	args := append([]string{"-c", `ulimit -n 100; exec "$0" "$@"`, binary, "-l", "127.0.0.1", "-p", "-1", "-c", "0", "-t", "1"}, asRoot()...)
	cmd := exec.Command("sh", args...)
	cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	address := fmt.Sprintf("127.0.0.1:%d", readPort(t, ports))
	first := connect(t, "tcp", address)
	first.ask("version\r\n", "VERSION 1.4.5\r\n")
	var crowd []*connection
	for range 150 {
		crowd = append(crowd, connect(t, "tcp", address))
	}
	eventually.True(t, "descriptors that run out", func() bool { return first.stat("", "listen_disabled_num") > 0 })
	for _, c := range crowd {
		c.Close()
	}
	last := connect(t, "tcp", address)
	last.ask("version\r\n", "VERSION 1.4.5\r\n")
	eventually.True(t, "an empty house", func() bool { return last.stat("", "curr_connections") == 2 })
	endCleanly(t, cmd)
}
