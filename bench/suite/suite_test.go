package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gocached/bench"
	"gocached/bench/process"
)

var update = flag.Bool("update", false, "rewrite the expected documents")

// TestLoads: every row is a load that package bench takes, in full and in short, and has a name of its own and a purpose.
func TestLoads(t *testing.T) {
	seen := map[string]bool{}
	for i := range loads {
		l := &loads[i]
		if seen[l.name] || l.name == "" || l.shows == "" {
			t.Errorf("%+v: no name of its own, or nothing that it shows", l)
		}
		seen[l.name] = true
		if _, err := l.config(size{keys: manyKeys, rounds: 5, turn: time.Second}); err != nil {
			t.Errorf("%s: %v", l.name, err)
		}
		if cfg, err := l.config(size{keys: 100, rounds: 1, turn: 100 * time.Millisecond}); err != nil || cfg.Keys != 100 {
			t.Errorf("%s, short: %d keys, %v", l.name, cfg.Keys, err)
		}
		if !strings.Contains("tcp udp unix", l.transport()) {
			t.Errorf("%s goes over %s", l.name, l.transport())
		}
	}
	for _, l := range redisLoads {
		if !seen[l.name] {
			t.Errorf("redis has a load %q, which is none of the standard loads", l.name)
		}
	}
}

// TestKinds: a program's name chooses its flags.
func TestKinds(t *testing.T) {
	for program, want := range map[string]string{
		"/opt/memcached-1.6.45": "-t 1 -m 2048 -l 127.0.0.1 -p 9 -U 0",
		"bin/gocached":          "-t 1 -m 2048 -l 127.0.0.1 -p 9 -U 0",
		"/opt/pogocache":        "--threads=1 --maxmemory=2048mb -h 127.0.0.1 -p 9",
		"redis-server":          "--bind 127.0.0.1 --port 9 --save  --appendonly no",
	} {
		p := peer{"x", []string{program}}
		got := strings.Replace(strings.Join(p.kind().flags(place{port: 9, memory: 2048}), " "), "-u root ", "", 1)
		if got != want {
			t.Errorf("%s: %s, want %s", program, got, want)
		}
	}
	if (&peer{"x", []string{"pogocache"}}).kind().cannot(&load{over: "udp"}) == "" {
		t.Error("pogocache is asked by UDP")
	}
}

