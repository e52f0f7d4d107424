package server

import (
	"strings"
	"testing"

	"gocached/server/settings"
)

// TestStatsEndATurn sends several stats at once: only the first is answered in this turn of the connection, and all in the end. So
// clients that send thousands of them, and never read, keep nobody waiting.
func TestStatsEndATurn(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.Threads = 1 })
	c := ts.dial()
	c.ask("version\r\n", "VERSION 1.4.5\r\n")
	for _, group := range []string{"", " items", " settings", " gocached", " curve", " sizes", " cachedump 1 1", " nonsense"} {
		line := "stats" + group + "\r\n"
		l := ts.onlyLoop()
		yielded, waits := 0, 0
		l.runTask(t, func() {
			for _, own := range l.conns {
				if own != nil {
					l.round.add(own, []byte(strings.Repeat(line, 3)+"version\r\n"))
					l.answer()
					yielded, waits = len(l.round.yielded), len(own.in)
				}
			}
		})
		if want := 2*len(line) + len("version\r\n"); yielded != 1 || waits != want {
			t.Errorf("stats%s: %d connections have yielded, with %d bytes, want 1 and %d", group, yielded, waits, want)
		}
		c.endsOfStats(3)
		c.expect("VERSION 1.4.5\r\n")
	}
}

// endsOfStats reads the answers to so many stats.
func (c *client) endsOfStats(n int) {
	c.t.Helper()
	for n > 0 {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatal(err)
		}
		if line == "END\r\n" || line == "ERROR\r\n" {
			n--
		}
	}
}
