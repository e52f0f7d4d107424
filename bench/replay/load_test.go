package replay

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"gocached/bench"
)

// TestHitLoads: every load has a name, which finds it, and makes as many requests as it says, the same each time, which a
// trace could hold.
func TestHitLoads(t *testing.T) {
	for _, l := range Loads {
		if found, err := FindLoad(l.Name); err != nil || found.Name != l.Name || l.Shows == "" || len(l.Memory) == 0 {
			t.Errorf("%s: %v, shows %q, -m %v", l.Name, err, l.Shows, l.Memory)
		}
		trace := l.Trace(7, 1, 0.02)
		all := slices.Collect(trace.Requests)
		if len(all) != trace.Count || trace.Warm >= trace.Count && l.reads > 0 {
			t.Errorf("%s: %d requests, not %d, %d of them not counted", l.Name, len(all), trace.Count, trace.Warm)
		}
		other := slices.Collect(l.Trace(8, 1, 0.02).Requests)
		if !slices.Equal(all, slices.Collect(trace.Requests)) || slices.Equal(all, other) && !strings.Contains(l.Name, ",") {
			t.Errorf("%s is not made by its seed", l.Name)
		}
		for _, r := range all {
			if len(r.Key) > bench.MaxKey || r.Size < 0 || r.Size > bench.MaxSize || (r.TTL > 0) != (l.Name == "ttl") {
				t.Fatalf("%s asks for %+v", l.Name, r)
			}
		}
	}
}

// TestHitLoadFill: a fill has no key twice, and twice as many bytes as there is memory.
func TestHitLoadFill(t *testing.T) {
	for _, name := range []string{"fill:24,10", "fill:8,0", "fill:mix", "fill:all", "grow"} {
		l, err := FindLoad(name)
		if err != nil {
			t.Fatal(err)
		}
		seen, bytes := map[string]bool{}, 0
		for r := range l.Trace(1, 4, 0).Requests {
			if seen[r.Key] || r.Op != OpSet {
				t.Fatalf("%s: %+v", name, r)
			}
			seen[r.Key] = true
			bytes += len(r.Key) + r.Size
		}
		if share := float64(bytes) / (8 << 20); share < 0.9 || share > 1.1 {
			t.Errorf("%s: %d bytes for 4 MB", name, bytes)
		}
	}
}

func TestFindHitLoadFaults(t *testing.T) {
	for _, name := range []string{"", "zipff", "fill", "fill:", "fill:24", "fill:7,10", "fill:251,10", "fill:24,-1", "fill:24,10,3", "fill:x,y"} {
		if _, err := FindLoad(name); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
}

// TestZipfLoad: the most popular item has the share that Zipf's law gives it, and half of the values are above the median.
func TestZipfLoad(t *testing.T) {
	counts, above, n := map[string]int{}, 0, 0
	for r := range firstReads(t, "zipf", 100_000) {
		counts[r.Key]++
		n++
		if counts[r.Key] == 1 && r.Size > 230 {
			above++
		}
	}
	most := slices.Max(slices.Collect(maps.Values(counts)))
	if share := float64(above) / float64(len(counts)); share < 0.48 || share > 0.52 {
		t.Errorf("%.2f of the values are above the median", share)
	}
	if share := float64(most) / float64(n); share < 0.06 || share > 0.09 { // 1/ln(450,000) and a little
		t.Errorf("the most popular item has %.3f of the requests", share)
	}
}

// TestScanLoad: about a quarter of the requests are for items that are asked for once.
func TestScanLoad(t *testing.T) {
	scans, n := 0, 0
	for r := range firstReads(t, "scan", 400_000) {
		if n++; r.Key[0] == 'o' {
			scans++
		}
	}
	if share := float64(scans) / float64(n); share < scanShare-0.05 || share > scanShare+0.05 {
		t.Errorf("%.2f of the requests are scans", share)
	}
}

// TestShiftLoad: the favourite of the beginning is no favourite at the end.
func TestShiftLoad(t *testing.T) {
	var first, last map[string]int
	n := 0
	for r := range firstReads(t, "shift", 100_000) {
		if n%50_000 == 0 {
			first, last = last, map[string]int{}
		}
		last[r.Key]++
		n++
	}
	for key, count := range first {
		if count > 200 && last[key] > count/2 {
			t.Errorf("%s was asked for %d times, and then %d times", key, count, last[key])
		}
	}
}

// firstReads makes the beginning of a load that has reads only.
func firstReads(t *testing.T, name string, n int) iter.Seq[Request] {
	t.Helper()
	l, err := FindLoad(name)
	if err != nil {
		t.Fatal(err)
	}
	return l.Trace(1, 1, float64(n)/float64(l.reads)).Requests
}
