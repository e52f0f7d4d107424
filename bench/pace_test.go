package bench

import (
	"testing"
	"time"
)

const ms = time.Millisecond

// TestPaceKeepsItsMoments: what was due is handed out in order with its own moment, however late it is asked for.
func TestPaceKeepsItsMoments(t *testing.T) {
	p := newPace(float64(10*ms), float64(5*ms), 100*ms)
	if _, ok := p.take(4 * ms); ok {
		t.Error("a batch before its time")
	}
	for i, now := range []time.Duration{5 * ms, 15 * ms, 90 * ms, 90 * ms, 90 * ms} {
		due, ok := p.take(now)
		if want := time.Duration(5+10*i) * ms; !ok || due != want {
			t.Errorf("batch %d at %v: %v, %v; want %v", i, now, due, ok, want)
		}
	}
	if !p.waiting(150*ms) || p.waiting(100*ms+grace) {
		t.Error("what was due is not waited for, or for ever")
	}
	if _, ok := p.take(100*ms + grace); ok {
		t.Error("a batch long after the end")
	}
	var waited []time.Duration
	p.abandon(200*ms, func(d time.Duration) { waited = append(waited, d) })
	if len(waited) != 5 || waited[0] != 145*ms || waited[4] != 105*ms {
		t.Errorf("abandoned after %v", waited)
	}
}

func TestPaceClosedLoop(t *testing.T) {
	p := newPace(0, 0, 100*ms)
	if due, ok := p.take(30 * ms); !ok || due != 30*ms {
		t.Errorf("%v, %v", due, ok)
	}
	if _, ok := p.take(100 * ms); ok || p.waiting(50*ms) {
		t.Error("it goes on after the end, or waits for a moment")
	}
	p.abandon(time.Second, func(time.Duration) { t.Error("a closed loop abandons nothing") })
}

// TestPaceDoesNotDrift: a million batches later the moment is still the right one.
func TestPaceDoesNotDrift(t *testing.T) {
	p := newPace(1e9/3, 0, 1000*time.Hour)
	for range 3_000_000 {
		p.step()
	}
	if want := 1_000_000 * time.Second; p.next < want-time.Microsecond || p.next > want+time.Microsecond {
		t.Errorf("%v, want %v", p.next, want)
	}
}

// TestPacePoisson: the moments are random, and as many as even ones would be.
func TestPacePoisson(t *testing.T) {
	random, even := uint64(3), 0
	p := newPace(float64(ms), 0, 100*time.Second)
	p.random = &random
	for p.next < p.end {
		before := p.next
		if p.step(); p.next < before {
			t.Fatal("time goes back")
		}
		if d := p.next - before; d > ms/2 && d < 2*ms {
			even++
		}
	}
	if p.taken < 98_000 || p.taken > 102_000 {
		t.Errorf("%d batches, want about 100,000", p.taken)
	}
	if share := float64(even) / float64(p.taken); share < 0.45 || share > 0.49 { // e^-0.5 - e^-2
		t.Errorf("%.3f of the intervals are between half the mean and twice", share)
	}
}

func TestQueue(t *testing.T) {
	q := newQueue(3)
	for i := range int32(3) {
		q.push(i)
	}
	for i := range int32(20) {
		n := q.pop()
		if n != i%3 || q.size != 2 {
			t.Fatalf("%d comes out as number %d, %d are left", n, i, q.size)
		}
		q.push(n)
	}
}

func TestLatencies(t *testing.T) {
	l, other := newLatencies(), newLatencies()
	for i := 1; i <= 100_000; i++ {
		l.note(time.Duration(i) * time.Microsecond)
	}
	other.note(3 * time.Hour) // longer than what is told apart
	l.add(other)
	got := l.report()
	want := Latency{Samples: 100_001, Mean: got.Mean, P50: 50_000, P90: 90_000,
		P99: 99_000, P999: 99_900, P9999: 100_000, Max: 1.08e10}
	for name, pair := range map[string][2]float64{
		"p50": {got.P50, want.P50}, "p90": {got.P90, want.P90}, "p99": {got.P99, want.P99},
		"p99.9": {got.P999, want.P999}, "p99.99": {got.P9999, want.P9999}, "max": {got.Max, want.Max},
	} {
		if pair[0] < pair[1]*0.999 || pair[0] > pair[1]*1.002 {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if l.clear(); l.report() != (Latency{}) {
		t.Errorf("cleared: %+v", l.report())
	}
}

func TestThreeDigits(t *testing.T) {
	for in, want := range map[float64]float64{
		0: 0, 1: 1, 123.456: 123, 1234.5: 1230, 0.0012345: 0.00123, 99.96: 100, 1.005e7: 1.01e7, 12.34: 12.3,
	} {
		if got := threeDigits(in); got != want {
			t.Errorf("%v becomes %v, want %v", in, got, want)
		}
	}
}

func TestSummarize(t *testing.T) {
	rounds := []RoundReport{{CPU: 5}, {CPU: 1}, {CPU: 2}, {CPU: 100}}
	cpu := func(r *RoundReport) float64 { return r.CPU }
	if got, want := summarize(rounds, cpu), (Summary{Median: 3.5, Min: 1, Max: 100, MAD: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := summarizeKnown(append(rounds, RoundReport{}), cpu); got != nil {
		t.Errorf("a round is not known, and the summary is %+v", got)
	}
}
