package server

import (
	"testing"

	"gocached/server/settings"
)

// TestForbidden: what -F and -X forbid is refused in memcached 1.6's words.
func TestForbidden(t *testing.T) {
	c := start(t, func(s *settings.Settings) { s.NoFlush, s.NoDump = true, true }).dial()
	c.ask("set a 0 0 1\r\n1\r\nflush_all\r\nget a\r\n",
		"STORED\r\nCLIENT_ERROR flush_all not allowed\r\nVALUE a 0 1\r\n1\r\nEND\r\n")
	c.ask("stats cachedump 1 0\r\nstats detail on\r\n",
		"CLIENT_ERROR stats cachedump not allowed\r\nCLIENT_ERROR stats detail not allowed\r\n")
}
