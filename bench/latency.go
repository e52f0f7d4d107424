package bench

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// latencies counts how long batches took, in nanoseconds: an HDR histogram, which keeps three significant digits of
// each, and the largest of all exactly.
type latencies struct {
	*hdrhistogram.Histogram
	max time.Duration
}

// longest is the longest time that is told apart from longer ones.
const longest = 10 * time.Minute

func newLatencies() *latencies {
	return &latencies{Histogram: hdrhistogram.New(1, int64(longest), 3)}
}

// note counts a time.
func (l *latencies) note(d time.Duration) {
	if d > l.max {
		l.max = d
	}
	_ = l.RecordValue(int64(min(max(d, 1), longest))) // cannot fail within these bounds
}

// add adds what another has counted.
func (l *latencies) add(other *latencies) {
	l.Merge(other.Histogram)
	l.max = max(l.max, other.max)
}

// clear forgets everything.
func (l *latencies) clear() {
	l.Reset()
	l.max = 0
}

// report gives the figures of a Report.
func (l *latencies) report() Latency {
	at := func(percentile float64) float64 {
		return threeDigits(min(float64(l.ValueAtPercentile(percentile)), float64(l.max)) / 1e3)
	}
	return Latency{
		Samples: l.TotalCount(),
		Mean:    threeDigits(l.Mean() / 1e3),
		P50:     at(50),
		P90:     at(90),
		P99:     at(99),
		P999:    at(99.9),
		P9999:   at(99.99),
		Max:     threeDigits(float64(l.max) / 1e3),
	}
}

// threeDigits rounds to three significant digits, which is all that is known of a time.
func threeDigits(x float64) float64 { return significant(x, 3) }

// significant rounds to so many significant digits.
func significant(x float64, digits int) float64 {
	if x == 0 {
		return 0
	}
	power := digits - 1 - int(math.Floor(math.Log10(math.Abs(x))))
	if power > 0 { // dividing by a power of ten is exact where multiplying by its inverse is not
		unit := math.Pow10(power)
		return math.Round(x*unit) / unit
	}
	unit := math.Pow10(-power)
	return math.Round(x/unit) * unit
}
