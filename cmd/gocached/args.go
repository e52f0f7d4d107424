package main

import (
	"fmt"
	"slices"
	"strings"

	"gocached/server/settings"
)

// normaliser puts arguments into the one form that cobra and everybody else understands alike: --long or --long=value for each
// flag, in order, and nothing else.
//
// It reads them as GNU getopt does for memcached. Short flags may stand together (-dvv). An argument may be glued to its flag or
// follow it (-m64, -dm 64, -p -1). Long names may be cut short where that is clear. Words between flags are skipped, and -- ends
// the flags. As with memcached, words that are no flags mean nothing.
//
// The error is what getopt and memcached print, without the program's name, and what was probably meant. A flag that only prints
// something, such as -h, ends the reading, and what stood before it does not matter.
type normaliser struct {
	table []settings.Setting
	args  []string // not yet read
	out   []string
	stray []strayWord // words that belong to no flag
	hints []string    // warnings about words that are probably meant otherwise
	ended bool        // by a flag that only prints something
	newer bool        // it is in the 1.6 mode
	fed   bool        // the last word was the argument of the flag before it
}

// read reads all arguments. After an error there is no out.
func (n *normaliser) read() error {
	for len(n.args) > 0 && n.args[0] != "--" && !n.ended {
		word := n.args[0]
		n.args = n.args[1:]
		left := len(n.args)
		var err error
		switch {
		case strings.HasPrefix(word, "--"):
			err = n.long(word[2:])
		case len(word) > 1 && word[0] == '-':
			err = n.short(word[1:])
		default:
			n.stray = append(n.stray, strayWord{word, n.fed})
		}
		n.fed = len(n.args) < left
		if err != nil {
			n.out = nil
			return err
		}
	}
	switch {
	case n.ended:
		n.stray, n.hints = nil, nil
	case len(n.args) > 0:
		for _, word := range n.args[1:] { // behind --
			n.stray = append(n.stray, strayWord{text: word})
		}
	}
	return nil
}

// short reads a word of short flags, without its dash.
func (n *normaliser) short(letters string) error {
	n.hints = append(n.hints, oneDash(letters, n.longNames())...)
	for i := 0; i < len(letters) && !n.ended; i++ {
		row := n.byLetter(letters[i])
		switch {
		case row == nil:
			return illegal(fmt.Sprintf("invalid option -- '%c'", letters[i]), n.otherCase(letters[i]))
		case row.Arg == "":
			n.add(row, "")
		case i+1 < len(letters):
			n.add(row, letters[i+1:])
			return nil
		default:
			value, ok := n.next()
			if !ok {
				return illegal(fmt.Sprintf("option requires an argument -- '%c'", letters[i]), "")
			}
			n.add(row, value)
		}
	}
	return nil
}

// long reads a word with a long name, without its dashes.
func (n *normaliser) long(word string) error {
	name, value, hasValue := strings.Cut(word, "=")
	row, err := n.byName(name)
	switch {
	case err != nil:
		return err
	case row.Arg == "" && hasValue:
		return illegal(fmt.Sprintf("option '--%s' doesn't allow an argument", row.Long), "")
	case row.Arg != "" && !hasValue:
		var ok bool
		if value, ok = n.next(); !ok {
			return illegal(fmt.Sprintf("option '--%s' requires an argument", row.Long), "")
		}
	}
	n.add(row, value)
	return nil
}

// next takes the next word as an argument, whatever it looks like.
func (n *normaliser) next() (string, bool) {
	if len(n.args) == 0 {
		return "", false
	}
	value := n.args[0]
	n.args = n.args[1:]
	return value, true
}

// add notes one flag.
func (n *normaliser) add(row *settings.Setting, value string) {
	if row.Action() {
		n.out = slices.DeleteFunc(n.out, func(word string) bool { return !strings.HasPrefix(word, "--extended=compat=") }) // -h tells it
		n.ended = true
	}
	word := "--" + row.Long
	if row.Arg != "" {
		word += "=" + value
	}
	n.out = append(n.out, word)
}

// byLetter finds the row of a short flag, or nil.
func (n *normaliser) byLetter(letter byte) *settings.Setting {
	for i := range n.table {
		if n.table[i].Letter == letter && letter != 0 && (n.newer || !n.table[i].Newer) {
			return &n.table[i]
		}
	}
	return nil
}

// byName finds the row of a long name, which may be cut short if only one begins like that.
func (n *normaliser) byName(name string) (*settings.Setting, error) {
	var found []*settings.Setting
	for i := range n.table {
		row := &n.table[i]
		if row.Long == name && name != "" {
			return row, nil
		}
		if row.Long != "" && !row.Absent && strings.HasPrefix(row.Long, name) {
			found = append(found, row)
		}
	}
	switch len(found) {
	case 0:
		return nil, illegal(fmt.Sprintf("unrecognized option '--%s'", name), longAdvice(name, n.longNames()))
	case 1:
		return found[0], nil
	}
	text := fmt.Sprintf("option '--%s' is ambiguous; possibilities:", name)
	for _, row := range found {
		text += " '--" + row.Long + "'"
	}
	return nil, illegal(text, "")
}

// longNames returns those of all rows.
func (n *normaliser) longNames() (names []string) {
	for _, row := range n.table {
		if row.Long != "" && !row.Absent {
			names = append(names, row.Long)
		}
	}
	return names
}
