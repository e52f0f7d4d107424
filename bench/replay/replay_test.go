package replay

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"

	"gocached/bench"
	"gocached/bench/benchtest"
)

// TestReplaySample plays the sample on a server that forgets nothing: every first get of a key misses, every other hits.
func TestReplaySample(t *testing.T) {
	trace, err := LoadTrace("testdata/sample.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, r := range trace {
		keys[r.Key] = true
	}
	f := &benchtest.Server{}
	target := startFake(t, f)
	var progress atomic.Int64
	res, err := Play(target, Config{Trace: TraceOf(trace), Conns: 3, Batch: 16, Progress: func(n int) { progress.Add(int64(n)) }})
	if err != nil {
		t.Fatal(err)
	}
	gets, misses := res.Hits().Gets, int(res.Hits().Misses())
	if gets != int64(len(trace)) || misses != len(keys) || f.Sets != len(keys) {
		t.Errorf("%d gets, %d misses, %d sets; want %d, %d, %d", gets, misses, f.Sets, len(trace), len(keys), len(keys))
	}
	if progress.Load() != int64(len(trace)) {
		t.Errorf("progress came to %d of %d", progress.Load(), len(trace))
	}
	var out bytes.Buffer
	Print(&out, []Result{res})
	if lines := strings.Split(out.String(), "\n"); len(lines) != 3 || !strings.Contains(lines[0], "hit ratio") || !strings.Contains(lines[1], "fake") {
		t.Errorf("printed:\n%s", out.String())
	}
}

// TestReplayEviction: a server with little room gets a lower hit ratio and says how much it threw out.
func TestReplayEviction(t *testing.T) {
	trace, err := LoadTrace("testdata/sample.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	res, err := Play(startFake(t, &benchtest.Server{Max: 100}), Config{Trace: TraceOf(trace), Conns: 1, Batch: 8})
	if err != nil {
		t.Fatal(err)
	}
	if ratio := res.Hits().Ratio(); res.Items != 100 || res.Evictions <= 0 || ratio <= 0 || ratio >= 0.9 {
		t.Errorf("%d items, %d evictions, hit ratio %.3f", res.Items, res.Evictions, ratio)
	}
}

// TestReplayNoticesWrongValues: a value of another key, or a changed one, ends the run.
func TestReplayNoticesWrongValues(t *testing.T) {
	trace := []Request{{Key: "aa", Size: 20}, {Key: "bb", Size: 20}, {Key: "aa", Size: 20}}
	for name, spoil := range map[string]func(key, value string) string{
		"a bit":         func(_, v string) string { return v[:7] + string(v[7]^1) + v[8:] },
		"cut":           func(_, v string) string { return v[:len(v)-1] },
		"another key's": func(_, v string) string { return string(bench.AppendValue(nil, "bb", 20)) },
	} {
		_, err := Play(startFake(t, &benchtest.Server{Spoil: spoil}), Config{Trace: TraceOf(trace), Conns: 1, Batch: 1})
		if err == nil || !strings.Contains(err.Error(), "a wrong value") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestBatchHoldsNoKeyTwice(t *testing.T) {
	part := []Request{{Key: "a"}, {Key: "b"}, {Key: "c"}, {Key: "b"}, {Key: "d"}}
	for _, c := range [][2]int{{1, 1}, {2, 2}, {5, 3}, {100, 3}} {
		if n := together(part, c[0]); n != c[1] {
			t.Errorf("batch of at most %d: %d, want %d", c[0], n, c[1])
		}
	}
}

func TestReadTrace(t *testing.T) {
	for in, want := range map[string]string{
		"0.1,key,10,get,0\n":         "",
		"0.1,key,10,incr,0\n":        `"incr" is no operation`,
		"0.1,key,-1,get,0\n":         `"-1" cannot be a size`,
		"0.1,key,999999999,get,0\n":  "cannot be a size",
		"0.1,a key,10,get,0\n":       "cannot be a key",
		"0.1,key,10,get,soon\n":      "cannot be a TTL",
		"0.1,key,10,get\n":           "4 fields",
		"\n# nothing\n":              "no request",
		"0.1,k,1,get,0\nnonsense,\n": "line 2",
	} {
		_, err := readTrace(strings.NewReader(in))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
	trace, err := readTrace(strings.NewReader("time,key,valuesize,op,ttl\n0,a,1,get,5\n0,b,2,set,0\n0,a,0,delete,0\n"))
	if err != nil || len(trace) != 3 || trace[0] != (Request{OpGet, "a", 1, 5}) || trace[1].Op != OpSet || trace[2].Op != OpDelete {
		t.Errorf("%v, %v", trace, err)
	}
}
