package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gocached/bench/replay"
)

// hitResults is everything that a run which compares hit ratios has measured. The JSON file holds it, and the document is
// made of nothing else.
type hitResults struct {
	Servers []program `json:"servers"` // in their order; the first is what others are compared with, the last is gocached
	Seed    uint64    `json:"seed"`
	Short   bool      `json:"short,omitempty"`
	Rows    []hitRow  `json:"rows"`
}

// hitRow is what came of a load with so many megabytes.
type hitRow struct {
	Load    string      `json:"load"`
	Shows   string      `json:"shows"`
	Memory  int         `json:"memory"`         // megabytes of -m
	Rate    int         `json:"rate,omitempty"` // requests a second; 0 is as fast as they were answered
	At      time.Time   `json:"at"`
	Failed  string      `json:"failed,omitempty"` // why there are no servers
	Servers []hitServer `json:"servers,omitempty"`
}

// hitServer is what a server did.
type hitServer struct {
	Name string `json:"name"`
	replay.Result
}

// beginHits makes the results, which are those of an earlier run if they are to be added to.
func (o *options) beginHits() (*hitResults, error) {
	r := &hitResults{}
	if o.add {
		if err := readEarlier(o.json, r); err != nil {
			return nil, err
		}
	}
	servers := o.programs(64)
	if err := adoptable(r.Servers, servers, r.Seed == o.hits.seed); err != nil {
		return nil, err
	}
	r.Servers, r.Seed, r.Short = servers, o.hits.seed, o.hits.short
	return r, nil
}

// put adds a row, in place of an earlier one.
func (r *hitResults) put(new hitRow) {
	i := slices.IndexFunc(r.Rows, func(old hitRow) bool { return old.Load == new.Load && old.Memory == new.Memory })
	if i >= 0 {
		r.Rows[i] = new
		return
	}
	r.Rows = append(r.Rows, new)
}

// keep writes the results so far, so that a run that is stopped leaves what it has.
func (r *hitResults) keep(o *options) error {
	if o.json != "" {
		text, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.json, append(text, '\n'), 0o666); err != nil {
			return err
		}
	}
	if o.out == "" {
		return nil
	}
	return writeBelow(o.out, r.markdown())
}

// below parts what is written by hand from what is written by this program.
const below = "<!-- make hits writes what follows -->\n"

// writeBelow writes the end of a page, and leaves what stands above it.
func writeBelow(path, text string) error {
	page, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above, _, found := strings.Cut(string(page), below)
	if !found {
		above = ""
	}
	return os.WriteFile(path, []byte(above+below+"\n"+text), 0o666)
}

// asTable is the row as package bench shows it.
func (row *hitRow) asTable() replay.Row {
	out := replay.Row{Load: row.Load, Memory: row.Memory}
	for _, s := range row.Servers {
		s.Target.Name = s.Name
		out.Results = append(out.Results, s.Result)
	}
	return out
}

// faults is a sentence for everything that went wrong.
func (r *hitResults) faults() (out []string) {
	for _, row := range r.Rows {
		if row.Failed != "" {
			out = append(out, fmt.Sprintf("%s, -m %d: %s", row.Load, row.Memory, row.Failed))
		}
	}
	return out
}
