package settings

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// show writes endpoints as host:port with blanks between; every address is *.
func show(ends []Endpoint, fault string) string {
	if fault != "" {
		return fault
	}
	words := make([]string, len(ends))
	for i, e := range ends {
		host := e.host
		if host == "" {
			host = "*"
		}
		words[i] = net.JoinHostPort(host, fmt.Sprint(e.Port))
	}
	return strings.Join(words, " ")
}

// flagsOf reads -x value pairs, and flags without a value.
func flagsOf(t *testing.T, line string) *Settings {
	t.Helper()
	s := Default()
	words := strings.Fields(line)
	for i := 0; i < len(words); i++ {
		row, value := rowOf(t, words[i][1:]), ""
		if row.Arg != "" {
			i++
			value = words[i]
		}
		s.Set(row, value)
	}
	s.Complete()
	return s
}

// TestEndpoints crosses -l in all its forms with -p, -U, -s, -S and udp_follows_tcp.
func TestEndpoints(t *testing.T) {
	for _, c := range []struct{ flags, tcp, udp string }{
		{"", "*:11211", ""},
		{"-U 0", "", ""},
		{"-U 6", "*:6", "*:6"},
		{"-p 0", "", ""},
		{"-p 0 -U 0", "", ""},
		{"-p 0 -U 6", "", "*:6"},
		{"-p 5", "*:5", ""},
		{"-p 5 -U 0", "*:5", ""},
		{"-p 5 -U 6", "*:5", "*:6"},
		{"-l a", "a:11211", ""},
		{"-l a -U 0", "", ""},
		{"-l a -U 6", "a:6", "a:6"},
		{"-l a -p 0", "", ""},
		{"-l a -p 0 -U 0", "", ""},
		{"-l a -p 0 -U 6", "", "a:6"},
		{"-l a -p 5", "a:5", ""},
		{"-l a -p 5 -U 0", "a:5", ""},
		{"-l a -p 5 -U 6", "a:5", "a:6"},
		{"-l a:7", "a:7", ""},
		{"-l a:7 -U 0", "a:7", ""},
		{"-l a:7 -U 6", "a:7", "a:7"},
		{"-l a:7 -p 0", "a:7", ""},
		{"-l a:7 -p 0 -U 0", "a:7", ""},
		{"-l a:7 -p 0 -U 6", "a:7", "a:7"},
		{"-l a:7 -p 5", "a:7", ""},
		{"-l a:7 -p 5 -U 0", "a:7", ""},
		{"-l a:7 -p 5 -U 6", "a:7", "a:7"},
		{"-l a:7,[::1]:8", "a:7 [::1]:8", ""},
		{"-l a:7,[::1]:8 -U 0", "a:7 [::1]:8", ""},
		{"-l a:7,[::1]:8 -U 6", "a:7 [::1]:8", "a:7 [::1]:8"},
		{"-l a:7,[::1]:8 -p 0", "a:7 [::1]:8", ""},
		{"-l a:7,[::1]:8 -p 0 -U 0", "a:7 [::1]:8", ""},
		{"-l a:7,[::1]:8 -p 0 -U 6", "a:7 [::1]:8", "a:7 [::1]:8"},
		{"-l a:7,[::1]:8 -p 5", "a:7 [::1]:8", ""},
		{"-l a:7,[::1]:8 -p 5 -U 0", "a:7 [::1]:8", ""},
		{"-l a:7,[::1]:8 -p 5 -U 6", "a:7 [::1]:8", "a:7 [::1]:8"},
		{"-l a,[::1]:8", "a:11211 [::1]:8", ""},
		{"-l a,[::1]:8 -U 0", "[::1]:8", ""},
		{"-l a,[::1]:8 -U 6", "a:6 [::1]:8", "a:6 [::1]:8"},
		{"-l a,[::1]:8 -p 0", "[::1]:8", ""},
		{"-l a,[::1]:8 -p 0 -U 0", "[::1]:8", ""},
		{"-l a,[::1]:8 -p 0 -U 6", "[::1]:8", "a:6 [::1]:8"},
		{"-l a,[::1]:8 -p 5", "a:5 [::1]:8", ""},
		{"-l a,[::1]:8 -p 5 -U 0", "a:5 [::1]:8", ""},
		{"-l a,[::1]:8 -p 5 -U 6", "a:5 [::1]:8", "a:6 [::1]:8"},
		{"-l a:7 -l b:8", "a:7 b:8", ""},
		{"-l a:7 -l b:8 -U 0", "a:7 b:8", ""},
		{"-l a:7 -l b:8 -U 6", "a:7 b:8", "a:7 b:8"},
		{"-l a:7 -l b:8 -p 0", "a:7 b:8", ""},
		{"-l a:7 -l b:8 -p 0 -U 0", "a:7 b:8", ""},
		{"-l a:7 -l b:8 -p 0 -U 6", "a:7 b:8", "a:7 b:8"},
		{"-l a:7 -l b:8 -p 5", "a:7 b:8", ""},
		{"-l a:7 -l b:8 -p 5 -U 0", "a:7 b:8", ""},
		{"-l a:7 -l b:8 -p 5 -U 6", "a:7 b:8", "a:7 b:8"},
		{"-l *:7", "*:7", ""},
		{"-l *:7 -U 0", "*:7", ""},
		{"-l *:7 -p 0 -U 6", "*:7", "*:7"},
		{"-l a:0", "a:-1", ""},
		{"-l a:0 -p 0 -U 6", "a:-1", "a:-1"},
		{"-l a:0 -p 5", "a:-1", ""},
		{"-o udp_follows_tcp", "*:11211", "*:11211"},
		{"-p 5 -o udp_follows_tcp", "*:5", "*:5"},
		{"-p 5 -U 0 -o udp_follows_tcp", "*:5", ""},
		{"-p 5 -U 6 -o udp_follows_tcp", "*:5", "*:6"},
		{"-l a:7 -o udp_follows_tcp", "a:7", "a:7"},
		{"-l a:7 -U 0 -o udp_follows_tcp", "a:7", ""},
		{"-l a:7 -U 6 -o udp_follows_tcp", "a:7", "a:7"},
		{"-l a:7 -p 0 -o udp_follows_tcp", "a:7", "a:7"},
		{"-l a:7 -p 0 -U 0 -o udp_follows_tcp", "a:7", ""},
		{"-l a:7 -p 0 -U 6 -o udp_follows_tcp", "a:7", "a:7"},
		{"-l a:7 -p 5 -o udp_follows_tcp", "a:7", "a:7"},
		{"-l a:7 -p 5 -U 0 -o udp_follows_tcp", "a:7", ""},
		{"-l a:7 -p 5 -U 6 -o udp_follows_tcp", "a:7", "a:7"},
		{"-l a,[::1]:8 -o udp_follows_tcp", "a:11211 [::1]:8", "a:11211 [::1]:8"},
		{"-l a,[::1]:8 -U 0 -o udp_follows_tcp", "[::1]:8", ""},
		{"-l a,[::1]:8 -U 6 -o udp_follows_tcp", "a:6 [::1]:8", "a:6 [::1]:8"},
		{"-l a,[::1]:8 -p 0 -o udp_follows_tcp", "[::1]:8", "[::1]:8"},
		{"-l a,[::1]:8 -p 0 -U 0 -o udp_follows_tcp", "[::1]:8", ""},
		{"-l a,[::1]:8 -p 0 -U 6 -o udp_follows_tcp", "[::1]:8", "a:6 [::1]:8"},
		{"-l a,[::1]:8 -p 5 -o udp_follows_tcp", "a:5 [::1]:8", "a:5 [::1]:8"},
		{"-l a,[::1]:8 -p 5 -U 0 -o udp_follows_tcp", "a:5 [::1]:8", ""},
		{"-l a,[::1]:8 -p 5 -U 6 -o udp_follows_tcp", "a:5 [::1]:8", "a:6 [::1]:8"},
		{"-U 6 -S", "*:6", ""},
		{"-p 0 -U 6 -S", "", ""},
		{"-p 5 -U 6 -S", "*:5", ""},
		{"-l a:7 -p 0 -U 6 -S", "a:7", ""},
		{"-s /x", "", ""},
		{"-s /x -l a:7 -p 5 -U 6", "", ""},
		{"-s /x -p 0 -U 0", "", ""},
	} {
		s := flagsOf(t, c.flags)
		if err := s.Validate(); err != nil {
			t.Errorf("%s: %v", c.flags, err)
		}
		if got := show(s.TCPEndpoints()); got != c.tcp {
			t.Errorf("%s: TCP at %q, want %q", c.flags, got, c.tcp)
		}
		if got := show(s.UDPEndpoints()); got != c.udp {
			t.Errorf("%s: UDP at %q, want %q", c.flags, got, c.udp)
		}
		if err := s.CheckReachable(); (err != nil) != (c.tcp+c.udp == "" && s.Socket == "") {
			t.Errorf("%s: %v", c.flags, err)
		}
	}
}
