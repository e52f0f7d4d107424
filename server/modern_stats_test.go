package server

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gocached/internal/eventually"
	"gocached/server/listen"
	"gocached/server/settings"
)

// namesOf16 returns the names of memcached 1.6.45's general figures, in order, from the recording.
func namesOf16(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../testdata/golden/modern.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var c struct {
			Name  string
			Steps []struct{ Expect any }
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		if c.Name != "n/stats" {
			continue
		}
		var names []string
		for _, m := range regexp.MustCompile(`STAT (\S+) `).FindAllStringSubmatch(c.Steps[0].Expect.(string), -1) {
			names = append(names, m[1])
		}
		return names
	}
	t.Fatal("no recording of stats")
	return nil
}

// TestModernStats: the figures of 1.4.5 come first and as ever; what follows is named and ordered as in 1.6, and is short
// enough for collectd, which reads 4096 bytes.
func TestModernStats(t *testing.T) {
	plain, _ := start(t, nil).dial().stats("")
	c := start(t, func(s *settings.Settings) { s.ModernStats = true }).dial()
	names, values := c.stats("")
	if len(plain) != 38 || len(names) < len(plain) || !slices.Equal(names[:len(plain)], plain) {
		t.Fatalf("without: %v\nwith: %v", plain, names)
	}
	known, at := namesOf16(t), 0
	for _, name := range names[len(plain):] {
		i := slices.Index(known[at:], name)
		if i < 0 {
			t.Errorf("%s is unknown to 1.6, or out of its order", name)
			continue
		}
		at += i + 1
	}
	// What collectd, netdata, telegraf and the Prometheus exporter look for, as far as there is something to say.
	for _, name := range []string{"max_connections", "rejected_connections", "cmd_touch", "touch_hits", "touch_misses",
		"store_too_large", "store_no_memory", "hash_power_level", "hash_bytes", "hash_is_expanding"} {
		if values[name] == "" || slices.Contains(plain, name) {
			t.Errorf("%s is not there, or was there before", name)
		}
	}
	length := len("END\r\n")
	for name := range values {
		length += len("STAT  \r\n") + len(name) + 20 // digits
	}
	if length >= 4096 {
		t.Errorf("up to %d bytes", length)
	}
}

// TestModernStatsCount has each of them count.
func TestModernStatsCount(t *testing.T) {
	ts := start(t, func(s *settings.Settings) {
		s.ModernStats, s.MaxConns, s.MaxConnsFast, s.NoEvict, s.MemoryLimit, s.ItemMax = true, 2, true, true, 1<<20, 1<<20
	})
	c := ts.dial()
	c.ask("set a 0 0 1\r\nx\r\ntouch a 9\r\ntouch b 9\r\ngat 9 a\r\ngat 9 a b c\r\nget a b\r\n", "STORED\r\nTOUCHED\r\nNOT_FOUND\r\n"+
		"VALUE a 0 1\r\nx\r\nEND\r\nVALUE a 0 1\r\nx\r\nEND\r\nVALUE a 0 1\r\nx\r\nEND\r\n")
	large := strings.Repeat("x", 1<<20)
	c.ask("set l 0 0 1048576\r\n"+large+"\r\n", "SERVER_ERROR object too large for cache\r\n")
	c.ask("set one 0 0 900000\r\n"+large[:900_000]+"\r\n", "STORED\r\n")
	for range 2 {
		c.ask("add two 0 0 900000\r\n"+large[:900_000]+"\r\n", "SERVER_ERROR out of memory storing object\r\n")
	}
	ts.dial().noop()
	for range 3 {
		ts.dial().turnedAway()
	}
	for name, want := range map[string]string{
		"cmd_touch": "6", "touch_hits": "3", "touch_misses": "3", "cmd_get": "2", "get_hits": "1", "get_misses": "1",
		"store_too_large": "1", "store_no_memory": "2", "rejected_connections": "3", "max_connections": "2",
		"hash_power_level": "16", "hash_bytes": "262144", "hash_is_expanding": "0", "slabs_moved": "0", "time_in_listen_disabled_us": "0",
	} {
		if got := c.stat("", name); got != want {
			t.Errorf("%s %s, want %s", name, got, want)
		}
	}
	c.ask("stats reset\r\n", "RESET\r\n")
	for _, name := range []string{"cmd_touch", "touch_hits", "store_too_large", "store_no_memory", "rejected_connections"} {
		if got := c.stat("", name); got != "0" {
			t.Errorf("after stats reset: %s %s", name, got)
		}
	}
}

// TestListenDisabledFor: the time counts while the doors are closed, and stays when they are open again.
func TestListenDisabledFor(t *testing.T) {
	var g listen.Gate
	g.Init(1, false)
	if g.Enter(); g.DisabledFor() < 0 {
		t.Error("before")
	}
	eventually.True(t, "a millisecond", func() bool { return g.DisabledFor() >= time.Millisecond })
	g.Leave()
	if was := g.DisabledFor(); was < time.Millisecond || g.DisabledFor() != was {
		t.Errorf("%v, and it goes on", was)
	}
	if g.Reset(); g.DisabledFor() != 0 {
		t.Errorf("%v after a reset", g.DisabledFor())
	}
}
