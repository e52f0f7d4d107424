package bench

import (
	"fmt"
	"io"

	"github.com/dustin/go-humanize"
)

// column is a column of the table of a load.
type column struct {
	head string
	cell func(*ServerReport) string
}

var loadColumns = []column{
	{"server", func(s *ServerReport) string { return s.Name }},
	{"requests/s", func(s *ServerReport) string { return humanize.Comma(int64(s.OpsPerSecond.Median)) }},
	{"ratio", func(s *ServerReport) string { return Ratio(&s.OpsRatio) }},
	{"CPU a request", func(s *ServerReport) string { return Cost(s.CPU) }},
	{"ratio", func(s *ServerReport) string { return Ratio(s.CPURatio) }},
	{"p50", func(s *ServerReport) string { return Span(s.MedianLatency.P50) }},
	{"p99", func(s *ServerReport) string { return Span(s.MedianLatency.P99) }},
	{"p99.9", func(s *ServerReport) string { return Span(s.MedianLatency.P999) }},
	{"max", func(s *ServerReport) string { return Span(s.Latency.Max) }},
	{"client CPU", func(s *ServerReport) string { return Cost(&s.ClientCPU) }},
	{"RSS", func(s *ServerReport) string { return OrUnknown(s.RSS > 0, humanize.IBytes(s.RSS)) }},
}

// PrintLoad prints the medians of each server's turns and how the others compare with the first, with the spread of
// these ratios over the rounds. Below the table it says whether every answer was right.
func PrintLoad(w io.Writer, r *Report) {
	var head []string
	for _, c := range loadColumns {
		head = append(head, c.head)
	}
	var rows [][]string
	for i := range r.Servers {
		var row []string
		for _, c := range loadColumns {
			row = append(row, c.cell(&r.Servers[i]))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w, headline(r))
	Table(w, head, rows)
	printBusy(w, r)
	printVerdict(w, r)
}

// busyShare is the part of its time from which on a generator cannot be relied on to send when it should.
const busyShare = 0.8

// printBusy warns of latencies that are the generator's own. In a closed loop it may be as busy as it likes.
func printBusy(w io.Writer, r *Report) {
	for i := range r.Servers {
		if s := &r.Servers[i]; r.Config.RatePerSecond > 0 && s.ClientBusy.Median > busyShare {
			fmt.Fprintf(w, "%s: the generator was busy for %.0f %% of the time, so part of these latencies is its own\n", s.Name, 100*s.ClientBusy.Median)
		}
	}
}

// headline says how the load was sent.
func headline(r *Report) string {
	if r.Config.RatePerSecond == 0 {
		return "closed loop; latencies of batches, medians of the rounds"
	}
	text := fmt.Sprintf("%s requests/s; latencies of batches from the moment each was due, medians of the rounds",
		humanize.Comma(int64(r.Config.RatePerSecond)))
	if c := r.Calibration; c != nil {
		text = fmt.Sprintf("%s of the %s requests/s that %s answers: %s", r.Config.Rate,
			humanize.Comma(int64(c.OpsPerSecond)), c.Server, text)
	}
	return text
}

func printVerdict(w io.Writer, r *Report) {
	var n Counts
	for i := range r.Servers {
		n.add(&r.Servers[i].Counts)
	}
	if r.Clean {
		fmt.Fprintf(w, "all %s answers right: 0 misses, 0 wrong values, 0 errors\n", humanize.Comma(n.Requests))
		return
	}
	fmt.Fprintf(w, "NOT all answers right: %s misses, %s wrong values, %s errors, %s lost, %s unsent\n",
		humanize.Comma(n.Misses), humanize.Comma(n.Wrong), humanize.Comma(n.Errors), humanize.Comma(n.Lost), humanize.Comma(n.Unsent))
	for _, fault := range r.Faults {
		fmt.Fprintln(w, " ", fault)
	}
}
