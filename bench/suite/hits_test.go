package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gocached/bench/replay"
)

// TestPlans: every row has a trace; a recorded trace adds rows, and a short run is shorter.
func TestPlans(t *testing.T) {
	trace := filepath.Join("..", "replay", "testdata", "sample.csv.gz")
	whole, short := (&hitOptions{trace: trace}).plans(), (&hitOptions{short: true}).plans()
	if len(whole) < len(traceMemory)+len(replay.Loads) || len(short) >= len(whole)-len(traceMemory) {
		t.Errorf("%d rows, %d in a short run", len(whole), len(short))
	}
	for _, p := range append(whole, short...) {
		made, err := p.trace()
		if err != nil || made.Count == 0 || p.name == "" || p.shows == "" || p.memory < 1 {
			t.Errorf("%+v: %d requests, %v", p, made.Count, err)
		}
	}
	for _, p := range short {
		if p.memory > shortMemory {
			t.Errorf("%s, -m %d in a short run", p.name, p.memory)
		}
	}
	if _, err := (&hitOptions{trace: "/nonexistent"}).recorded(); err == nil {
		t.Error("a trace that is not there is taken")
	}
}

// TestHitsMarkdown compares documents with testdata: go test ./bench/suite -update writes them.
func TestHitsMarkdown(t *testing.T) {
	for name, r := range map[string]*hitResults{"hits": hitSample(), "hits-faults": hitFaulty(), "hits-none": {Servers: hitSample().Servers}} {
		got := r.markdown()
		path := filepath.Join("testdata", name+".md")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is now:\n%s", path, got)
		}
	}
}

// TestHitsAreKept: what is written by hand stays, rows are replaced, and a later run adds to the same servers' results only.
func TestHitsAreKept(t *testing.T) {
	dir := t.TempDir()
	o := &options{out: filepath.Join(dir, "page.md"), json: filepath.Join(dir, "page.json"), add: true}
	o.peers = []peer{{"x", []string{"/bin/true"}}, {"gocached", []string{"/bin/true"}}}
	if err := os.WriteFile(o.out, []byte("By hand.\n\n"+below+"old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := o.beginHits()
	if err != nil {
		t.Fatal(err)
	}
	r.put(hitSample().Rows[0])
	r.put(hitSample().Rows[1])
	failed := hitSample().Rows[0]
	failed.Failed = "on purpose"
	r.put(failed)
	if err := r.keep(o); err != nil || len(r.Rows) != 2 {
		t.Fatal(len(r.Rows), err)
	}
	page, err := os.ReadFile(o.out)
	if text := string(page); err != nil || !strings.HasPrefix(text, "By hand.\n\n"+below) || strings.Contains(text, "old\n") || !strings.Contains(text, "on purpose") {
		t.Errorf("%v:\n%s", err, page)
	}
	if again, err := o.beginHits(); err != nil || len(again.Rows) != 2 || again.Rows[1].Servers[1].Hits() != r.Rows[1].Servers[1].Hits() {
		t.Errorf("%+v, %v", again, err)
	}
	o.hits.seed = 9
	if _, err := o.beginHits(); err == nil {
		t.Error("results of another seed are added to")
	}
	if err := os.WriteFile(o.json, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := o.beginHits(); err == nil || !strings.Contains(err.Error(), o.json) {
		t.Errorf("half a file: %v", err)
	}
}

// TestMeasureHitsFails: a row without figures says why, and no server is left.
func TestMeasureHitsFails(t *testing.T) {
	silence(t)
	o := &options{peers: []peer{{"x", []string{"/bin/sh", "-c", "exit 3"}}}}
	row := o.measureHits((&hitOptions{short: true}).plans()[0])
	if !strings.Contains(row.Failed, "x does not start: exit status 3") || row.Servers != nil {
		t.Errorf("%+v", row)
	}
}

// hitSample is a run with two servers.
func hitSample() *hitResults {
	r := &hitResults{Seed: 1, Servers: []program{{"memcached", "1.6.18", "memcached -m 64"}, {"gocached", "0.1.0", "gocached -m 64"}}}
	at := time.Date(2026, 11, 27, 23, 0, 0, 0, time.UTC)
	row := func(name string, memory int, counted ...replay.Count) {
		at = at.Add(time.Minute)
		theirs := replay.Result{Counted: counted, Evictions: 1000, Items: 5000, HeldBytes: 20 << 20, RSS: 40 << 20}
		ours := theirs
		ours.Counted, ours.Items, ours.Refused, ours.RSS = nil, 6000, 3, 0
		for _, c := range counted {
			ours.Counted = append(ours.Counted, replay.Count{Gets: c.Gets, Hits: (c.Gets + c.Hits) / 2})
		}
		r.Rows = append(r.Rows, hitRow{Load: name, Shows: "something", Memory: memory, At: at,
			Servers: []hitServer{{"memcached", theirs}, {"gocached", ours}}})
	}
	row("zipf", 32, replay.Count{Gets: 1000, Hits: 800})
	row("zipf", 96, replay.Count{Gets: 1000, Hits: 900})
	row("grow", 64, replay.Count{Gets: 100, Hits: 50}, replay.Count{Gets: 100, Hits: 90})
	row("zipf", 8, replay.Count{Gets: 1000, Hits: 900}) // in which memcached takes far more
	row("fill:24,10", 64, replay.Count{})
	return r
}

// hitFaulty is a short one in which something went wrong, and gocached missed more.
func hitFaulty() *hitResults {
	r := hitSample()
	r.Short = true
	r.Rows = r.Rows[:2]
	r.Rows[0].Servers[1].Counted = []replay.Count{{Gets: 1000, Hits: 700}}
	r.Rows[1].Servers, r.Rows[1].Failed = nil, "gocached does not start"
	return r
}

// TestFairComparison: a row counts unless the other server took much more memory than it may, and than ours.
func TestFairComparison(t *testing.T) {
	for theirs, fair := range map[uint64]bool{70: true, 90: true, 100: false} {
		result := func(hits int64, megabytes uint64) *replay.Result {
			return &replay.Result{Counted: []replay.Count{{Gets: 10, Hits: hits}}, RSS: megabytes << 20}
		}
		var c comparison
		c.add(&hitRow{Memory: 64}, result(5, 85), result(4, theirs))
		if (c.logs != nil) != fair || (c.beyond == nil) != fair {
			t.Errorf("%d MiB beside 85: %+v, want fair to be %v", theirs, c, fair)
		}
	}
}
