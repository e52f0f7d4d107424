package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Option is a key of -o. An engine declares its own in its Info, and the help, the checks and the completion of shells are
// made from that.
type Option struct {
	Key     string
	Kind    Kind
	Default string // the value where none is given, "" is none
	Help    string // a sentence, which names the default
}

// Fault says what is wrong with a value that was given for the key, or returns "". given is false if there was none.
func (o *Option) Fault(value string, given bool) string {
	switch {
	case given && o.Kind.Arg == "":
		return "-o " + o.Key + " takes no value"
	case !given && o.Kind.Arg != "" && !o.Kind.optional:
		return "-o " + o.Key + " needs a value: " + o.String()
	case !given:
		return ""
	case o.Kind.fault != nil:
		return o.Kind.fault(value)
	case !o.Kind.takes(value):
		return "-o " + o.Key + " must be " + o.Kind.allowed
	}
	return ""
}

// String returns the key as it is written, with what stands for its value.
func (o *Option) String() string {
	if o.Kind.Arg == "" {
		return o.Key
	}
	return o.Key + "=" + o.Kind.Arg
}

// Kind is which values an Option takes. The zero Kind is none: the key alone switches something on.
type Kind struct {
	Arg     string   // what the help calls the value, "" if there is none
	Names   []string // all values, if they are words, for completion
	allowed string   // the same for a fault, behind "must be"
	takes   func(value string) bool
	fault   func(value string) string // instead of both

	optional bool // the key may stand alone, and its value is "" then
}

// OrAlone is the same for a key that may stand without a value too.
func (k Kind) OrAlone() Kind {
	k.optional = true
	return k
}

// Checked is values of which a function says in its own words what is wrong with one, or "".
func Checked(arg string, fault func(value string) string) Kind { return Kind{Arg: arg, fault: fault} }

// Whole is whole numbers within bounds.
func Whole(arg string, least, most int) Kind {
	return Kind{
		Arg:     arg,
		allowed: fmt.Sprintf("a number from %d to %d", least, most),
		takes: func(value string) bool {
			n, err := strconv.Atoi(value)
			return err == nil && n >= least && n <= most
		},
	}
}

// Duration is times from 0 on, as Go writes them.
func Duration(most time.Duration) Kind {
	return Kind{
		Arg:     "time",
		allowed: fmt.Sprintf("a time from 0s to %v, such as 5ms", most),
		takes: func(value string) bool {
			d, err := time.ParseDuration(value)
			return err == nil && d >= 0 && d <= most
		},
	}
}

// OneOf is some words.
func OneOf(arg string, names ...string) Kind {
	return Kind{
		Arg:     arg,
		Names:   names,
		allowed: "one of " + strings.Join(names, ", "),
		takes:   func(value string) bool { return slices.Contains(names, value) },
	}
}

// Values is what an engine's options come to, by their keys. What is no value of its kind reads as zero.
type Values map[string]string

// Values adds the defaults of the engine's options to what was given.
func (i Info) Values(given map[string]string) Values {
	all := Values{}
	for _, o := range i.Options {
		if value, ok := given[o.Key]; ok {
			all[o.Key] = value
		} else if o.Default != "" {
			all[o.Key] = o.Default
		}
	}
	return all
}

// Duration returns the value of a key that is a time.
func (v Values) Duration(key string) time.Duration {
	d, _ := time.ParseDuration(v[key])
	return d
}

// Number returns the value of a key that is a whole number.
func (v Values) Number(key string) int {
	n, _ := strconv.Atoi(v[key])
	return n
}
