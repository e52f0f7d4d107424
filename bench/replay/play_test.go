package replay

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"gocached/bench"
	"gocached/bench/benchtest"
)

// TestReplayWindows: only what follows the warm-up counts, each part in its window.
func TestReplayWindows(t *testing.T) {
	var requests []Request
	for _, key := range []string{"a", "b", "a", "b", "c", "d", "a", "b", "c", "d"} { // misses: 2 of 2, none of 2; 2 of 2, none of 4
		requests = append(requests, Request{Key: key, Size: 10})
	}
	trace := TraceOf(requests)
	trace.Warm, trace.Windows = 4, 3
	res, err := Play(startFake(t, &benchtest.Server{}), Config{Trace: trace, Conns: 2, Batch: 4, Held: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := []Count{{2, 0}, {2, 2}, {2, 2}}; !slices.Equal(res.Counted, want) || res.Hits() != (Count{6, 4}) {
		t.Errorf("counted %v", res.Counted)
	}
	if res.HeldItems != 4 || res.HeldBytes != 4*11 || res.Course() != " 0.0 100.0 100.0" {
		t.Errorf("holds %d items, %d bytes; %s", res.HeldItems, res.HeldBytes, res.Course())
	}
}

// TestReplayRate: what follows the fill takes the time that its rate asks for.
func TestReplayRate(t *testing.T) {
	requests := slices.Repeat([]Request{{Key: "a", Size: 10}}, 200)
	trace := TraceOf(requests)
	trace.Fill, trace.Rate = 100, 1000
	start := time.Now()
	res, err := Play(startFake(t, &benchtest.Server{}), Config{Trace: trace, Conns: 1, Batch: 4})
	if err != nil || res.Hits().Gets != 200 {
		t.Fatal(res, err)
	}
	if took := time.Since(start); took < 95*time.Millisecond {
		t.Errorf("100 requests at 1000 a second took %v", took)
	}
}

// TestReplayOnAll: a fill, a loop and a table of two servers, one of which has little room.
func TestReplayOnAll(t *testing.T) {
	roomy, full := startFake(t, &benchtest.Server{}), startFake(t, &benchtest.Server{Max: 50})
	roomy.Name, full.Name = "roomy", "full"
	var rows []Row
	for _, name := range []string{"fill:24,1000", "zipf"} {
		l, err := FindLoad(name)
		if err != nil {
			t.Fatal(err)
		}
		trace := l.Trace(1, 1, 0.002)
		results, err := OnAll([]bench.Target{roomy, full}, Config{Trace: trace, Conns: 2, Batch: 8, Held: true})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, Row{name, 1, results})
	}
	if r := rows[0].Results; r[0].HeldItems != 2048 || r[0].HeldBytes != 2048*1024 || r[1].HeldItems != 50 || r[1].Evictions != 2048-50 {
		t.Errorf("%+v", r)
	}
	if ratio, ok := MissRatio(&rows[1].Results[1], &rows[1].Results[0]); !ok || ratio <= 1 {
		t.Errorf("a server with little room has %.2f of the misses of one with much", ratio)
	}
	var out bytes.Buffer
	PrintRows(&out, rows)
	if lines := strings.Split(out.String(), "\n"); len(lines) != 6 || !strings.Contains(lines[0], "hit ratio") || !strings.Contains(lines[4], "full") {
		t.Errorf("printed:\n%s", out.String())
	}
}

// TestReplayOnAllStops: when one server gives a wrong value, nobody goes on.
func TestReplayOnAllStops(t *testing.T) {
	wrong := startFake(t, &benchtest.Server{Spoil: func(_, v string) string { return "x" + v[1:] }})
	trace := TraceOf(slices.Repeat([]Request{{Key: "a", Size: 10}}, 1000))
	trace.Rate = 1 // the other would play for a long time
	start := time.Now()
	_, err := OnAll([]bench.Target{startFake(t, &benchtest.Server{}), wrong}, Config{Trace: trace, Conns: 2, Batch: 8})
	if err == nil || !strings.Contains(err.Error(), "a wrong value") || time.Since(start) > bench.Patience {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

// TestMemoryLimit: a server that does not tell is named.
func TestMemoryLimit(t *testing.T) {
	target := startFake(t, &benchtest.Server{})
	if _, err := target.MemoryLimit(); err == nil || !strings.Contains(err.Error(), target.Address) {
		t.Error(err)
	}
}
