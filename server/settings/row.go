package settings

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Setting is one row of the settings table: a flag, or a line of `stats settings` that no flag chooses. The flags, the
// help text, the manual's test, `stats settings` and the checks are all made from it.
type Setting struct {
	Letter  byte   // the short flag, 0 if there is none
	Long    string // the flag's name, as memcached 1.6 spells it where it has one; "" if the row is no flag
	Arg     string // what the help calls the argument, "" if the flag takes none
	Default string // in the form the command line takes; "" is the zero value
	Help    string // a sentence for the help text

	// Names are all values, if they are words that this table knows, for the completion of shells.
	Names []string

	// Newer says that the letter is known in the 1.6 mode alone: memcached's tests have it unknown.
	Newer bool

	// Absent says that the flag is memcached 1.6's and does nothing here, for which Help is the reason. No help names it, since test
	// suites look there for what a server can do.
	Absent bool

	// Levels are further lines of the help: what a repeated flag does.
	Levels []Level

	what      string                         // names the value in a fault
	min, max  float64                        // inclusive bounds of a number, checked when what is set; max 0 is none
	above     bool                           // min itself is out of bounds
	tooSmall  string                         // instead of the usual fault
	tooLarge  string                         // likewise
	status    int                            // exit status of its faults, 0 is 1
	field     func(*Settings) any            // pointer to the field; nil if the flag is an action (-h, -i, -V)
	parse     func(*Settings, string) string // instead of the usual for the field's type; returns a fault or ""
	base      int                            // with parse: the argument must be a number in this base
	units     string                         // with base: letters of which one may end the number
	unit      int64                          // how many bytes one is, if the number is a size
	check     func(*Settings) string         // a further fault, or ""
	warn      func(*Settings) string         // what the operator should know, or ""
	stat      string                         // its name in `stats settings`, whose lines are memcached's alone; "" if it is not there
	statOrder int                            // its place there, from 1
	show      func(*Settings, Live) string   // its value there, instead of the usual for the field's type
}

// Level is one line of help for a flag that may be repeated.
type Level struct {
	Flag string
	Help string
}

// Table returns the settings in the order of the help text. The caller must not change it.
func Table() []Setting { return table[:] }

// IsFlag reports whether the row can be given on the command line.
func (r *Setting) IsFlag() bool { return r.Long != "" }

// Short returns the flag's letter as a text, "" if it has none.
func (r *Setting) Short() string {
	if r.Letter == 0 {
		return ""
	}
	return string(r.Letter)
}

// Name returns the flag as people write it: by its letter, or with two dashes if it has none.
func (r *Setting) Name() string {
	if r.Letter == 0 {
		return "--" + r.Long
	}
	return "-" + r.Short()
}

// Action reports whether the flag asks for something else than serving: help, licence, version.
func (r *Setting) Action() bool { return r.IsFlag() && r.field == nil && r.parse == nil }

// refuses reports whether a start with the flag, which is Absent, fails.
func (r *Setting) refuses() bool { return r.check != nil }

// exit returns the process's exit status when the row's value is at fault.
func (r *Setting) exit() int {
	if r.status == 0 {
		return ExitFault
	}
	return r.status
}

// apply stores a value in the row's field, and returns a fault or "".
func (r *Setting) apply(s *Settings, value string) string {
	if r.parse != nil {
		if fault := r.parse(s, value); fault != "" || r.base == 0 {
			return fault
		}
		return r.numeric(s, value, r.base)
	}
	if r.field == nil {
		return ""
	}
	switch p := r.field(s).(type) {
	case *bool:
		*p = true
	case *int:
		*p = atoi(value)
		return r.numeric(s, value, 10)
	case *float64:
		*p = atof(value)
		_, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return r.unlessNumber(s, value, err)
	case *string:
		*p = value
		return r.empty(value == "")
	case *[]string:
		list := splitList(value)
		*p = appendNew(*p, list)
		return r.empty(len(list) == 0)
	default:
		panic(fmt.Sprintf("setting %s: field of type %T", r.Name(), p))
	}
	return ""
}

// numeric returns the fault of an argument that is no whole number.
func (r *Setting) numeric(s *Settings, value string, base int) string {
	digits := strings.TrimSpace(value)
	if n := len(digits); n > 0 && strings.IndexByte(r.units, digits[n-1]) >= 0 {
		digits = digits[:n-1]
	}
	_, err := strconv.ParseInt(digits, base, 64)
	return r.unlessNumber(s, value, err)
}

