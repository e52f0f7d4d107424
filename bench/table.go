package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// table writes rows in columns, aligned to the right.
func table(w io.Writer, head []string, rows [][]string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range append([][]string{head}, rows...) {
		fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
	}
	t.Flush()
}

// PrintReplay prints a row for each server.
func PrintReplay(w io.Writer, results []ReplayResult) {
	var rows [][]string
	for _, r := range results {
		rows = append(rows, []string{
			r.Target.Name,
			fmt.Sprintf("%.2f %%", 100*r.HitRatio()),
			r.Evictions,
			r.Items,
			fmt.Sprint(r.Refused),
			orUnknown(r.RSS > 0, humanize.IBytes(r.RSS)),
			orUnknown(r.CPU > 0, microseconds(r.CPU, r.Requests)),
			fmt.Sprintf("%.1f s", r.Elapsed.Seconds()),
		})
	}
	table(w, []string{"server", "hit ratio", "evictions", "items", "refused", "RSS", "CPU a request", "time"}, rows)
}

func orUnknown(known bool, text string) string {
	if known {
		return text
	}
	return "?"
}

func microseconds(d time.Duration, n int) string {
	if n == 0 {
		return "?"
	}
	return fmt.Sprintf("%.2f µs", float64(d)/float64(time.Microsecond)/float64(n))
}

// PrintLoad prints the medians of each server's turns, and how the others compare with the first.
func PrintLoad(w io.Writer, results []LoadResult) {
	var rows [][]string
	for _, r := range results {
		first := results[0].Turns
		rate, cost := median(r.Turns, Turn.Rate), median(r.Turns, Turn.Cost)
		rows = append(rows, []string{
			r.Target.Name,
			humanize.Comma(int64(rate)),
			ratio(rate, median(first, Turn.Rate)),
			orUnknown(cost > 0, microseconds(cost, 1)),
			ratio(float64(cost), float64(median(first, Turn.Cost))),
			percentile(r.Turns, 0.5),
			percentile(r.Turns, 0.99),
			microseconds(median(r.Turns, Turn.OwnCost), 1),
			fmt.Sprint(sum(r.Turns, func(t Turn) int64 { return t.Misses })),
			fmt.Sprint(sum(r.Turns, func(t Turn) int64 { return t.Refused })),
			orUnknown(r.RSS > 0, humanize.IBytes(r.RSS)),
		})
	}
	table(w, []string{"server", "requests/s", "ratio", "CPU a request", "ratio", "p50", "p99", "client CPU", "misses",
		"refused", "RSS"}, rows)
}

func ratio(a, b float64) string {
	if a == 0 || b == 0 {
		return "?"
	}
	return fmt.Sprintf("%.2f", a/b)
}

// percentile is the median over the turns of a percentile of the batches' times.
func percentile(turns []Turn, share float64) string {
	d := median(turns, func(t Turn) time.Duration { return t.Latency.percentile(share) })
	return microseconds(d, 1)
}

func sum(turns []Turn, of func(Turn) int64) (n int64) {
	for _, t := range turns {
		n += of(t)
	}
	return n
}
