package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"gocached/bench"
)

// TestBenchLoad loads a running server, and reads the report as a file and from the standard output.
func TestBenchLoad(t *testing.T) {
	r := startBinary(t)
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, []byte(strings.Repeat("an older and longer report ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"bench", "load", "--server", fmt.Sprintf("ours=127.0.0.1:%d", r.port), "--time", "100ms", "--rounds", "2",
		"--keys", "500", "--conns", "3", "--value", "10-300", "--rate", "50%", "--zipf", "0.99", "--protocol", "binary", "--json"}
	got := runBinary(t, append(args, path)...)
	if got.exit != 0 || got.stderr != "" || !strings.Contains(got.stdout, "ours") || !strings.Contains(got.stdout, "answers right") {
		t.Errorf("%+v", got)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, text)
	got = runBinary(t, append(args, "-")...)
	if got.exit != 0 || !strings.Contains(got.stderr, "answers right") {
		t.Errorf("%+v", got)
	}
	checkReport(t, []byte(got.stdout))
}

// checkReport looks at a report of one clean server.
func checkReport(t *testing.T, text []byte) {
	t.Helper()
	var r bench.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if !r.Clean || len(r.Servers) != 1 || len(r.Servers[0].Rounds) != 2 || r.Calibration == nil || r.Config.ValueSize != "10-300" {
		t.Errorf("%s", text)
	}
}

// TestBenchLoadFaults: one sentence and exit status 1.
func TestBenchLoadFaults(t *testing.T) {
	for _, c := range []struct {
		want string
		args []string
	}{
		{"HOST:PORT", []string{"--server", "nowhere"}},
		{"connection refused", []string{"--server", "127.0.0.1:1"}},
		{"ends before it begins", []string{"--server", "127.0.0.1:1", "--value", "5-2"}},
		{"requests a second", []string{"--server", "127.0.0.1:1", "--rate", "fast"}},
		{"protocol is", []string{"--server", "127.0.0.1:1", "--protocol", "meta"}},
		{"--json", []string{"--server", "127.0.0.1:1", "--json", "/nonexistent/report"}},
	} {
		got := runBinary(t, append([]string{"bench", "load"}, c.args...)...)
		if got.exit != 1 || got.stdout != "" || !strings.Contains(got.stderr, c.want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
}

// TestManualListsBenchFlags: no flag of bench is missing in the manual.
func TestManualListsBenchFlags(t *testing.T) {
	manual, err := os.ReadFile("../../docs/gocached.1")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(manual), `\-`, "-")
	for _, cmd := range benchCommand().Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(text, "--"+f.Name+"=") && !strings.Contains(text, ".B --"+f.Name+"\n") {
				t.Errorf("the manual does not list --%s of %s", f.Name, cmd.Name())
			}
		})
	}
}
