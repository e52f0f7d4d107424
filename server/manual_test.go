package server

import (
	"os"
	"strings"
	"testing"

	"gocached/engine"
)

// TestManualStatistics checks that the manual page explains every line of "stats gocached".
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
	ts := start(t, nil)
	var names []string
	for _, row := range gocachedStats {
		names = append(names, row.name)
	}
	ts.engine.Stats(engine.Query{Group: "gocached"}, func(name, _ string) { names = append(names, name) })
	if len(names) <= len(gocachedStats) {
		t.Fatal("the engine has no figures of its own")
	}
	for _, name := range names {
		if !explained[name] {
			t.Errorf("the manual does not explain %s", name)
		}
	}
}
