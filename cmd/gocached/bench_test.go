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

// TestBenchHits plays two loads on a running server, whose -m it asks for.
func TestBenchHits(t *testing.T) {
	r := startBinary(t, "-m", "2")
	trace, err := filepath.Abs("../../bench/replay/testdata/sample.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	got := runBinary(t, "bench", "hits", "--server", fmt.Sprintf("ours=127.0.0.1:%d", r.port), "--scale", "0.002",
		"--load", "fill:24,1000", "--load", "zipf", "--trace", trace)
	lines := strings.Split(got.stdout, "\n")
	if got.exit != 0 || got.stderr != "" || len(lines) != 5 || !strings.Contains(lines[0], "hit ratio") || !strings.Contains(lines[1], "sample") ||
		!strings.Contains(lines[2], "fill:24,1000") || !strings.Contains(lines[3], "zipf") {
		t.Errorf("%+v", got)
	}
}

// TestBenchFaults: one sentence, which says what to type, and exit status 1.
func TestBenchFaults(t *testing.T) {
	for want, args := range map[string]string{
		`"nowhere" is not HOST:PORT`:                    "load --server nowhere",
		"connection refused":                            "load --server 127.0.0.1:1",
		"ends before it begins":                         "load --server 127.0.0.1:1 --value 5-2",
		"requests a second":                             "load --server 127.0.0.1:1 --rate fast",
		"protocol is":                                   "load --server 127.0.0.1:1 --protocol meta",
		"--json":                                        "load --server 127.0.0.1:1 --json /nonexistent/report",
		`--conns needs a whole number, not`:             "load --server 127.0.0.1:1 --conns many",
		`--time needs a time, such as 5s or`:            "load --server 127.0.0.1:1 --time 5",
		`--zipf needs a number, not`:                    "load --server 127.0.0.1:1 --zipf x",
		"unknown flag: --conn: did you mean --conns?\n": "load --conn 5",
		"unknown flag: --xyz: gocached bench load --help lists all there are\n":                               "load --xyz 5",
		"which server? Give --server NAME=ADDRESS for each, as in: gocached bench load --server ours=127.0":   "load",
		"which server? Give --server NAME=ADDRESS for each, as in: gocached bench replay --server ours=127.0": "replay",
		"which trace? Give --trace FILE\n": "replay --server 127.0.0.1:1",
		"\"127.0.0.1:1\" belongs to no flag: a server is given as --server NAME=127.0.0.1:1\n": "load 127.0.0.1:1",
		"\"a=127.0.0.1:1\" belongs to no flag: a server is given as --server a=127.0.0.1:1\n":  "replay a=127.0.0.1:1",
		"\"lod\" is no subcommand: did you mean gocached bench load?\n":                        "lod",
		"127.0.0.1:1: connection refused\n":                                                    "hits --server 127.0.0.1:1 --load zipf",
		"which load? Give --load NAME (zipf scan loop":                                         "hits --server 127.0.0.1:1",
		"\"zip\" is no load: there are zipf scan":                                              "hits --server 127.0.0.1:1 --load zip",
		"want fill:KEY,VALUE":                                          "hits --server 127.0.0.1:1 --load fill:3,x",
		"--scale is 0, but must be above 0":                            "hits --server 127.0.0.1:1 --load zipf --scale 0",
		"--memory is -1, but must be":                                  "hits --server 127.0.0.1:1 --load zipf --memory -1",
		"no such file":                                                 "hits --server 127.0.0.1:1 --trace /nonexistent",
		"gocached bench hits --server ours=":                           "hits --load zipf",
		"\"memtier\" is no subcommand: there are hits, load, replay\n": "memtier",
	} {
		got := runBinary(t, append([]string{"bench"}, strings.Fields(args)...)...)
		if got.exit != 1 || got.stdout != "" || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%v: %+v, want %q", args, got, want)
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
