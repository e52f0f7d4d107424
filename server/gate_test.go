package server

import (
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gocached/server/settings"
)

// turnedAway expects to be told that there is no room, and the end.
func (c *client) turnedAway() {
	c.t.Helper()
	c.expect(tooMany)
	c.closed()
}

// TestTurnAway fills a server: further clients hear so at once, by TCP and by a unix socket, and the next after one has
// left is served.
func TestTurnAway(t *testing.T) {
	for _, socket := range []string{"", filepath.Join(t.TempDir(), "s")} {
		ts := start(t, func(s *settings.Settings) { s.MaxConns, s.MaxConnsFast, s.Socket = 3, true, socket })
		var inside []*client
		for range 3 {
			c := ts.dial()
			c.noop()
			inside = append(inside, c)
		}
		for range 5 {
			ts.dial().turnedAway()
		}
		c := inside[0]
		for name, want := range map[string]string{"accepting_conns": "1", "listen_disabled_num": "0", "curr_connections": "3"} {
			if got := c.stat("", name); got != want {
				t.Errorf("%q: %s is %s, want %s", socket, name, got, want)
			}
		}
		if got := c.stat("gocached", "rejected_connections"); got != "5" {
			t.Errorf("%q: rejected_connections is %s", socket, got)
		}
		_ = inside[2].Close()
		ts.awaitClients(2)
		ts.dial().noop()
		c.ask("stats reset\r\n", "RESET\r\n")
		if got := c.stat("gocached", "rejected_connections"); got != "0" {
			t.Errorf("%q: after a reset rejected_connections is %s", socket, got)
		}
	}
}

// TestTurnAwayFlood floods a server beyond its limit from several sides: each client is served or told to go, never more
// are inside than may be, and afterwards every place is free again.
func TestTurnAwayFlood(t *testing.T) {
	const most = 10
	ts := start(t, func(s *settings.Settings) { s.MaxConns, s.MaxConnsFast = most, true })
	var clients sync.WaitGroup
	var served, away atomic.Int64
	for range 8 {
		clients.Go(func() {
			for range 150 {
				switch answer, err := oneVersion(ts.addr); {
				case answer == "VERSION 1.4.5\r\n":
					served.Add(1)
				case answer == tooMany || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
					away.Add(1)
				default:
					t.Errorf("answered %q, %v", answer, err)
				}
			}
		})
	}
	clients.Wait()
	if peak := ts.gate.Peak(); peak > most {
		t.Errorf("%d were inside at a time", peak)
	}
	if served.Load() == 0 || uint64(away.Load()) != ts.gate.Rejected() {
		t.Errorf("%d were served, %d rejected, %d counted", served.Load(), away.Load(), ts.gate.Rejected())
	}
	ts.awaitClients(0)
	for range most {
		ts.dial().noop()
	}
	ts.dial().turnedAway()
}

// oneVersion asks for the version on a connection of its own.
func oneVersion(addr string) (string, error) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return "", err
	}
	defer nc.Close()
	_ = nc.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(nc, "version\r\nquit\r\n"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(nc)
	return string(answer), err
}
