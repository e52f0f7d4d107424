package server

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gocached/figure"
	"gocached/server/settings"
)

// collect returns the figures of a group.
func collect(s *Server, group string) (figures []figure.Figure) {
	s.Figures(group, func(f figure.Figure) {
		f.Name, f.Label = strings.Clone(f.Name), strings.Clone(f.Label)
		f.Value = figure.Text(strings.Clone(f.Value.String()))
		figures = append(figures, f)
	})
	return figures
}

// counterNames returns the names of the counters in counters.go, in the way `stats` spells names.
func counterNames(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "counters.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, spec := range d.Specs {
				name := spec.(*ast.ValueSpec).Names[0].Name
				snake := regexp.MustCompile("[A-Z]").ReplaceAllStringFunc(name, func(s string) string { return "_" + strings.ToLower(s) })
				names = append(names, snake)
			}
		}
	}
	return names[:len(names)-1] // numCounters
}

// TestEveryCounterHasARow: each counter is shown, under its own name, and says what was counted in it.
func TestEveryCounterHasARow(t *testing.T) {
	ts := start(t, nil)
	ts.dial().noop() // its loops run
	names := counterNames(t)
	if len(names) != int(numCounters) {
		t.Fatalf("%d counters in counters.go, %d in the server", len(names), numCounters)
	}
	const much = 1 << 40 // far beyond what the server counts by itself
	ts.loopsMu.Lock()
	for n := range numCounters {
		ts.loops[0].totals[n].Add(much * uint64(n+1))
	}
	ts.loopsMu.Unlock()
	shown := map[string]figure.Figure{}
	for _, g := range figureGroups {
		for _, f := range collect(ts.Server, g.name) {
			if f.Row.Kind == figure.Counter {
				shown[f.Name] = f
			}
		}
	}
	for n, name := range names {
		f, ok := shown[name]
		if !ok {
			t.Errorf("no figure shows %s: it needs its place in a group, in stats.go", name)
			continue
		}
		if got, _ := f.Value.Number(); int(got/much) != n+1 {
			t.Errorf("%s is not the counter of this name: %v", name, f.Value)
		}
	}
}

// TestFigureRows: each row is whole, no group has one twice, and rows of one name agree.
func TestFigureRows(t *testing.T) {
	ts := start(t, nil)
	known := map[string][]figure.Row{}
	for _, g := range figureGroups {
		rows := ts.FigureRows(g.name)
		if len(rows) == 0 {
			t.Errorf("group %q describes nothing", g.name)
		}
		for i := range rows {
			if err := rows[i].Check(); err != nil {
				t.Errorf("group %q: %v", g.name, err)
			}
			if slices.ContainsFunc(rows[:i], func(r figure.Row) bool { return r.Name == rows[i].Name }) {
				t.Errorf("group %q has %s twice", g.name, rows[i].Name)
			}
			for _, other := range known[rows[i].Name] {
				if other.Contradicts(&rows[i]) {
					t.Errorf("%+v\nand %+v", other, rows[i])
				}
			}
			known[rows[i].Name] = append(known[rows[i].Name], rows[i])
		}
	}
}

// use does a little of everything as a client.
func (c *client) use(round int) {
	c.t.Helper()
	for i := range 20 {
		value := strings.Repeat("v", 100*i)
		c.ask(fmt.Sprintf("set k%d 0 0 %d\r\n%s\r\nget k%d\r\ngat 9 none\r\n", i, len(value), value, i),
			fmt.Sprintf("STORED\r\nVALUE k%d 0 %d\r\n%s\r\nEND\r\nEND\r\n", i, len(value), value))
	}
	c.ask("set n 0 0 1\r\n1\r\nincr n 1\r\ndecr n 1\r\ntouch n 0\r\ncas none 0 0 1 1\r\nx\r\n",
		"STORED\r\n2\r\n1\r\nTOUCHED\r\nNOT_FOUND\r\n")
	c.send(fmt.Sprintf("delete k%d noreply\r\n", round%20)) // it may have been evicted
	if round%4 == 3 {
		c.send("flush_all noreply\r\n")
	}
	c.noop()
}

// TestStatsAreFigures: what clients see is what the walk visits, in the same order, and each line is described and, unless
// it says that it is none, a number. And each row describes some line.
func TestStatsAreFigures(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.ModernStats = true })
	c := ts.dial()
	c.use(0)
	for _, word := range []string{"", "gocached", "items", "slabs", "sizes", "settings", "curve"} {
		groups := []string{word}
		if word == "" {
			groups = append(groups, "modern")
		}
		lines, _ := c.stats(word)
		var names []string
		for _, group := range groups {
			for _, f := range collect(ts.Server, group) {
				names = append(names, f.Name)
				ts.checkFigure(group, f)
			}
		}
		if !slices.Equal(lines, names) {
			t.Errorf("stats %s:\n%v\nfigures:\n%v", word, lines, names)
		}
	}
	for _, g := range figureGroups {
		figures := collect(ts.Server, g.name)
		for _, row := range ts.FigureRows(g.name) {
			if !slices.ContainsFunc(figures, func(f figure.Figure) bool { return f.Row == row }) {
				t.Errorf("group %q describes %s, which is not there", g.name, row.Name)
			}
		}
	}
	if ts.Figures("no such", func(figure.Figure) {}) || ts.Figures("cachedump", func(figure.Figure) {}) {
		t.Error("a group that is none is there")
	}
}

// checkFigure holds a figure against the rows of its group.
func (ts *testServer) checkFigure(group string, f figure.Figure) {
	ts.t.Helper()
	if !slices.Contains(ts.FigureRows(group), f.Row) {
		ts.t.Errorf("group %q: nothing describes %s", group, f.Name)
	}
	if n, ok := f.Value.Number(); f.Row.Kind != figure.Info && (!ok || n < 0) {
		ts.t.Errorf("group %q: %s is a %s and says %q", group, f.Name, f.Row.Kind, f.Value)
	}
}

// TestCountersNeverFall: while clients are at work, in a cache that is too small for them, figures that count only grow.
func TestCountersNeverFall(t *testing.T) {
	ts := start(t, func(s *settings.Settings) { s.MemoryLimit, s.ItemMax, s.MaxConns = 64<<10, 8<<10, 3 })
	stop, ended := make(chan struct{}), make(chan struct{})
	var counted map[string]float64
	go func() { defer close(ended); counted = ts.watchCounters(stop) }()
	func() {
		defer func() { close(stop); <-ended }() // before the server ends
		for round := range 40 {
			c := ts.dial()
			c.use(round)
			_ = c.Close()
		}
	}()
	if counted["cmd_set"] == 0 || counted["evictions"] == 0 || counted["get_hits"] == 0 {
		t.Errorf("too little happened: %v, %v, %v", counted["cmd_set"], counted["evictions"], counted["get_hits"])
	}
}

// watchCounters walks over all figures, again and again until it shall stop, and once more then.
func (ts *testServer) watchCounters(stop chan struct{}) (last map[string]float64) {
	last = map[string]float64{}
	for stopped := false; !stopped; {
		select {
		case <-stop:
			stopped = true
		default:
		}
		for _, g := range figureGroups {
			for _, f := range collect(ts.Server, g.name) {
				if f.Row.Kind != figure.Counter {
					continue
				}
				n, _ := f.Value.Number()
				if n < last[f.Name] {
					ts.t.Errorf("%s counts, and fell from %v to %v", f.Name, last[f.Name], n)
				}
				last[f.Name] = n
			}
		}
	}
	return last
}
