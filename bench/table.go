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
			fmt.Sprintf("%.2f %%", 100*r.Hits().Ratio()),
			orUnknown(r.Evictions >= 0, fmt.Sprint(r.Evictions)),
			orUnknown(r.Items >= 0, fmt.Sprint(r.Items)),
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
