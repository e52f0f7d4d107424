package server

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gocached/internal/eventually"
	"gocached/server/settings"
)

// conns asks for stats conns and returns its lines.
func (c *client) conns() string {
	c.t.Helper()
	c.waitAnew()
	c.send("stats conns\r\n")
	var all strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatal(err)
		}
		if line == "END\r\n" {
			return all.String()
		}
		all.WriteString(line)
	}
}

// TestStatsConns: who is connected, from where and what for, is told by each loop of its own.
func TestStatsConns(t *testing.T) {
	ts := startUDP(t, func(s *settings.Settings) { s.Threads = 2 })
	asker, sender := ts.dial(), ts.dial()
	var idle []*client
	for range 6 {
		c := ts.dial()
		c.ask("version\r\n", "VERSION 1.4.5\r\n")
		idle = append(idle, c)
	}
	sender.send("set foo 0 0 6\r\n")
	eventually.True(t, "a value is waited for", func() bool { return strings.Contains(asker.conns(), ":state conn_nread\r\n") })
	got := asker.conns()
	for _, c := range idle {
		line := regexp.MustCompile(fmt.Sprintf(`(?m)^STAT (\d+):addr tcp:%s\r$`, c.LocalAddr())).FindStringSubmatch(got)
		if line == nil {
			t.Fatalf("%s is not in\n%s", c.LocalAddr(), got)
		}
		for _, want := range []string{":listen_addr tcp:" + ts.addr, ":state conn_read", ":secs_since_last_cmd "} {
			if !strings.Contains(got, "STAT "+line[1]+want) {
				t.Errorf("%s%s is not in\n%s", line[1], want, got)
			}
		}
	}
	for want, times := range map[string]int{":addr udp:127.0.0.1:": 1, ":UDP UDP\r\n": 1, ":state conn_listening": 1, ":state conn_parse_cmd\r\n": 1, ":listen_addr ": 8} {
		if n := strings.Count(got, want); n != times {
			t.Errorf("%s is there %d times in\n%s", want, n, got)
		}
	}
	sender.ask("abcdef\r\n", "STORED\r\n")
	ts.dialUDP().ask("stats conns\r\n", "ERROR\r\n")
}

// TestStatsConnsWaiting: workers ask the same.
func TestStatsConnsWaiting(t *testing.T) {
	c := startOn(t, waitingEngine, nil, func(*Server) {}).dial()
	if got := c.conns(); !strings.Contains(got, ":state conn_parse_cmd\r\n") {
		t.Error(got)
	}
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
}
