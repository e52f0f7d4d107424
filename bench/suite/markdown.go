package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"gocached/bench"
)

// markdown writes the document.
func (r *results) markdown(w io.Writer) {
	d := document{w}
	d.text("# Standard loads", "`make bench` writes this page; `results.json` beside it holds every figure of every round.")
	r.verdict(d)
	if r.measured() {
		r.circumstances(d)
		r.costs(d)
		r.rates(d)
		r.latencies(d)
	}
	r.others(d, slapTool, "## A second opinion: memcaslap",
		"The generator of libmemcached-tools, one thread, 32-byte keys, 100-byte values. Requests a second are what it states "+
			"itself; the processor time is the server's, sets included.")
	r.others(d, redisTool, "## redis-server",
		"It speaks another protocol, so redis-benchmark loads it, alone, with keys and values of the same lengths, one thread. "+
			"The loads come near to those of the same names above; they are not in turn with them.")
	if r.measured() {
		r.described(d)
	}
}

// measured reports whether any standard load came to its end.
func (r *results) measured() bool {
	return slices.ContainsFunc(r.Rows, func(row row) bool { return row.Report != nil })
}

// document is what is written to. Errors are the writer's: a strings.Builder has none.
type document struct{ io.Writer }

// text writes paragraphs.
func (d document) text(paragraphs ...string) {
	for _, p := range paragraphs {
		fmt.Fprintf(d, "%s\n\n", p)
	}
}

