package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// argument is what is to stand behind the = of a word of memcached 1.6. The zero argument is nothing: memcached then looks at
// none, and so it is here. The faults are memcached's own.
type argument struct {
	missing string // the fault of none, "" if there may be none
	low     float64
	high    float64 // bounds of a number, inclusive; both 0 is none
	tooLow  string  // the fault of a number outside; a verb in it stands for the number
	tooHigh string  // likewise, if it is another one
	whole   bool    // no fraction
	strict  string  // the fault of what is no number; without one memcached reads it as C does
	names   []string
	unknown string // the fault of a word that is none of names
	any     bool   // it may be any text
}

// between is a whole number.
func between(low, high float64, missing, tooLow, tooHigh string) argument {
	return argument{missing: missing, low: low, high: high, tooLow: tooLow, tooHigh: tooHigh, whole: true}
}

// factor is a number above 0.
func factor(key string, high float64, fault string) argument {
	return argument{missing: "Missing " + key + " argument", low: 1e-9, high: high, tooLow: fault}
}

// unsigned is a whole number of 32 bits.
func unsigned(key string) argument {
	return argument{missing: "Missing " + key + " argument", low: 0, high: 1<<32 - 1, whole: true,
		tooLow: "could not parse argument to " + key, strict: "could not parse argument to " + key}
}

// anything is any text but none.
func anything(key string) argument {
	return argument{missing: "Missing " + key + " argument", any: true}
}

// none reports whether nothing is to stand there.
func (a *argument) none() bool { return !a.any && a.names == nil && a.low == 0 && a.high == 0 }

// form is what is written behind a word.
func (a *argument) form() string {
	switch {
	case a.none():
		return ""
	case a.missing == "":
		return "[=...]"
	}
	return "="
}

// fault returns what is wrong with a value, or "".
func (a *argument) fault(key, value string) string {
	switch {
	case a.none():
		return ""
	case value == "":
		return a.missing
	case a.names != nil && !slices.Contains(a.names, value):
		return a.unknown
	case a.any || a.names != nil:
		return ""
	}
	return a.numberFault(key, value)
}

// numberFault does so for a number. What is none is refused, though memcached may read it as 0, unless 0 is out of bounds.
func (a *argument) numberFault(key, value string) string {
	n, err := strconv.ParseFloat(value, 64)
	if err == nil && a.whole {
		_, err = strconv.ParseInt(value, 10, 64)
	}
	if err != nil {
		n = atof(value)
	}
	fault := a.tooLow
	if n > a.high && a.tooHigh != "" {
		fault = a.tooHigh
	}
	switch {
	case err != nil && a.strict != "":
		return a.strict
	case n < a.low || n > a.high:
		return fill(fault, strconv.FormatFloat(n, 'f', -1, 64))
	case err != nil:
		return fmt.Sprintf("-o %s needs a number, not %q", key, value)
	}
	return ""
}

// fill puts a number into a fault that has a place for it.
func fill(fault, number string) string { return strings.ReplaceAll(fault, "%d", number) }
