package bench

import (
	"fmt"
	"math"
	"slices"
)

// report makes a Report of all turns.
func (r *run) report() *Report {
	rep := &Report{Format: ReportFormat, Config: r.shape.describe(r.rate), Machine: describeMachine()}
	for _, c := range r.courses {
		rep.Servers = append(rep.Servers, c.report(r.courses[0], r.shape.threads))
	}
	for i := range rep.Servers {
		rep.Faults = append(rep.Faults, rep.Servers[i].faults()...)
	}
	rep.Clean = rep.Faults == nil
	return rep
}

func (c *course) report(first *course, threads int) ServerReport {
	s := ServerReport{
		Name: c.target.Name, Address: c.target.Address, Transport: c.target.Network(), Version: c.identity.Version,
		RSSBefore: c.before, RSSFilled: c.filled, RSS: c.results[len(c.results)-1].rss,
	}
	all := newLatencies()
	for i := range c.results {
		res := &c.results[i]
		s.Rounds = append(s.Rounds, res.report(&first.results[i], threads))
		s.Counts.add(&res.counts)
		all.add(res.latency)
	}
	s.Latency, s.MedianLatency = all.report(), medianLatency(s.Rounds)
	s.FirstWrong, s.FirstError = c.generator.notes.first()
	s.OpsPerSecond = summarize(s.Rounds, func(r *RoundReport) float64 { return r.OpsPerSecond })
	s.KeysPerSecond = summarize(s.Rounds, func(r *RoundReport) float64 { return r.KeysPerSecond })
	s.ClientCPU = summarize(s.Rounds, func(r *RoundReport) float64 { return r.ClientCPU })
	s.ClientBusy = summarize(s.Rounds, func(r *RoundReport) float64 { return r.ClientBusy })
	s.OpsRatio = summarize(s.Rounds, func(r *RoundReport) float64 { return r.OpsRatio })
	s.CPU = summarizeKnown(s.Rounds, func(r *RoundReport) float64 { return r.CPU })
	s.CPURatio = summarizeKnown(s.Rounds, func(r *RoundReport) float64 { return r.CPURatio })
	return s
}

// digits is how many of a rate, a cost or a ratio are kept: more than can be relied on, which the spread shows.
const digits = 5

func (r *result) report(first *result, threads int) RoundReport {
	out := RoundReport{
		Seconds:       significant(r.elapsed.Seconds(), digits),
		OpsPerSecond:  significant(r.rate(), digits),
		KeysPerSecond: significant(float64(r.counts.Keys)/r.elapsed.Seconds(), digits),
		CPU:           significant(r.cost(r.cpu), digits),
		ClientCPU:     significant(r.cost(r.own), digits),
		ClientBusy:    significant(r.own.Seconds()/r.elapsed.Seconds()/float64(threads), digits),
		Latency:       r.latency.report(),
		RSS:           r.rss,
		Counts:        r.counts,
	}
	if first.rate() > 0 {
		out.OpsRatio = significant(r.rate()/first.rate(), digits)
	}
	if r.cpu > 0 && first.cpu > 0 {
		out.CPURatio = significant(r.cost(r.cpu)/first.cost(first.cpu), digits)
	}
	return out
}

// median is the middle of some figures; of an even number, the mean of the two in the middle.
func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// summarize takes a figure of every round together.
func summarize(rounds []RoundReport, of func(*RoundReport) float64) Summary {
	var all []float64
	for i := range rounds {
		all = append(all, of(&rounds[i]))
	}
	return Summarize(all)
}

// Summarize finds the middle and the spread of figures, of which there must be one at least.
func Summarize(all []float64) Summary {
	var off []float64
	s := Summary{Median: significant(median(all), digits), Min: slices.Min(all), Max: slices.Max(all)}
	for _, x := range all {
		off = append(off, math.Abs(x-s.Median))
	}
	s.MAD = significant(median(off), digits)
	return s
}

// summarizeKnown is summarize for a figure that is 0 where it is not known: then there is no summary.
func summarizeKnown(rounds []RoundReport, of func(*RoundReport) float64) *Summary {
	s := summarize(rounds, of)
	if s.Min <= 0 {
		return nil
	}
	return &s
}

func medianLatency(rounds []RoundReport) (out Latency) {
	of := func(f func(*Latency) float64) float64 {
		return threeDigits(summarize(rounds, func(r *RoundReport) float64 { return f(&r.Latency) }).Median)
	}
	for i := range rounds {
		out.Samples += rounds[i].Latency.Samples
	}
	out.Mean = of(func(l *Latency) float64 { return l.Mean })
	out.P50 = of(func(l *Latency) float64 { return l.P50 })
	out.P90 = of(func(l *Latency) float64 { return l.P90 })
	out.P99 = of(func(l *Latency) float64 { return l.P99 })
	out.P999 = of(func(l *Latency) float64 { return l.P999 })
	out.P9999 = of(func(l *Latency) float64 { return l.P9999 })
	out.Max = of(func(l *Latency) float64 { return l.Max })
	return out
}

// faults is a sentence for each kind of fault that the server showed.
func (s *ServerReport) faults() (out []string) {
	add := func(n int64, what, first string) {
		if n == 0 {
			return
		}
		text := fmt.Sprintf("%s: %d %s", s.Name, n, what)
		if first != "" {
			text += "; the first: " + first
		}
		out = append(out, text)
	}
	c := &s.Counts
	add(c.Misses, fmt.Sprintf("misses of %d keys", c.Keys), "")
	add(c.Wrong, "wrong values", s.FirstWrong)
	add(c.Errors, "answers that say an error", s.FirstError)
	add(c.Lost, "requests without an answer", "")
	add(c.Unsent, "requests that it left no time to send", "")
	return out
}
