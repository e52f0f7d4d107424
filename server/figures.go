package server

import (
	"gocached/engine"
	"gocached/figure"
	"gocached/server/settings"
)

// figureGroup is one list of figures and what it is made of, in the order of its lines. Clients ask for it by the word
// behind `stats`, but for "modern", which is added to the general figures by -o modern_stats.
type figureGroup struct {
	name  string
	parts []figurePart
}

// figurePart is a part of a group: what describes its figures, and what visits them. visit reports false if there are
// none to be had.
type figurePart struct {
	rows  func(*shared) []figure.Row
	visit func(*walk) bool
}

// figureGroups are all the lists of figures.
var figureGroups = []figureGroup{
	{"", []figurePart{own(generalStats), ofEngine("")}},
	{"modern", []figurePart{own(modernStats), ofEngine("modern")}},
	{"gocached", []figurePart{own(gocachedStats), ofFootprint, ofEngine("gocached")}},
	{"items", []figurePart{ofEngine("items")}},
	{"slabs", []figurePart{ofEngine("slabs")}},
	{"sizes", []figurePart{ofEngine("sizes")}},
	{"settings", []figurePart{ofSettings}},
	{"curve", []figurePart{ofEngine("curve")}},
}

// Figures visits the figures of a group in the order in which `stats` prints them, each with its row and as a number; it
// reports false if there is no such group. The groups are those of figureGroups. A counter or a gauge may be in several,
// and is the same in each. An info may share its name with another figure.
//
// What a loop has counted in its present round is not yet in it. Figures is safe for concurrent use from the end of Listen
// until Serve returns, and takes as long as the engine does. visit must copy what it keeps of Name, Label and Value: the
// engine's do not outlive the call.
func (s *Server) Figures(group string, visit func(figure.Figure)) bool {
	w := walk{&s.shared, s.engine.Stats, visit}
	return w.group(group)
}

// FigureRows returns the rows of a group's figures, in order; those of slab classes once.
func (s *Server) FigureRows(group string) (rows []figure.Row) {
	for _, g := range figureGroups {
		if g.name != group {
			continue
		}
		for _, part := range g.parts {
			rows = append(rows, part.rows(&s.shared)...)
		}
	}
	return rows
}

// walk is a visit to figures.
type walk struct {
	shared *shared
	ask    func(q engine.Query, emit func(name, value string)) engine.Status // Engine.Stats
	visit  func(figure.Figure)
}

// group visits one group and reports whether there is such a one.
func (w *walk) group(name string) (found bool) {
	for _, g := range figureGroups {
		if g.name != name {
			continue
		}
		for _, part := range g.parts {
			found = part.visit(w) || found
		}
	}
	return found
}

// own is the server's own lines.
func own(rows []statRow) figurePart {
	return figurePart{
		rows: func(*shared) (out []figure.Row) {
			for _, row := range rows {
				out = append(out, row.Row)
			}
			return out
		},
		visit: func(w *walk) bool {
			for _, row := range rows {
				w.visit(figure.Figure{Row: row.Row, Name: row.Name, Value: row.value(w.shared)})
			}
			return true
		},
	}
}

// ofEngine is a group of the engine's.
func ofEngine(group string) figurePart {
	return figurePart{
		rows:  func(s *shared) []figure.Row { return s.engine.Info().Figures[group] },
		visit: func(w *walk) bool { return w.visitEngine(group, w.visit) },
	}
}

// visitEngine visits a group of the engine's, and reports whether there is such a one.
func (w *walk) visitEngine(group string, visit func(figure.Figure)) bool {
	rows := w.shared.engine.Info().Figures[group]
	return engine.OK == w.ask(engine.Query{Group: group}, func(name, value string) {
		visit(figure.Find(rows, name, figure.Text(value)))
	})
}

// ofFootprint is where the memory of the process goes.
var ofFootprint = figurePart{
	rows: func(s *shared) []figure.Row {
		rows := s.engine.Info().Figures["memory"]
		for _, row := range footprintRows {
			rows = append(rows[:len(rows):len(rows)], row.Row)
		}
		return rows
	},
	visit: (*walk).visitFootprint,
}

// ofSettings is what the command line has chosen.
var ofSettings = figurePart{
	rows: func(*shared) []figure.Row { return settings.Rows() },
	visit: func(w *walk) bool {
		s, rows := w.shared, settings.Rows()
		s.settings.Stats(func(name, value string) { w.visit(figure.Find(rows, name, figure.Text(value))) }, s.live())
		return true
	},
}