// TestParse: what the command line says, and what is wrong with it.
func TestParse(t *testing.T) {
	shell := "/bin/sh"
	o, err := parse([]string{"--peer", "a=" + shell + " -x 1", "--short", "--only", "^get", shell})
	if err != nil {
		t.Fatal(err)
	}
	if len(o.peers) != 2 || !reflect.DeepEqual(o.peers[0].command, []string{shell, "-x", "1"}) || o.peers[1].name != "gocached" {
		t.Errorf("peers %+v", o.peers)
	}
	if o.size.rounds != 1 || o.only.MatchString("set, 50 connections") {
		t.Errorf("%+v", o)
	}
	for _, args := range [][]string{
		{}, {"/nonexistent"}, {"--only", "(", shell}, {"--rounds", "0", shell}, {"--time", "1ms", shell},
		{"--peer", "gocached=" + shell, shell}, {"--peer", "a", shell},
	} {
		silence(t)
		if _, err := parse(args); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

// silence sends what package flag prints to nowhere.
func silence(t *testing.T) {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stderr
	os.Stderr = null
	t.Cleanup(func() { os.Stderr = old; null.Close() })
}

// TestReadTools: the output of other generators, as they print it.
func TestReadTools(t *testing.T) {
	rate, err := redisRate([]byte("\"test\",\"rps\",\"avg_latency_ms\"\n\"GET bench:__rand_int__\",\"1463414.62\",\"0.843\"\n"))
	if err != nil || rate != 1463414.62 {
		t.Errorf("redis-benchmark: %v, %v", rate, err)
	}
	if _, err := redisRate([]byte("Could not connect\n")); err == nil {
		t.Error("redis-benchmark: a complaint is taken for a rate")
	}
	ops, perSecond, misses, err := readSlap([]byte("cmd_get: 76509\nget_misses: 3\n\nRun time: 1.0s Ops: 85033 TPS: 85026 Net_rate: 15.2M/s\n"))
	if err != nil || ops != 85033 || perSecond != 85026 || misses != 3 {
		t.Errorf("memcaslap: %d, %v, %d, %v", ops, perSecond, misses, err)
	}
	if _, _, _, err := readSlap([]byte("nothing")); err == nil {
		t.Error("memcaslap: nothing is taken for a run")
	}
}

// TestMarkdown compares documents with testdata: go test ./bench/suite -update writes them.
func TestMarkdown(t *testing.T) {
	for name, r := range map[string]*results{"clean": sample(), "faults": faulty(), "none": {Servers: sample().Servers}} {
		var got bytes.Buffer
		r.markdown(&got)
		path := filepath.Join("testdata", name+".md")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != string(want) {
			t.Errorf("%s is now:\n%s", path, got.String())
		}
	}
	if sample().broken() || !faulty().broken() {
		t.Error("what is broken is not told from what is not")
	}
}

// TestResultsFile: what is written is read again, and rows are replaced and kept in order.
func TestResultsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.json")
	if none := (results{}); readEarlier(path, &none) != nil || none.Servers != nil {
		t.Errorf("no file: %+v", none)
	}
	want := sample()
	if err := want.write(path); err != nil {
		t.Fatal(err)
	}
	got := &results{}
	if err := readEarlier(path, got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
	got.put(row{Load: loads[0].name, Failed: "on purpose"})
	got.put(row{Load: loads[2].name})
	var names []string
	for _, r := range got.Rows {
		names = append(names, r.Load)
	}
	if !reflect.DeepEqual(names, []string{loads[0].name, loads[2].name, "get by UDP", "get at half the rate"}) || got.Rows[0].Failed == "" {
		t.Errorf("rows %q", names)
	}
	if got.adopt(want.Servers, want.CPU) != nil || got.adopt(want.Servers[1:], want.CPU) == nil || got.adopt(want.Servers, "3") == nil {
		t.Error("results of other servers are added to")
	}
	got.putOthers(slapTool, nil)
	if len(got.Others) != 1 || got.Others[0].Tool != redisTool {
		t.Errorf("others %+v", got.Others)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readEarlier(path, got); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("half a file: %v", err)
	}
}

// sample is a run with two servers.
func sample() *results {
	at := time.Date(2026, 11, 21, 5, 44, 0, 0, time.UTC)
	report := func(change func(*bench.Report), times ...float64) *bench.Report {
		r := &bench.Report{
			Format: 1, Started: at, Clean: true,
			Config: bench.ReportConfig{Protocol: "text", Conns: 50, Depth: 1, Multiget: 1, Gets: 100, Keys: 1_000_000,
				KeySize: "32", ValueSize: "100", Rounds: 2, TurnSeconds: 1},
			Machine: bench.Machine{CPU: "AMD EPYC", Processors: 2, Usable: 1, Memory: 24 << 30, Kernel: "6.18", System: "Debian", Go: "go1.26", SystemCall: 100},
		}
		for i, name := range []string{"memcached", "gocached"} {
			r.Servers = append(r.Servers, serverReport(name, times[2*i:2*i+2]))
		}
		if change != nil {
			change(r)
		}
		at = at.Add(time.Minute)
		return r
	}
	return &results{
		CPU: "0",
		Servers: []program{
			{"memcached", "1.6.18", "memcached -t 1 -p 11211"},
			{"gocached", "0.1.0", "gocached -t 1 -p 11211"},
		},
		Rows: []row{
			{Load: "get, 50 connections", Shows: "what most clients do", Report: report(nil, 7000, 7500, 6000, 6250)},
			{Load: "get by UDP", Shows: "datagrams", LeftOut: []string{"memcached: it was built without"}, Report: report(func(r *bench.Report) {
				r.Servers = r.Servers[1:]
				r.Servers[0].Transport = "udp"
			}, 1, 1, 6600, 6700)},
			{Load: "get at half the rate", Shows: "latencies", Report: report(func(r *bench.Report) {
				r.Config.Rate, r.Config.RatePerSecond, r.Config.Rounds, r.Config.Depth = "50%", 64_609, 3, 32
				r.Calibration = &bench.Calibration{Server: "memcached", OpsPerSecond: 129_220, Seconds: 1}
			}, 9000, 9100, 8000, 9200)},
		},
		Others: []other{
			{Tool: slapTool, Load: slapLoad, Server: "memcached", At: at, Ops: []float64{85026, 86000}, CPU: []float64{6500, 6700}},
			{Tool: redisTool, Load: "get, 50 connections", Server: "redis-server 7.0.15", At: at, Ops: []float64{91743}, CPU: []float64{8230}},
		},
	}
}

// serverReport is a report with two rounds, of a server that needs so many nanoseconds a request.
func serverReport(name string, cpu []float64) bench.ServerReport {
	s := bench.ServerReport{Name: name, Transport: "tcp", Counts: bench.Counts{Requests: 150_000}}
	var rates []float64
	for _, c := range cpu {
		s.Rounds = append(s.Rounds, bench.RoundReport{CPU: c, OpsPerSecond: 1e9 / c})
		rates = append(rates, 1e9/c)
	}
	times := bench.Summarize(cpu)
	s.CPU, s.OpsPerSecond = &times, bench.Summarize(rates)
	s.ClientBusy = bench.Summary{Median: 0.75, Min: 0.7, Max: 0.8}
	s.MedianLatency = bench.Latency{P99: 347, P999: 1250}
	return s
}

// faulty is a run in which much went wrong, a short one.
func faulty() *results {
	r := sample()
	r.CPU = ""
	first := r.Rows[0].Report
	first.Config.TurnSeconds, first.Servers[1].Counts.Misses = 0.1, 2
	first.Servers[0].CPU = nil
	first.Faults = []string{"gocached: 2 misses of 150000 keys"}
	r.Rows[1].Report, r.Rows[1].Failed = nil, "gocached does not start"
	r.Others[0].Failed, r.Others[1].Misses = "exit status 1", 7
	return r
}

// TestServerThatDoesNotStart: what it said is in the error, and a row without a report tells it.
func TestServerThatDoesNotStart(t *testing.T) {
	r := &run{options: options{peers: []peer{{"x", []string{"/bin/sh", "-c", "echo no memory >&2; exit 3"}}}}, results: &results{}}
	r.size = size{keys: 10, rounds: 1, turn: 100 * time.Millisecond}
	silence(t)
	got := r.measure(&loads[0])
	if got.Report != nil || !strings.Contains(got.Failed, "x does not start: exit status 3; no memory") {
		t.Errorf("%+v", got)
	}
	if n := process.Running(); n != 0 {
		t.Errorf("%d servers still run", n)
	}
}
