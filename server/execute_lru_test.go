package server

import (
	"testing"

	"gocached/compat"
	"gocached/server/settings"
)

// TestTuneLRU: lru answers as in memcached 1.6.45, and stats settings shows what it was told.
func TestTuneLRU(t *testing.T) {
	c := start(t, func(s *settings.Settings) { s.Compat = compat.V1645 }).dial()
	for _, row := range []struct{ line, want string }{
		{"lru", "ERROR\r\n"}, {"lru foo", "ERROR\r\n"}, {"lru foo bar", "ERROR\r\n"}, {"lru tune", "ERROR\r\n"}, {"lru tune 10 20 0.5", "ERROR\r\n"},
		{"lru tune 10 25 0.1 2.0", "OK\r\n"}, {"lru tune 10 25 a 2.0", "ERROR\r\n"}, {"lru tune -1 25 0.1 2.0", "ERROR\r\n"},
		{"lru tune 40 41 0.1 2.0", "ERROR hot and warm pcts must not exceed 80\r\n"},
		{"lru tune 4294967295 1 0.1 2.0", "ERROR hot and warm pcts must not exceed 80\r\n"},
		{"lru tune 10 25 0 2.0", "ERROR hot/warm age factors must be greater than 0\r\n"},
		{"lru tune 10 25 nan 2.0", "ERROR hot/warm age factors must be greater than 0\r\n"},
		{"lru mode", "ERROR\r\n"}, {"lru mode foo", "ERROR\r\n"}, {"lru mode flat", "OK\r\n"},
		{"lru temp_ttl", "ERROR\r\n"}, {"lru temp_ttl foo", "ERROR\r\n"}, {"lru temp_ttl 90", "OK\r\n"}, {"lru temp_ttl 4294967295", "ERROR\r\n"},
		{"lru temp_ttl 5 noreply", ""}, {"lru mode foo noreply", ""},
	} {
		c.ask(row.line+"\r\nversion\r\n", row.want+"VERSION 1.6.45\r\n")
	}
	_, got := c.stats("settings")
	for name, want := range map[string]string{"hot_lru_pct": "10", "warm_lru_pct": "25", "hot_max_factor": "0.10", "warm_max_factor": "2.00",
		"lru_segmented": "no", "temp_lru": "yes", "temporary_ttl": "5"} {
		if got[name] != want {
			t.Errorf("%s is %s, not %s", name, got[name], want)
		}
	}
	c.ask("lru temp_ttl -1\r\nlru mode segmented\r\n", "OK\r\nOK\r\n")
	_, got = c.stats("settings")
	if got["temp_lru"] != "no" || got["lru_segmented"] != "yes" {
		t.Error(got)
	}
}
