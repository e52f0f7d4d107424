package tool

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// point is a point of the curve: a hit ratio in percent, and the memory that it takes.
type point struct {
	bytes uint64
	ratio float64
}

// misses are the gets that find nothing, in percent.
func (p point) misses() float64 { return 100 - p.ratio }

// curve prints what the hit ratio would be with less memory or more, in numbers and as a plot.
func (r *report) curve() error {
	stats, err := r.figures("curve")
	if err != nil {
		return err
	}
	points, here, state := readCurve(stats)
	switch {
	case state != "ok" && state != "":
		fmt.Fprintf(r.out, "%s: what more memory would buy is not known: %s.\n", r.address, printable(state))
		return nil
	case here < 0:
		return fmt.Errorf("%s: %w: its curve has no point for the memory that it has", r.address, errBroken)
	}
	fmt.Fprintf(r.out, "%s: what would more memory buy?\n\n", r.address)
	fmt.Fprintf(r.out, "%10s %7s %8s\n", "Memory", "Hits", "Misses")
	for i, p := range points {
		r.plot(p, points[here], i == here)
	}
	fmt.Fprintf(r.out, "\n%s\n", r.advice(points, points[here]))
	return nil
}

// readCurve returns the points, smallest memory first, which of them is the server as it is (-1 if none), and whether they
// can be believed: ok, or why not.
func readCurve(stats []stat) (points []point, here int, state string) {
	limit := uint64(0)
	for _, s := range stats {
		switch s.name {
		case "curve_state":
			state = s.value
		case "curve_limit":
			limit, _ = strconv.ParseUint(s.value, 10, 64)
		}
		if p, ok := readPoint(s); ok {
			points = append(points, p)
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.bytes, b.bytes) })
	return points, slices.IndexFunc(points, func(p point) bool { return p.bytes == limit }), state
}

func readPoint(s stat) (p point, ok bool) {
	word, ok := strings.CutPrefix(s.name, "curve:")
	if !ok {
		return p, false
	}
	var err1, err2 error
	p.bytes, err1 = strconv.ParseUint(word, 10, 64)
	p.ratio, err2 = strconv.ParseFloat(s.value, 64)
	return p, err1 == nil && err2 == nil && p.ratio >= 0 && p.ratio <= 100
}

// plotWidth is how many characters 100 % take.
const plotWidth = 50

// plot prints a point: misses are compared with what they are here.
func (r *report) plot(p, here point, isHere bool) {
	misses := "now"
	if !isHere {
		misses = short(more(p, here))
	}
	bar := strings.Repeat("#", int(p.ratio/100*plotWidth+0.5))
	fmt.Fprintf(r.out, "%10s %6.2f%% %8s |%-*s|\n", r.size(p.bytes), p.ratio, misses, plotWidth, bar)
}

// advice says what twice the memory would change, and half of it.
func (r *report) advice(points []point, here point) string {
	var said []string
	say := func(much string, bytes uint64) {
		if i := slices.IndexFunc(points, func(p point) bool { return p.bytes == bytes }); i >= 0 {
			p := points[i]
			said = append(said, fmt.Sprintf("%s, %s, would find %.2f %% of all gets instead of %.2f: %s.",
				much, r.size(bytes), p.ratio, here.ratio, change(p, here)))
		}
	}
	say("Twice the memory", 2*here.bytes)
	say("Half of it", here.bytes/2)
	return strings.Join(said, "\n")
}

// change says how many more misses, or fewer, there are at p.
func change(p, here point) string {
	switch by := more(p, here); {
	case by == 0:
		return "as many misses"
	case math.IsInf(by, 1):
		return "misses where there are none"
	case by < 0:
		return fmt.Sprintf("%.0f %% fewer misses", -by)
	default:
		return fmt.Sprintf("%.0f %% more misses", by)
	}
}

// short is change for a column.
func short(by float64) string {
	switch {
	case by == 0:
		return "same"
	case math.IsInf(by, 1):
		return "more"
	}
	return fmt.Sprintf("%+.0f %%", by)
}

// more returns by how many percent there are more misses at p, in whole numbers; it is infinite if there are none here.
func more(p, here point) float64 {
	switch {
	case here.misses() > 0:
		return math.Round(100 * (p.misses()/here.misses() - 1))
	case p.misses() > 0:
		return math.Inf(1)
	}
	return 0
}
