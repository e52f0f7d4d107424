package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gocached/internal/eventually"
)

// TestNamedPorts starts servers on ports that only -l names, whatever -p and -U say, and asks each of them something. Any
// free port will do: host:0.
func TestNamedPorts(t *testing.T) {
	const v4, v6 = "TCP INET", "TCP INET6"
	for flags, want := range map[string][]string{
		"-l 127.0.0.1:0":                                {v4},
		"-l 127.0.0.1:0 -U 0":                           {v4},
		"-l 127.0.0.1:0 -p 0":                           {v4},
		"-l 127.0.0.1:0 -p 0 -U 0":                      {v4},
		"-l 127.0.0.1:0 -U -1":                          {v4, "UDP INET"},
		"-l 127.0.0.1 -p 0 -U -1":                       {"UDP INET"},
		"-l 127.0.0.1:0 -p 0 -o udp_follows_tcp":        {v4, "UDP INET"},
		"-l 127.0.0.1:0 -U 0 -o udp_follows_tcp":        {v4},
		"-l [::1]:0 -U 0":                               {v6},
		"-l 127.0.0.1:0,[::1]:0 -U 0":                   {v4, v6},
		"-l 127.0.0.1:0 -l [::1]:0 -p 0":                {v4, v6},
		"-l 127.0.0.1:0 -U 0 -S -B binary -p 0":         {v4},
		"-l 127.0.0.1,[::1]:0 -p 0 -U -1":               {v6, "UDP INET", "UDP INET6"},
		"-l localhost:0 -U 0 -l 127.0.0.1 -m 8 -t 1 -v": {v4},
	} {
		if strings.Contains(flags, "::1") && !hasIPv6() {
			continue
		}
		lines := bound(t, strings.Fields(flags)...)
		if strings.Contains(flags, "localhost") && len(lines) > 0 { // may have both families
			lines = lines[:1]
		}
		var got []string
		for _, line := range lines {
			kind, port, _ := strings.Cut(line, ": ")
			got = append(got, kind)
			host := "127.0.0.1"
			if strings.HasSuffix(kind, "6") {
				host = "::1"
			}
			if strings.HasPrefix(kind, "TCP") && !strings.Contains(flags, "-S") {
				if answer := ask(t, "tcp", net.JoinHostPort(host, port), "version"); answer != "VERSION 1.4.5" {
					t.Errorf("%s: %s: %q", flags, line, answer)
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: bound %q, want %q", flags, got, want)
		}
	}
}

// hasIPv6 reports whether this machine has it.
func hasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

// bound starts a server that runs until the test ends, and returns the lines of its port file.
func bound(t *testing.T, flags ...string) []string {
	t.Helper()
	dir := t.TempDir()
	users := filepath.Join(dir, "users")
	if err := os.WriteFile(users, []byte("user:secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, append(flags, asRoot()...)...)
	cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+filepath.Join(dir, "ports"), "MEMCACHED_SASL_PWDB="+users)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var text []byte
	eventually.True(t, "a port file for "+strings.Join(flags, " "), func() (ok bool) {
		var err error
		text, err = os.ReadFile(filepath.Join(dir, "ports"))
		return err == nil
	})
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// TestNothingAsBefore: who asks for the ports of memcached 1.4.5 gets its server that nobody can reach, and a warning.
func TestNothingAsBefore(t *testing.T) {
	ports := filepath.Join(t.TempDir(), "ports")
	var stderr lockedBuffer
	cmd := exec.Command(binary, append([]string{"-p", "0", "-o", "udp_follows_tcp"}, asRoot()...)...)
	cmd.Env, cmd.Stderr = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports), &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	eventually.True(t, "the port file", func() bool { _, err := os.Stat(ports); return err == nil })
	endCleanly(t, cmd)
	if want := "warning: nothing to listen on: -p 0 switches TCP off"; !strings.HasPrefix(stderr.String(), want) {
		t.Errorf("it says %q", stderr.String())
	}
}

// TestNothingToListenOn: a start that would listen on nothing ends with a sentence that says why and what to give.
func TestNothingToListenOn(t *testing.T) {
	const (
		follows = "-U 0 without -p switches TCP off too, as in memcached 1.4.5; give -p 11211 as well"
		plain   = "-p 0 switches TCP off, and UDP is off without -U; give a port by -p or in -l, or -U, or -s"
		both    = "-p 0 switches TCP off, and -U 0 UDP; give a port by -p or in -l, or -s"
		sasl    = "-p 0 switches TCP off, and -S closes UDP; give a port by -p or in -l, or -s"
	)
	for flags, why := range map[string]string{
		"-U 0": follows, "-l 127.0.0.1 -U 0": follows, "-p 0": plain, "-l ::1 -p 0": plain,
		"-p 0 -U 0": both, "-l 127.0.0.1 -p 0 -U 0": both,
		"-p 0 -U 5 -S": sasl,
	} {
		for _, more := range []string{"", " -d"} {
			got := runBinary(t, append(strings.Fields(flags+more), asRoot()...)...)
			if want := "nothing to listen on: " + why + "\n"; (got != outcome{64, "", want}) {
				t.Errorf("%s: %+v, want %q", flags+more, got, want)
			}
		}
	}
}
