package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// strayWarnings returns a line for each word of the command line that belongs to no flag and looks as if a subcommand
// was meant. memcached passes over all such words in silence, as scripts that were written for it expect.
func strayWarnings(stray []string, commands []*cobra.Command) []string {
	var names, lines []string
	for _, c := range commands {
		names = append(names, c.Name())
	}
	for _, word := range stray {
		switch name := nearest(word, names); name {
		case "":
		case word:
			lines = append(lines, fmt.Sprintf("warning: %q comes too late to mean gocached %s, and is passed over: "+
				"a subcommand is the first word", word, name))
		default:
			lines = append(lines, fmt.Sprintf("warning: %q is no subcommand, and is passed over: did you mean gocached %s? "+
				"There are: %s", word, name, strings.Join(names, ", ")))
		}
	}
	return lines
}

// nearest returns the first of the names that a word was probably meant for, or "": one that is not more than two letters
// put in, left out or changed away from it, where it shares half of its letters at least.
func nearest(word string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if d := distance(strings.ToLower(word), name); d < least && 2*d <= len(name) && d < len(word) {
			best, least = name, d
		}
	}
	return best
}

// distance returns how many letters must be put in, left out or changed to make one word of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from the first letters of a to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
