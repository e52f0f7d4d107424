package settings

import (
	"strings"

	"gocached/compat"
)

// Exit statuses of the process, as memcached 1.4.5 has them.
const (
	ExitFault  = 1  // a value or a flag that cannot be
	ExitUsage  = 64 // flags that do not go together, or root without -u
	ExitNoUser = 67 // -u names nobody
	ExitSystem = 71 // the system refuses: a port, a limit
)

// Fault is one thing wrong with the settings.
type Fault struct {
	Text string // for the operator
	Exit int    // exit status of the process
}

// Faults is everything wrong with the settings, as an error with one line or more for each.
type Faults []Fault

// Error returns the faults' texts, each on a line of its own.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].Text
	}
	return strings.Join(lines, "\n")
}

// Exit returns the exit status that fits: that of the first fault.
func (f Faults) Exit() int { return f[0].Exit }

// Validate reports everything that is wrong with the settings: values that Set could not take, numbers out of bounds, and
// settings that do not go together. The error is a Faults, or nil.
func (s *Settings) Validate() error {
	faults := append(Faults(nil), s.faults...)
	for i := range table {
		row := &table[i]
		if fault := row.bounds(s); fault != "" {
			faults = append(faults, Fault{fault, row.exit()})
		}
		if row.check == nil {
			continue
		}
		if fault := row.check(s); fault != "" {
			faults = append(faults, Fault{fault, row.exit()})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// Warnings returns what the operator should know of settings that are valid, one line each.
func (s *Settings) Warnings() []string {
	var lines []string
	for _, line := range s.idle {
		lines = append(lines, "warning: "+line)
	}
	for i := range table {
		if table[i].warn == nil {
			continue
		}
		if line := table[i].warn(s); line != "" {
			lines = append(lines, "warning: "+line)
		}
	}
	return lines
}

// warnNoCAS says what nobody expects of -C.
func warnNoCAS(s *Settings) string {
	if !s.NoCAS || s.Compat.Has(compat.GuardWithoutCAS) {
		return ""
	}
	return "with -C, cas is not guarded: it stores over whatever is there, changed or not"
}
