package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gocached/bench/replay"
)

// markdown is the part of the document that is made of the results.
func (r *hitResults) markdown() string {
	var b strings.Builder
	d := document{&b}
	if r.Short {
		d.text("**A short run: it shows that everything works, not what anybody holds.**")
	}
	if faults := r.faults(); faults != nil {
		d.text("**Not all went well:**", "- "+strings.Join(faults, "\n- "))
	}
	if len(r.Rows) == 0 {
		d.text("Nothing was measured.")
		return b.String()
	}
	r.described(d)
	r.summary(d)
	r.figures(d)
	r.windows(d)
	return strings.TrimSuffix(b.String(), "\n")
}

// described says when and with what it was measured.
func (r *hitResults) described(d document) {
	first, last := r.Rows[0].At, r.Rows[0].At
	for _, row := range r.Rows {
		if row.At.Before(first) {
			first = row.At
		}
		if row.At.After(last) {
			last = row.At
		}
	}
	d.text("## Results", fmt.Sprintf("%s to %s UTC, seed %d. `-m` is what the row says.", first.UTC().Format("2 January 2006, 15:04"),
		last.UTC().Format("15:04"), r.Seed))
	d.servers(r.Servers)
}

// What a server finds with more than overrun megabytes of resident memory beyond -m, and more than overShare times what ours has, is
// no fair comparison.
const (
	overrun   = 10
	overShare = 1.1
)

// comparison is how the misses of a server compare with those of another.
type comparison struct {
	logs         []float64 // of the ratios
	more, beyond []string  // rows on which there are more misses, and rows in which the other takes more than it may
}

// summary compares gocached with every other server over all loads that have misses, but for those that show a course.
func (r *hitResults) summary(d document) {
	ours := r.Servers[len(r.Servers)-1].Name
	for _, p := range r.Servers[:len(r.Servers)-1] {
		var c comparison
		for i := range r.Rows {
			c.add(&r.Rows[i], r.Rows[i].server(ours), r.Rows[i].server(p.Name))
		}
		if c.logs != nil {
			d.text(c.sentence(ours, p.Name))
		}
	}
}

func (c *comparison) add(row *hitRow, own, theirs *replay.Result) {
	if own == nil || theirs == nil || len(own.Counted) > 1 {
		return
	}
	ratio, ok := replay.MissRatio(own, theirs)
	if !ok || ratio == 0 {
		return
	}
	name := fmt.Sprintf("%s at -m %d", row.Load, row.Memory)
	if theirs.RSS > uint64(row.Memory+overrun)<<20 && float64(theirs.RSS) > overShare*float64(own.RSS) {
		c.beyond = append(c.beyond, name)
		return
	}
	c.logs = append(c.logs, math.Log(ratio))
	if ratio > 1 {
		c.more = append(c.more, name)
	}
}

// sentence says how many misses one server has where the other has a hundred.
func (c *comparison) sentence(ours, theirs string) string {
	sum := 0.0
	for _, l := range c.logs {
		sum += l
	}
	text := fmt.Sprintf("Where %s misses a hundred times, %s misses %.1f times: the geometric mean of all rows with misses (%d)",
		theirs, ours, 100*math.Exp(sum/float64(len(c.logs))), len(c.logs))
	if c.beyond != nil {
		text += fmt.Sprintf(" but those in which %s takes more than %d MiB beyond -m, and a tenth more than %s (%s)",
			theirs, overrun, ours, strings.Join(c.beyond, ", "))
	}
	if c.more == nil {
		return text + ". On none of them it misses more."
	}
	return text + ". It misses more on " + strings.Join(c.more, ", ") + "."
}

// server is what a server did, or nil.
func (row *hitRow) server(name string) *replay.Result {
	for i := range row.Servers {
		if row.Servers[i].Name == name {
			return &row.Servers[i].Result
		}
	}
	return nil
}

// figures is the table of everything.
func (r *hitResults) figures(d document) {
	head := []string{"load", "-m", "server"}
	for _, c := range replay.Columns {
		head = append(head, c.Head)
	}
	var rows [][]string
	for i := range r.Rows {
		table := r.Rows[i].asTable()
		for j := range table.Results {
			line := []string{"", "", table.Results[j].Target.Name}
			if j == 0 {
				line[0], line[1] = table.Load, strconv.Itoa(table.Memory)
			}
			for _, c := range replay.Columns {
				line = append(line, c.Cell(&table.Results[j], &table.Results[0]))
			}
			rows = append(rows, line)
		}
	}
	d.table(3, head, rows)
}

// windows is the table of loads that show a course.
func (r *hitResults) windows(d document) {
	var rows [][]string
	for i := range r.Rows {
		for _, s := range r.Rows[i].Servers {
			if len(s.Counted) > 1 {
				rows = append(rows, append([]string{r.Rows[i].Load, s.Name}, strings.Fields(s.Course())...))
			}
		}
	}
	if rows == nil {
		return
	}
	head := []string{"load", "server"}
	for i := range len(rows[0]) - len(head) {
		head = append(head, strconv.Itoa(i+1))
	}
	d.text("The course of the hit ratio, in per cent, in windows of the same length:")
	d.table(2, head, rows)
}
