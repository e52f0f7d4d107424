package main

import (
	"errors"
	"fmt"
	"strings"

	"gocached/server/settings"
)

// What is said beyond getopt's words of a flag that is none: the flag that was probably meant.

// illegal makes getopt's complaint an error as memcached prints it, with an advice unless that is "".
func illegal(complaint, advice string) error {
	text := complaint + "\nIllegal argument \"?\""
	if advice != "" {
		text += "\n -- " + advice
	}
	return errors.New(text)
}

// otherCase advises the same letter in the other case, where that is a flag.
func (n *normaliser) otherCase(letter byte) string {
	if row := n.byLetter(letter ^ ' '); row != nil {
		return fmt.Sprintf("did you mean -%c, --%s?", row.Letter, row.Long)
	}
	return ""
}

// longAdvice names the flag that resembles a long name, or holds it, or the list of all.
func longAdvice(name string, names []string) string {
	best := settings.Nearest(name, names)
	for _, n := range names {
		if best == "" && len(name) > 2 && strings.Contains(n, name) {
			best = n
		}
	}
	if best == "" {
		return "gocached --help lists all there are"
	}
	return "did you mean --" + best + "?"
}

// oneDash warns of a long name behind one dash, which getopt reads as the first letter's flag with the rest glued to it.
func oneDash(word string, names []string) []string {
	name, _, _ := strings.Cut(word, "=")
	for _, n := range names {
		if name == n || len(name) > 4 && strings.HasPrefix(n, name) {
			return []string{fmt.Sprintf("warning: -%s is read as -%c and what is glued to it: did you mean --%s?", word, word[0], n)}
		}
	}
	return nil
}
