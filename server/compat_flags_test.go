package server

import (
	"slices"
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

// TestCompatFewerLines: in the 1.6 mode stats leaves out what an option of 1.6 switches off. memcached's own test counts 84 lines.
func TestCompatFewerLines(t *testing.T) {
	st := settings.Default()
	setFlags(st, []string{"-o", "compat=1.6,no_lru_crawler,no_lru_maintainer"})
	ts := start(t, func(s *settings.Settings) { *s = *withAddress(st, s) })
	names, _ := ts.dial().stats("")
	if len(names) != 84 || slices.Contains(names, "lru_crawler_running") || !slices.Contains(names, "slabs_moved") {
		t.Errorf("%d lines: %v", len(names), names)
	}
}

// withAddress returns settings that listen where others do.
func withAddress(s, other *settings.Settings) *settings.Settings {
	s.Listen, s.Port = other.Listen, other.Port
	return s
}
