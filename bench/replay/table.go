package replay

import (
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"

	"gocached/bench"
)

// Row is what came of one load on several servers.
type Row struct {
	Load    string
	Memory  int      // megabytes that the load was made for
	Results []Result // in the order of the servers; the first is what others are compared with
}

// Column is a column of a table of hits. Its cell is made of what a server did and what the first server did.
type Column struct {
	Head string
	Cell func(r, first *Result) string
}

// Columns are the columns of a table of hits that follow the load and the server.
var Columns = []Column{
	{"hit ratio", func(r, _ *Result) string {
		return orNone(r.Hits().Gets > 0, fmt.Sprintf("%.2f %%", 100*r.Hits().Ratio()))
	}},
	{"misses / first's", func(r, first *Result) string {
		ratio, ok := MissRatio(r, first)
		return orNone(ok, fmt.Sprintf("%.3f", ratio))
	}},
	{"items", func(r, _ *Result) string { return bench.OrUnknown(r.Items >= 0, humanize.Comma(r.Items)) }},
	{"items / first's", func(r, first *Result) string {
		return bench.OrUnknown(r.Items >= 0 && first.Items > 0, fmt.Sprintf("%.3f", float64(r.Items)/float64(max(1, first.Items))))
	}},
	{"evictions", func(r, _ *Result) string { return bench.OrUnknown(r.Evictions >= 0, humanize.Comma(r.Evictions)) }},
	{"refused", func(r, _ *Result) string { return humanize.Comma(r.Refused) }},
	{"user bytes", func(r, _ *Result) string { return fmt.Sprintf("%.1f MiB", float64(r.HeldBytes)/(1<<20)) }},
	{"RSS", func(r, _ *Result) string {
		return bench.OrUnknown(r.RSS > 0, fmt.Sprintf("%.1f MiB", float64(r.RSS)/(1<<20)))
	}},
	{"user / RSS", func(r, _ *Result) string {
		return bench.OrUnknown(r.RSS > 0, fmt.Sprintf("%.3f", float64(r.HeldBytes)/float64(max(1, r.RSS))))
	}},
}

// MissRatio is how many misses a server had for each of the first server's. It is not known without misses.
func MissRatio(r, first *Result) (ratio float64, ok bool) {
	base := first.Hits().Misses()
	if base == 0 {
		return 0, false
	}
	return float64(r.Hits().Misses()) / float64(base), true
}

// orNone shows what there is, or that there is none.
func orNone(there bool, text string) string {
	if there {
		return text
	}
	return "–"
}

// PrintRows prints a line for each load and server.
func PrintRows(w io.Writer, rows []Row) {
	head := []string{"load", "server"}
	for _, c := range Columns {
		head = append(head, c.Head)
	}
	var lines [][]string
	for _, row := range rows {
		for i := range row.Results {
			line := []string{row.Load, row.Results[i].Target.Name}
			for _, c := range Columns {
				line = append(line, c.Cell(&row.Results[i], &row.Results[0]))
			}
			lines = append(lines, line)
		}
	}
	bench.Table(w, head, lines)
	printWindows(w, rows)
}

// printWindows prints how hit ratios went, for loads that count in more than one window.
func printWindows(w io.Writer, rows []Row) {
	for _, row := range rows {
		for i := range row.Results {
			if r := &row.Results[i]; len(r.Counted) > 1 {
				fmt.Fprintf(w, "%s, %s, window by window:%s\n", row.Load, r.Target.Name, r.Course())
			}
		}
	}
}

// Course spells the hit ratios of all windows, each with a space before it.
func (r *Result) Course() (text string) {
	for _, c := range r.Counted {
		text += fmt.Sprintf(" %.1f", 100*c.Ratio())
	}
	return text
}

// Print prints a row for each server.
func Print(w io.Writer, results []Result) {
	var rows [][]string
	for _, r := range results {
		rows = append(rows, []string{
			r.Target.Name,
			fmt.Sprintf("%.2f %%", 100*r.Hits().Ratio()),
			bench.OrUnknown(r.Evictions >= 0, fmt.Sprint(r.Evictions)),
			bench.OrUnknown(r.Items >= 0, fmt.Sprint(r.Items)),
			fmt.Sprint(r.Refused),
			bench.OrUnknown(r.RSS > 0, humanize.IBytes(r.RSS)),
			bench.OrUnknown(r.CPU > 0, microseconds(r.CPU, r.Requests)),
			fmt.Sprintf("%.1f s", r.Elapsed.Seconds()),
		})
	}
	bench.Table(w, []string{"server", "hit ratio", "evictions", "items", "refused", "RSS", "CPU a request", "time"}, rows)
}

func microseconds(d time.Duration, n int) string {
	if n == 0 {
		return "?"
	}
	return fmt.Sprintf("%.2f µs", float64(d)/float64(time.Microsecond)/float64(n))
}
