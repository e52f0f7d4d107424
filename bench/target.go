package bench

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Target is a server to be measured.
type Target struct {
	Name    string // how it is called in the table
	Address string // host:port, or the path of a unix socket
}

// ParseTarget reads NAME=ADDRESS, or an address that is its own name.
func ParseTarget(s string) (Target, error) {
	name, address, found := strings.Cut(s, "=")
	if !found {
		address = name
	}
	if name == "" || address == "" {
		return Target{}, fmt.Errorf("%q is not NAME=ADDRESS", s)
	}
	return Target{name, address}, nil
}

// network is the network of the address, for net.Dial.
func (t Target) network() string {
	if strings.Contains(t.Address, "/") {
		return "unix"
	}
	return "tcp"
}

// patience is how long an answer may take before a run is given up.
const patience = 10 * time.Second

func (t Target) dial() (net.Conn, error) {
	c, err := net.DialTimeout(t.network(), t.Address, patience)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return c, nil
}

// stats asks for the general figures.
func (t Target) stats() (map[string]string, error) {
	c, err := t.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(c, "stats\r\n")
	out := map[string]string{}
	lines := bufio.NewScanner(c)
	for lines.Scan() && len(out) < 10_000 {
		line := lines.Text()
		if line == "END" {
			return out, nil
		}
		words := strings.SplitN(line, " ", 3)
		if len(words) != 3 || words[0] != "STAT" {
			return nil, fmt.Errorf("%s: it answers stats with %q", t.Name, line)
		}
		out[words[1]] = words[2]
	}
	return nil, fmt.Errorf("%s: no whole answer to stats", t.Name)
}

// process is what the kernel says of a server's process. Known is false if it runs on another machine.
type process struct {
	known bool
	cpu   time.Duration // user and system time so far
	rss   uint64        // resident memory now, in bytes
}

// process looks the server's process up by the pid that it states.
func (t Target) process() (process, error) {
	stats, err := t.stats()
	if err != nil || !t.local() {
		return process{}, err
	}
	pid, err := strconv.Atoi(stats["pid"])
	if err != nil {
		return process{}, nil
	}
	return readProcess(pid), nil
}

// local reports whether the address leads to this machine.
func (t Target) local() bool {
	if t.network() == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(t.Address)
	if err != nil {
		return false
	}
	return host == "" || host == "localhost" || net.ParseIP(host).IsLoopback()
}

// tick is the unit of times in /proc, which is the same on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// readProcess reads /proc/<pid>/stat. Its second field, a name in brackets, may hold anything, so fields are counted
// from behind the last bracket.
func readProcess(pid int) process {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 22 {
		return process{}
	}
	field := func(number int) uint64 { // as numbered in proc(5), where the state is field 3
		n, _ := strconv.ParseUint(fields[number-3], 10, 64)
		return n
	}
	return process{
		known: true,
		cpu:   time.Duration(field(14)+field(15)) * tick,
		rss:   field(24) * uint64(os.Getpagesize()),
	}
}
