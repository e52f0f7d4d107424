// Package tool asks running servers for their figures and prints them for people: what memcached's own memcached-tool
// shows, with the same columns, from any server that speaks memcached's protocol: text, or binary with or without a login.
//
// Read tool.go, server.go (text), probe.go (why a server does not answer in text), binary.go, login.go; then display.go,
// figures.go and curve.go, or dump.go and tally.go. Others who want a server's figures begin with ask.go.
//
// The servers are not trusted. Lines, numbers of lines and lengths of values are bounded, every answer has to come in
// time, and what is printed holds no control characters (but for dump, whose output is data).
package tool

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Options say what to print and how long to wait.
type Options struct {
	Mode    string        // the name of one of Modes; empty is display
	Bytes   bool          // print exact numbers of bytes
	Timeout time.Duration // for each answer of a server; zero is DefaultTimeout
	Limit   int           // dump: how many items at most; zero is all

	// For servers that let nobody in without a login (-S): who it is, and by which SASL mechanism; empty is the strongest that
	// both sides know. Without User there is no login.
	User, Password, Mechanism string
}

// DefaultTimeout is how long a server may take over one answer.
const DefaultTimeout = 5 * time.Second

// Mode is one thing that can be printed.
type Mode struct {
	Name string
	Help string // one sentence
	run  func(*report) error
}

// Modes are all of them; the first is what is printed if none is named.
var Modes = []Mode{
	{"display", "slab classes: pages, items, age, evictions", (*report).display},
	{"stats", "general figures", (*report).general},
	{"settings", "what the server was started with", (*report).settings},
	{"gocached", "gocached's own figures, such as where its memory goes", (*report).own},
	{"curve", "what the hit ratio would be with less memory, or more (gocached only)", (*report).curve},
	{"sizes", "how many items there are of each size", (*report).sizes},
	{"dump", "all items, as add commands that another server can be fed with", (*report).dump},
}

// FindMode looks a mode up by its name.
func FindMode(name string) (Mode, bool) {
	if name == "" {
		return Modes[0], true
	}
	for _, m := range Modes {
		if m.Name == name {
			return m, true
		}
	}
	return Mode{}, false
}

// source is where figures come from: a server that is asked in text, or in binary.
type source interface {
	each(group string, emit func(stat)) error
	stats(group string) ([]stat, error)
	close()
}

// report is the work on one server.
type report struct {
	Options
	source  source
	address string
	text    *server   // the source, if it speaks text
	out     io.Writer // what was asked for
	notes   io.Writer // remarks
}

// Run prints the report of each server in turn, under a heading if there are several. A server that cannot be asked
// does not keep the others from being printed; the error has one sentence for each that failed.
func Run(out, notes io.Writer, addresses []string, o Options) error {
	mode, ok := FindMode(o.Mode)
	if !ok {
		return fmt.Errorf("there is no mode %q", o.Mode)
	}
	var failed []error
	for i, address := range addresses {
		if len(addresses) > 1 {
			heading := out
			if mode.Name == "dump" {
				heading = notes
			}
			if i > 0 {
				fmt.Fprintln(heading)
			}
			fmt.Fprintf(heading, "== %s\n", printable(address))
		}
		if err := runOne(out, notes, address, mode, o); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// runOne reports on one server: in text if it will, for that is what most speak.
func runOne(out, notes io.Writer, address string, mode Mode, o Options) error {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	r := &report{Options: o, out: out, notes: notes}
	if o.User == "" {
		err := r.inText(address, mode)
		if !errors.Is(err, errBinaryOnly) {
			return err
		}
	}
	return r.inBinary(address, mode)
}

func (r *report) inText(address string, mode Mode) error {
	s, err := connect(address, r.Timeout)
	if err != nil {
		return err
	}
	defer s.close()
	r.source, r.text, r.address = s, s, s.address
	return mode.run(r)
}

func (r *report) inBinary(address string, mode Mode) error {
	s, err := connectBinary(address, r.Timeout)
	if err != nil {
		return err
	}
	defer s.close()
	if r.User != "" {
		if err := s.logIn(r.Options); err != nil {
			return err
		}
	}
	r.source, r.text, r.address = s, nil, s.address
	return mode.run(r)
}
