package enginetest

import (
	"fmt"
	"slices"

	"gocached/clock"
	"gocached/engine"
	"gocached/figure"
)

// described are the groups of Stats that hold figures.
var described = []string{"", "items", "slabs", "sizes", "gocached", "memory", "modern", "curve"}

// testFigures: each figure is described by a row and each row describes some, numbers are numbers, and what counts does not
// fall while items come and go.
func testFigures(h *Harness) {
	for group := range h.Info().Figures {
		h.Expect("group "+group+" is known", slices.Contains(described, group), true)
	}
	h.storeSome()
	for _, group := range described {
		h.describesNoOther(group, h.describe(group))
	}
	h.neverFall(func() {
		for i := range 100 {
			h.Remove(fmt.Appendf(nil, "key%d", 2*i), engine.Removal{})
		}
	})
	h.neverFall(func() { h.Expect("flush", h.Flush(clock.Never), engine.OK) })
	h.neverFall(h.storeSome)
}

// storeSome stores items of several sizes.
func (h *Harness) storeSome() {
	for i := range 200 {
		h.Set(fmt.Sprintf("key%d", i), tell("v", i*20))
	}
}

// describe returns the figures of a group, and checks each against its row.
func (h *Harness) describe(group string) (figures []figure.Figure) {
	seen := make(map[string]bool)
	h.Stats(engine.Query{Group: group}, func(name, value string) {
		f := figure.Find(h.Info().Figures[group], name, figure.Text(value))
		if f.Row.Kind == 0 || seen[name] {
			h.Errorf("stats %s: %s is not described, or is there twice", group, name)
		}
		if n, ok := f.Value.Number(); f.Row.Kind != figure.Info && (!ok || n < 0) {
			h.Errorf("stats %s: %s is a %s and says %q", group, name, f.Row.Kind, value)
		}
		seen[name] = true
		figures = append(figures, f)
	})
	return figures
}

// describesNoOther checks a group's rows: there are only those that describe one of the figures.
func (h *Harness) describesNoOther(group string, figures []figure.Figure) {
	rows := h.Info().Figures[group]
	for i := range rows {
		if err := rows[i].Check(); err != nil {
			h.Errorf("stats %s: %v", group, err)
		}
		if !slices.ContainsFunc(figures, func(f figure.Figure) bool { return f.Row == rows[i] }) {
			h.Errorf("stats %s: %s is described and not there", group, rows[i].Name)
		}
	}
}

// neverFall compares the counters before and after something is done.
func (h *Harness) neverFall(do func()) {
	h.Helper()
	was := make(map[string]float64)
	for _, group := range described {
		for _, f := range h.describe(group) {
			was[group+" "+f.Name], _ = f.Value.Number()
		}
	}
	do()
	for _, group := range described {
		for _, f := range h.describe(group) {
			if n, _ := f.Value.Number(); f.Row.Kind == figure.Counter && n < was[group+" "+f.Name] {
				h.Errorf("stats %s: %s counts, and fell to %v", group, f.Name, n)
			}
		}
	}
}
