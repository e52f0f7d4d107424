package tool

import "io"

// Asker asks a server for a group of figures, "" for the general ones, and gives them to emit as they come. They are not
// trusted: a name and a value have 64 KiB at most, and may hold anything. The error is a whole sentence that names the
// server; if its cause is ErrRefused, other groups may be asked for.
type Asker func(group string, emit func(name, value string)) error

// Ask connects to a server, as Run does, and has work ask it. A server that turns out to speak binary only has work called once
// more, from the start.
func Ask(address string, o Options, work func(Asker) error) error {
	return runOne(io.Discard, io.Discard, address, Mode{run: func(r *report) error { return work(r.ask) }}, o)
}

func (r *report) ask(group string, emit func(name, value string)) error {
	return r.source.each(group, func(s stat) { emit(s.name, s.value) })
}
