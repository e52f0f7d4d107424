package server

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gocached/engine"
	"gocached/engine/memory"
	"gocached/engine/null"
	"gocached/internal/eventually"
	"gocached/server/settings"
)

// tooLow, inBytes and refused are what memcached 1.6 says to a limit that cannot be.
const (
	tooLow  = "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n"
	inBytes = "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes\r\n"
	refused = "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust\r\n"

	badClass = "BADCLASS invalid src or dst class id\r\n"
	noSpare  = "NOSPARE source class has no spare pages\r\n"
	same     = "SAME src and dst class are identical\r\n"
	badWords = "CLIENT_ERROR bad command line format\r\n"
)

// TestSteeringWords: the answers are those of memcached 1.6.18 and 1.6.45 to the same lines, where gocached can do what is asked for.
func TestSteeringWords(t *testing.T) {
	c := start(t, func(s *settings.Settings) { s.MemoryLimit = 64 << 20 }).dial()
	for _, row := range []struct{ line, want string }{
		{"cache_memlimit", "ERROR\r\n"}, {"cache_memlimit 7", tooLow}, {"cache_memlimit 0", tooLow}, {"cache_memlimit 8", "OK\r\n"},
		{"cache_memlimit -1", "ERROR\r\n"}, {"cache_memlimit abc", "ERROR\r\n"}, {"cache_memlimit 12abc", "ERROR\r\n"},
		{"cache_memlimit +12", "OK\r\n"}, {"cache_memlimit 1000000001", inBytes}, {"cache_memlimit 4294967295", inBytes},
		{"cache_memlimit 4294967296", tooLow}, {"cache_memlimit 18446744073709551616", "ERROR\r\n"},
		{"cache_memlimit 1000000000", refused}, {"cache_memlimit 64 foo", "OK\r\n"}, {"cache_memlimit 64 foo bar", "ERROR\r\n"},
		{"cache_memlimit 64  ", "OK\r\n"}, {"cache_memlimit 7 noreply", ""}, {"cache_memlimit abc noreply", ""}, {"cache_memlimit noreply", ""},

		{"slabs", "ERROR\r\n"}, {"slabs foo", "ERROR\r\n"}, {"slabs foo noreply", "ERROR\r\n"}, {"slabs reassign", "ERROR\r\n"},
		{"slabs reassign 1", "ERROR\r\n"}, {"slabs reassign 1 2 3", "ERROR\r\n"}, {"slabs reassign 1 2 noreply", "ERROR\r\n"},
		{"slabs reassign 1 2 noreply foo", "ERROR\r\n"}, {"slabs reassign 1 2", noSpare}, {"slabs reassign 0 1", noSpare},
		{"slabs reassign 1 0", noSpare}, {"slabs reassign -1 2", badClass}, {"slabs reassign 1 -1", badClass}, {"slabs reassign -2 1", badClass},
		{"slabs reassign 64 1", badClass}, {"slabs reassign 99999999999 1", badClass}, {"slabs reassign 0 0", same},
		{"slabs reassign -1 -1", same}, {"slabs r 1 1", same}, {"slabs reassign a b", badWords}, {"slabs reassign 1 b", badWords},

		{"slabs automove", "ERROR\r\n"}, {"slabs automove 0", "OK\r\n"}, {"slabs automove 2", "OK\r\n"}, {"slabs automove 1 foo", "OK\r\n"},
		{"slabs automove 3", "ERROR\r\n"}, {"slabs automove -1", badWords}, {"slabs automove abc", badWords}, {"slabs automove 1 noreply", ""},
		{"slabs automove freeratio 0.1", "OK\r\n"}, {"slabs automove freeratio", "ERROR\r\n"}, {"slabs automove window 5", "OK\r\n"},
		{"slabs automove window x", "ERROR\r\n"}, {"slabs automove window 2", "CLIENT_ERROR automove window too low or too high\r\n"},
		{"slabs automove ratio", "ERROR\r\n"}, {"slabs automove ratio abc", "ERROR\r\n"},
		{"slabs automove ratio nan", "ERROR\r\n"}, {"slabs automove ratio 0.8", "OK\r\n"}, {"slabs automove ratio 5", "OK\r\n"},
		{"slabs automove ratio -1", "OK\r\n"},
	} {
		c.ask(row.line+"\r\nversion\r\n", row.want+"VERSION 1.4.5\r\n") // what follows shows that there was no more
	}
}