// unlessNumber returns the fault of an argument that is no number, as err says. memcached takes 64x for 64, and foo for
// 0, which may mean no limit, or no port; only where 0 is out of bounds has it words of its own for that. Behind a =
// stands what was meant.
func (r *Setting) unlessNumber(s *Settings, value string, err error) string {
	begins := strings.TrimLeft(value, " \t\n\v\f\r+-")
	word := begins == "" || begins[0] != '=' && (begins[0] < '0' || begins[0] > '9')
	if err == nil || errors.Is(err, strconv.ErrRange) || word && r.bounds(s) != "" {
		return ""
	}
	r.apply(s, r.Default) // what C would have read is of no interest any more
	return r.noNumber(value)
}

// isNumber reports whether a text is a number as the flag takes it, for an advice.
func (r *Setting) isNumber(text string) bool {
	if n := len(text); n > 0 && strings.IndexByte(r.units, text[n-1]) >= 0 {
		text = text[:n-1]
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// noNumber returns the fault of an argument that is no number, and what to write if that can be seen.
func (r *Setting) noNumber(value string) string {
	kind := "a number"
	switch {
	case r.base == 8:
		kind = "an octal number"
	case r.units != "":
		kind = "a number of bytes, or one with k or m"
	case r.unit == 1:
		kind = "a number of bytes"
	case r.unit == 1<<20:
		kind = "a number of megabytes"
	}
	bytes, ok := inBytes(value)
	number, sign := strings.CutPrefix(value, "=")
	switch {
	case sign && r.isNumber(number):
		return fmt.Sprintf("%s needs %s, not %q: write %[1]s %[4]s", r.Name(), kind, value, number)
	case r.unit == 0 || !ok:
		return fmt.Sprintf("%s needs %s, not %q", r.Name(), kind, value)
	case r.max != 0 && float64(bytes) > r.max*float64(r.unit):
		return r.large()
	}
	return fmt.Sprintf("%s needs %s, not %q: give %[1]s %[4]s", r.Name(), kind, value, r.spell(bytes))
}

// spell writes a size as the flag takes it.
func (r *Setting) spell(bytes int64) string {
	switch {
	case r.units != "" && bytes%(1<<20) == 0:
		return fmt.Sprintf("%dm", bytes>>20)
	case r.units != "" && bytes%(1<<10) == 0:
		return fmt.Sprintf("%dk", bytes>>10)
	}
	return strconv.FormatInt((bytes+r.unit-1)/r.unit, 10)
}

// empty returns the fault of an argument without content, such as an unset variable of a shell script. To take it for no
// argument would open to every address a server that was meant for one.
func (r *Setting) empty(is bool) string {
	if !is {
		return ""
	}
	return fmt.Sprintf("%s needs an argument that is not empty", r.Name())
}

// bounds returns the fault of a number outside the row's bounds, or "".
func (r *Setting) bounds(s *Settings) string {
	if r.what == "" {
		return ""
	}
	n := number(r.field(s))
	switch {
	case !(n >= r.min) || r.above && n == r.min:
		return r.small()
	case r.max != 0 && n > r.max:
		return r.large()
	}
	return ""
}

// small returns the fault of a number below the bounds, in memcached's words.
func (r *Setting) small() string {
	if r.tooSmall != "" {
		return r.tooSmall
	}
	switch {
	case r.above:
		return fmt.Sprintf("%s must be greater than %v", r.what, r.min)
	case r.min == 1:
		return r.what + " must be greater than 0"
	}
	return fmt.Sprintf("%s must be at least %v", r.what, r.min)
}

// large returns the fault of a number above the bounds.
func (r *Setting) large() string {
	if r.tooLarge != "" {
		return r.tooLarge
	}
	return fmt.Sprintf("%s must not be greater than %.0f", r.what, r.max)
}

// number returns the value of a numeric field.
func number(field any) float64 {
	switch p := field.(type) {
	case *int:
		return float64(*p)
	case *int64:
		return float64(*p)
	case *float64:
		return *p
	}
	return math.NaN()
}

// value returns the row's value as `stats settings` prints it.
func (r *Setting) value(s *Settings, live Live) string {
	if r.show != nil {
		return r.show(s, live)
	}
	switch p := r.field(s).(type) {
	case *bool:
		return yesNo(*p)
	case *string:
		return orNull(*p)
	case *[]string:
		return orNull(strings.Join(*p, ","))
	case *float64:
		return fmt.Sprintf("%.2f", *p)
	default:
		return fmt.Sprintf("%.0f", number(p))
	}
}

// yesNo prints a truth as memcached does.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// orNull prints a text that may be missing as memcached does.
func orNull(s string) string {
	if s == "" {
		return "NULL"
	}
	return s
}
