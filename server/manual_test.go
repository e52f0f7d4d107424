package server

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gocached/server/settings"
)

// TestManualStatistics checks that the manual page explains every line of "stats gocached", and names every further one of
// "stats".
func TestManualStatistics(t *testing.T) {
	page, err := os.ReadFile("../docs/gocached.1")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n.SH STATISTICS\n")
	section, _, _ = strings.Cut(section, "\n.SH ")
	explained := map[string]bool{}
	for line := range strings.Lines(section) {
		if names, ok := strings.CutPrefix(line, ".B "); ok {
			for _, name := range strings.Split(strings.TrimSpace(names), ", ") {
				explained[name] = true
			}
		}
	}
	names, values := start(t, nil).dial().stats("gocached")
	if len(names) <= len(gocachedStats) || values["engine"] == "" {
		t.Fatal("the engine has no figures of its own")
	}
	for _, name := range names {
		if !explained[name] {
			t.Errorf("the manual does not explain %s", name)
		}
	}
	_, option, _ := strings.Cut(string(page), "\n.B modern_stats\n")
	option, _, _ = strings.Cut(option, "\n.TP\n")
	c := start(t, func(s *settings.Settings) { s.ModernStats = true }).dial()
	names, _ = c.stats("")
	for _, name := range names[38:] {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(option) {
			t.Errorf("the manual does not name %s, which -o modern_stats adds", name)
		}
	}
}