// TestMemoryLimitFollows: what cache_memlimit sets is what statistics show, and what the engine keeps to; what is refused is not.
func TestMemoryLimitFollows(t *testing.T) {
	c := startOn(t, func(*settings.Settings) engine.Engine { return memory.New() }, func(s *settings.Settings) {
		s.MemoryLimit = 16 << 20
		s.EngineOptions = map[string]string{"memory_limit_max": "32"}
	}, func(*Server) {}).dial()
	shows := func(megabytes int) {
		t.Helper()
		want := strconv.Itoa(megabytes << 20)
		_, general := c.stats("")
		_, chosen := c.stats("settings")
		_, curve := c.stats("curve")
		if general["limit_maxbytes"] != want || chosen["maxbytes"] != want || curve["curve_limit"] != want {
			t.Errorf("%s, %s, %s, not %s", general["limit_maxbytes"], chosen["maxbytes"], curve["curve_limit"], want)
		}
	}
	value := strings.Repeat("v", 10_000)
	for i := range 1500 {
		c.ask(fmt.Sprintf("set k%d 0 0 10000\r\n%s\r\n", i, value), "STORED\r\n")
	}
	shows(16)
	c.ask("cache_memlimit 8\r\n", "OK\r\n")
	shows(8)
	eventually.True(t, "fewer pages", func() bool {
		_, own := c.stats("gocached")
		used, _ := strconv.Atoi(own["pages_used"])
		size, _ := strconv.Atoi(own["page_size"])
		return used*size <= 8<<20 && own["pages_beyond"] == "0"
	})
	c.ask("cache_memlimit 1000000\r\n", refused)
	shows(8)
	c.ask("cache_memlimit 32\r\n", "OK\r\n")
	shows(32)
	for i := range 2500 {
		c.ask(fmt.Sprintf("set n%d 0 0 10000\r\n%s\r\n", i, value), "STORED\r\n")
	}
	for i := range 2500 {
		c.ask(fmt.Sprintf("get n%d\r\n", i), fmt.Sprintf("VALUE n%d 0 10000\r\n%s\r\nEND\r\n", i, value))
	}
}

// TestLimitStays: with -v the log says why a limit was refused.
func TestLimitStays(t *testing.T) {
	ts := startOn(t, func(*settings.Settings) engine.Engine { return memory.New() }, func(s *settings.Settings) {
		s.MemoryLimit, s.Verbosity = 16<<20, 1
		s.EngineOptions = map[string]string{"memory_limit_max": "32"}
	}, func(*Server) {})
	c := ts.dial()
	c.ask("cache_memlimit 33\r\ncache_memlimit 1000000000\r\n", refused+refused)
	for _, want := range []string{"not adjusted to 33m: -o memory_limit_max allows less", "not adjusted to 1000000000m: the machine has less"} {
		eventually.True(t, want, func() bool { return strings.Contains(ts.logs.String(), want) })
	}
}

// TestNoReassign: -o no_slab_reassign refuses slabs reassign, whatever follows, and nothing else.
func TestNoReassign(t *testing.T) {
	c := start(t, func(s *settings.Settings) { s.NoReassign = true }).dial()
	for _, words := range []string{"1 2", "1 1", "a b"} {
		c.ask("slabs reassign "+words+"\r\n", "CLIENT_ERROR slab reassignment disabled\r\n")
	}
	c.ask("slabs automove 1\r\n", "OK\r\n")
}

// TestSteeringWithoutEngine: an engine that cannot be steered is not, and the client is told so.
func TestSteeringWithoutEngine(t *testing.T) {
	c := startOn(t, func(*settings.Settings) engine.Engine { return null.New() }, nil, func(*Server) {}).dial()
	c.ask("cache_memlimit 7\r\n", tooLow)
	c.ask("cache_memlimit 64\r\n", refused)
	c.ask("slabs reassign 1 2\r\n", "CLIENT_ERROR slab reassignment disabled\r\n")
	c.ask("slabs automove 1\r\n", "ERROR\r\n")
	c.ask("slabs automove ratio 1\r\n", "ERROR\r\n")
}
