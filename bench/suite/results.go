package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"gocached/bench"
)

// results is everything that was measured. The JSON file holds it, and the document is made of nothing else.
type results struct {
	Servers []program `json:"servers"` // in their order; the last is gocached
	CPU     string    `json:"cpu"`     // the processor they all run on; empty if they were not bound to one
	Rows    []row     `json:"rows"`
	Others  []other   `json:"others,omitempty"` // by other generators
}

// program is a server as it was called.
type program struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Command string `json:"command"`
}

// row is what came of a standard load.
type row struct {
	Load    string        `json:"load"`
	Shows   string        `json:"shows"`
	LeftOut []string      `json:"left_out,omitempty"` // servers that cannot do it
	Failed  string        `json:"failed,omitempty"`   // why there is no report
	Report  *bench.Report `json:"report,omitempty"`
}

// other is what a server did under the load of another generator.
type other struct {
	Tool   string    `json:"tool"`
	Load   string    `json:"load"`
	Server string    `json:"server"`
	At     time.Time `json:"at"`
	Ops    []float64 `json:"ops_per_second"` // by round, as the tool says
	CPU    []float64 `json:"cpu_ns_per_op"`  // by round
	Misses int64     `json:"misses"`
	Failed string    `json:"failed,omitempty"`
}

// readEarlier reads what an earlier run wrote into results of either kind. A file that is not there holds nothing.
func readEarlier(path string, into any) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// adoptable says whether a run with these servers, and otherwise as before or not, may add to earlier results.
func adoptable(earlier, now []program, otherwise bool) error {
	if earlier != nil && (!otherwise || !reflect.DeepEqual(earlier, now)) {
		return errors.New("--add: the earlier results are of other servers, versions, flags or seeds")
	}
	return nil
}

// adopt makes the results those of these servers. Results of other servers cannot be added to.
func (r *results) adopt(servers []program, cpu string) error {
	err := adoptable(r.Servers, servers, r.CPU == cpu)
	if err == nil {
		r.Servers, r.CPU = servers, cpu
	}
	return err
}

// write writes the JSON file, a line for each row.
func (r *results) write(path string) error {
	var b strings.Builder
	field := func(name string, value any) {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // nothing in it can fail
		}
		fmt.Fprintf(&b, "%q: %s", name, text)
	}
	list := func(name string, n int, at func(int) any) {
		fmt.Fprintf(&b, ",\n%q: [", name)
		for i := range n {
			text, _ := json.Marshal(at(i))
			fmt.Fprintf(&b, "%s\n%s", strings.Repeat(",", min(i, 1)), text)
		}
		b.WriteString("\n]")
	}
	b.WriteString("{")
	field("cpu", r.CPU)
	list("servers", len(r.Servers), func(i int) any { return r.Servers[i] })
	list("rows", len(r.Rows), func(i int) any { return r.Rows[i] })
	list("others", len(r.Others), func(i int) any { return r.Others[i] })
	b.WriteString("\n}\n")
	return os.WriteFile(path, []byte(b.String()), 0o666)
}

// put adds a row, in the order of the standard loads, in place of an earlier one.
func (r *results) put(new row) {
	r.Rows = slices.DeleteFunc(r.Rows, func(old row) bool { return old.Load == new.Load })
	r.Rows = append(r.Rows, new)
	slices.SortStableFunc(r.Rows, func(a, b row) int { return order(a.Load) - order(b.Load) })
}

// putOthers replaces what a tool measured earlier.
func (r *results) putOthers(tool string, new []other) {
	r.Others = slices.DeleteFunc(r.Others, func(old other) bool { return old.Tool == tool })
	r.Others = append(r.Others, new...)
	slices.SortStableFunc(r.Others, func(a, b other) int { return strings.Compare(a.Tool, b.Tool) })
}

func order(name string) int {
	return slices.IndexFunc(loads, func(l load) bool { return l.name == name })
}

// row finds a row that has a report.
func (r *results) row(name string) *row {
	for i := range r.Rows {
		if r.Rows[i].Load == name && r.Rows[i].Report != nil {
			return &r.Rows[i]
		}
	}
	return nil
}

// server is what a server did, or nil if the load was not for it.
func (r *row) server(name string) *bench.ServerReport {
	if r.Report == nil {
		return nil
	}
	for i := range r.Report.Servers {
		if r.Report.Servers[i].Name == name {
			return &r.Report.Servers[i]
		}
	}
	return nil
}

// faults is a sentence for everything that went wrong.
func (r *results) faults() (out []string) {
	for _, row := range r.Rows {
		if row.Failed != "" {
			out = append(out, row.Load+": "+row.Failed)
		} else if row.Report != nil {
			for _, fault := range row.Report.Faults {
				out = append(out, row.Load+": "+fault)
			}
		}
	}
	for _, o := range r.Others {
		if o.Failed != "" {
			out = append(out, fmt.Sprintf("%s, %s: %s: %s", o.Tool, o.Load, o.Server, o.Failed))
		}
		if o.Misses != 0 {
			out = append(out, fmt.Sprintf("%s, %s: %s: %d misses", o.Tool, o.Load, o.Server, o.Misses))
		}
	}
	return out
}

// broken reports whether a server failed or gave a wrong answer. What a datagram lost or a busy machine left unsent is a
// fault of the figures, but not of a server.
func (r *results) broken() bool {
	for _, row := range r.Rows {
		if row.Report == nil {
			return true
		}
		for i := range row.Report.Servers {
			if c := &row.Report.Servers[i].Counts; c.Misses+c.Wrong+c.Errors > 0 {
				return true
			}
		}
	}
	return slices.ContainsFunc(r.Others, func(o other) bool { return o.Failed != "" || o.Misses != 0 })
}