// table writes a table. The first columns hold words, which are put to the left, the others figures.
func (d document) table(words int, head []string, rows [][]string) {
	line := func(cells []string) { fmt.Fprintf(d, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	fmt.Fprintf(d, "|%s%s\n", strings.Repeat("---|", words), strings.Repeat("---:|", len(head)-words))
	for _, row := range rows {
		line(row)
	}
	fmt.Fprintln(d)
}

// verdict says first whether the figures are worth anything.
func (r *results) verdict(d document) {
	if short := r.shortest(); short != "" {
		d.text("**A short run (" + short + "): it shows that everything works, not what anything costs.**")
	}
	answers := int64(0)
	for _, row := range r.Rows {
		if row.Report != nil {
			for i := range row.Report.Servers {
				answers += row.Report.Servers[i].Counts.Requests
			}
		}
	}
	faults := r.faults()
	switch {
	case faults == nil && answers == 0:
		d.text("Nothing was measured under the standard loads.")
		return
	case faults == nil:
		d.text(fmt.Sprintf("All %s answers were checked and right: 0 misses, 0 wrong values, 0 errors, 0 lost.", humanize.Comma(answers)))
		return
	}
	d.text(fmt.Sprintf("**Of %s answers not all were right:**", humanize.Comma(answers)))
	d.text("- " + strings.Join(faults, "\n- "))
}

// shortest describes a row that is too short for its figures to be relied on, if there is one.
func (r *results) shortest() string {
	for _, row := range r.Rows {
		if row.Report == nil {
			continue
		}
		if c := row.Report.Config; c.Rounds < 3 || c.TurnSeconds < 1 {
			return fmt.Sprintf("rounds: %d, of %v; keys: %s", c.Rounds, time.Duration(c.TurnSeconds*1e9), humanize.Comma(int64(c.Keys)))
		}
	}
	return ""
}

// circumstances tells when, on what and how it was measured.
func (r *results) circumstances(d document) {
	var first, last *bench.Report
	for _, row := range r.Rows {
		if at := row.Report; at != nil {
			if first == nil || at.Started.Before(first.Started) {
				first = at
			}
			if last == nil || at.Started.After(last.Started) {
				last = at
			}
		}
	}
	const form = "2 January 2006, 15:04"
	m := &first.Machine
	d.text(fmt.Sprintf("%s to %s UTC. %s, %d processors, %s of memory, %s, Linux %s, %s; entering the kernel and "+
		"leaving it takes %.0f ns.", first.Started.UTC().Format(form),
		last.Started.UTC().Format("15:04"), m.CPU, m.Processors, humanize.IBytes(m.Memory), m.System, m.Kernel, m.Go, m.SystemCall))
	if m.Calls == "singly" {
		d.text("The kernel forbids io_uring to the generator, which therefore costs more than it could.")
	}
	bound := "Servers and generator share all processors, so the times are not worth much."
	if r.CPU != "" {
		bound = fmt.Sprintf("Every server has one thread and runs on processor %s, the generator on the other ones.", r.CPU)
	}
	d.text(fmt.Sprintf("%s Servers are started afresh for each load and work in turn, in %d rounds of %v each. Figures are "+
		"medians of the rounds.", bound, first.Config.Rounds, time.Duration(first.Config.TurnSeconds*1e9)))
	d.servers(r.Servers)
}

// servers is the table of what was measured.
func (d document) servers(programs []program) {
	var rows [][]string
	for _, p := range programs {
		rows = append(rows, []string{p.Name, p.Version, "`" + p.Command + "`"})
	}
	d.table(3, []string{"server", "version", "command"}, rows)
}

// ours is the name of the last server, gocached.
func (r *results) ours() string { return r.Servers[len(r.Servers)-1].Name }

// eachRow makes a table row of each load that has a report: its name, then a cell for each server.
func (r *results) eachRow(cell func(*bench.ServerReport) string) (rows [][]string) {
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Report == nil {
			continue
		}
		cells := []string{row.Load}
		for _, p := range r.Servers {
			cells = append(cells, cellOf(row.server(p.Name), cell))
		}
		rows = append(rows, cells)
	}
	return rows
}

// cellOf is the cell of a server that the load may not have been for.
func cellOf(s *bench.ServerReport, cell func(*bench.ServerReport) string) string {
	if s == nil {
		return "–"
	}
	return cell(s)
}

func (r *results) heads() []string {
	out := []string{"load"}
	for _, s := range r.Servers {
		out = append(out, s.Name)
	}
	return out
}

func (r *results) costs(d document) {
	d.text("## Processor time a request",
		"User and system time of the server. The last columns divide another server's time by gocached's in the same round, so "+
			"above 1 gocached is cheaper: the median, and the smallest and the largest of the rounds.")
	rows, head := r.eachRow(func(s *bench.ServerReport) string { return bench.Cost(s.CPU) }), r.heads()
	for _, p := range r.Servers[:len(r.Servers)-1] {
		head = append(head, p.Name+" / "+r.ours())
		for i := range rows {
			row := r.row(rows[i][0])
			rows[i] = append(rows[i], cellOf(row.server(p.Name), func(theirs *bench.ServerReport) string {
				return bench.Ratio(cheaper(theirs, row.server(r.ours())))
			}))
		}
	}
	d.table(1, head, rows)
}

// cheaper divides what a request costs one server by what it costs another, round by round.
func cheaper(theirs, ours *bench.ServerReport) *bench.Summary {
	if theirs.CPU == nil || ours == nil || ours.CPU == nil {
		return nil
	}
	var all []float64
	for i := range theirs.Rounds {
		all = append(all, theirs.Rounds[i].CPU/ours.Rounds[i].CPU)
	}
	s := bench.Summarize(all)
	return &s
}

func (r *results) rates(d document) {
	d.text("## Requests a second", "As the generator saw them, which may itself be what limits them.")
	d.table(1, r.heads(), r.eachRow(func(s *bench.ServerReport) string { return humanize.Comma(int64(s.OpsPerSecond.Median)) }))
}

func (r *results) latencies(d document) {
	d.text("## Latency, p99 / p99.9",
		"Of batches; in a closed loop, but for the load at a rate. A closed loop keeps all connections busy, so its latencies "+
			"are mostly waiting, and a faster server shows as a shorter queue.")
	for i := range r.Rows {
		if report := r.Rows[i].Report; report != nil && report.Calibration != nil {
			d.text(r.Rows[i].Load + ": " + rate(report))
		}
	}
	d.table(1, r.heads(), r.eachRow(func(s *bench.ServerReport) string {
		return bench.Span(s.MedianLatency.P99) + " / " + bench.Span(s.MedianLatency.P999)
	}))
}

// rate tells at which rate a load was sent, and how busy that kept the generator.
func rate(report *bench.Report) string {
	busy := 0.0
	for i := range report.Servers {
		busy = max(busy, report.Servers[i].ClientBusy.Median)
	}
	c := report.Calibration
	return fmt.Sprintf("%s requests/s, %s of the %s that %s answers. The generator was busy for up to %.0f %% of the time; near "+
		"100 %% part of these latencies is its own.", humanize.Comma(int64(report.Config.RatePerSecond)), report.Config.Rate,
		humanize.Comma(int64(c.OpsPerSecond)), c.Server, 100*busy)
}

// others writes the section of another generator, if it was there.
func (r *results) others(d document, tool, title, how string) {
	var rows [][]string
	for _, o := range r.Others {
		if o.Tool != tool || len(o.Ops) == 0 {
			continue
		}
		ops, cost := bench.Summarize(o.Ops), bench.Summarize(o.CPU)
		rows = append(rows, []string{o.Load, o.Server, humanize.Comma(int64(ops.Median)), bench.Cost(&cost),
			fmt.Sprintf("%.2f..%.2f", cost.Min/1e3, cost.Max/1e3)})
	}
	if rows == nil {
		return
	}
	d.text(title, how)
	d.table(2, []string{"load", "server", "requests/s", "processor time a request", "spread, µs"}, rows)
}

// described writes what each load is and how to repeat it.
func (r *results) described(d document) {
	d.text("## The loads",
		fmt.Sprintf("Each is `gocached bench load` with these flags, and with `--keys %d --time 1s` unless it says "+
			"otherwise, on servers that run already. `–` stands for a load that is not for a server.", manyKeys))
	var rows [][]string
	for _, row := range r.Rows {
		if row.Report == nil {
			continue
		}
		shows := row.Shows
		if row.LeftOut != nil {
			shows += ". Not for " + strings.Join(row.LeftOut, "; ")
		}
		rows = append(rows, []string{row.Load, "`" + flags(&row) + "`", shows})
	}
	d.table(3, []string{"load", "flags", "what it shows"}, rows)
}

// flags spells a load as "gocached bench load" takes it, without what is its default or common to all.
func flags(row *row) string {
	c := &row.Report.Config
	out := []string{fmt.Sprintf("--conns %d --gets %d", c.Conns, c.Gets)}
	add := func(flag string, value any, usual any) {
		if value != usual {
			out = append(out, fmt.Sprintf("--%s %v", flag, value))
		}
	}
	add("depth", c.Depth, 1)
	add("multiget", c.Multiget, 1)
	add("value", c.ValueSize, "100")
	add("keys", c.Keys, manyKeys)
	add("zipf", c.Zipf, 0.0)
	add("protocol", c.Protocol, "text")
	add("rate", c.Rate, "")
	add("rounds", c.Rounds, 5)
	if turn := time.Duration(c.TurnSeconds * 1e9); turn != time.Second {
		add("time", turn, nil)
	}
	if via := row.Report.Servers[0].Transport; via != "tcp" {
		out = append(out, fmt.Sprintf("--server NAME=%s:ADDRESS", via))
	}
	return strings.Join(out, " ")
}
