// Package figure describes the figures of the statistics: what each is called, what kind of number it is, in which unit,
// and a sentence for people. Whoever counts or measures something declares a Row beside it. `stats`, docs/stats.md and the
// manual are made from the rows, and so is whatever else shows figures.
package figure

// Kind says what may be done with a figure's number.
type Kind uint8

// The kinds. Zero is none: nothing is known of the figure but its name.
const (
	Info    Kind = iota + 1 // words, or a number that measures nothing, such as a process id
	Counter                 // what has happened since the start or the last stats reset; it never falls in between
	Gauge                   // what is so at this moment; it rises and falls
)

func (k Kind) String() string {
	switch k {
	case Info:
		return "info"
	case Counter:
		return "counter"
	case Gauge:
		return "gauge"
	}
	return ""
}

// Unit is what a figure's number is a number of.
type Unit string

// The units. None is for words, ratios, exponents, answers of yes and no, and where the name says what is counted.
const (
	None         Unit = ""
	Bytes        Unit = "bytes"
	Seconds      Unit = "seconds"
	Microseconds Unit = "microseconds"
	Connections  Unit = "connections"
	Requests     Unit = "requests"
	Keys         Unit = "keys"
	Items        Unit = "items"
	Chunks       Unit = "chunks"
	Pages        Unit = "pages"
	Classes      Unit = "slab classes"
	Buckets      Unit = "buckets"
	Threads      Unit = "threads"
	Calls        Unit = "system calls"
	Lines        Unit = "lines"
	Percent      Unit = "percent"
)

// Row describes a figure, or one of each slab class. Rows are compared with ==.
type Row struct {
	// Name is what `stats` prints. Where figures differ by a number in their names, a word in braces stands for it:
	// items:{class}:number.
	Name string

	Kind Kind
	Unit Unit
	Text string // a sentence or several, in plain text
}

// New returns a row.
func New(name string, kind Kind, unit Unit, text string) Row { return Row{name, kind, unit, text} }

// Figure is a row and what it says at one moment.
type Figure struct {
	Row   Row
	Name  string // the row's, with a number for the word in braces
	Label string // that number, "" if there is no such word
	Value Value
}

// Find returns the figure of this name, described by one of the rows. If none of them does, its row has no kind.
func Find(rows []Row, name string, value Value) Figure {
	for i := range rows {
		if label, ok := rows[i].match(name); ok {
			return Figure{rows[i], name, label, value}
		}
	}
	return Figure{Row: Row{Name: name}, Name: name, Value: value}
}

// Contradicts says whether the two give one name to different numbers. Words may stand under the name of a number:
// memcached's `stats settings` has a line evictions, which says whether there are any.
func (r *Row) Contradicts(other *Row) bool {
	return r.Name == other.Name && *r != *other && r.Kind != Info && other.Kind != Info
}
