// Package compat is where memcached 1.4.5 and memcached 1.6.45 contradict each other, as one table of points (points.go). A
// server answers as one of them in all of these; what 1.6.45 has and 1.4.5 has not is there in either mode.
//
// Whoever answers a point asks the Mode for it by name, and away from the hot path: what costs a get or a set anything is chosen
// when a connection begins. docs/compat.md is made from the table, and a test plays each row's conversation in both modes.
package compat

// Mode is which memcached decides. The zero Mode is 1.4.5.
type Mode uint8

// The modes.
const (
	V145 Mode = iota
	V1645
)

// modes are their names behind -o compat=, and what the command version answers.
var modes = [...]struct{ name, version string }{
	V145:  {"1.4.5", "1.4.5"},
	V1645: {"1.6", "1.6.45"},
}

// Names returns what -o compat= takes, the default first.
func Names() (names []string) {
	for _, m := range modes {
		names = append(names, m.name)
	}
	return names
}

// Named returns the mode of that name, or that of 1.4.5 if there is none.
func Named(name string) Mode {
	for mode, m := range modes {
		if m.name == name {
			return Mode(mode)
		}
	}
	return V145
}

// Version is the version that clients are told: those that look at it behave as with this memcached.
func (m Mode) Version() string { return modes[m].version }

// Has says whether a point is answered as 1.6.45 does. It costs one comparison, whatever the point.
func (m Mode) Has(Point) bool { return m == V1645 }
