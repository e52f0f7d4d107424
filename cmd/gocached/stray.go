package main

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gocached/engine"
	"gocached/server/settings"
)

// maxStray is how many stray words are warned of, one by one.
const maxStray = 5

// strayWord is a word of the command line that belongs to no flag. A number behind a flag that has its argument already, as
// in -m 64 64 or -p -U 0, was most likely meant for that flag or for what it took as its argument, and not for -p.
type strayWord struct {
	text        string
	behindValue bool
}

// strayWarnings returns a line for each word of the command line that belongs to no flag. memcached passes over all such
// words in silence, as scripts that were written for it expect, so they are passed over here too.
func strayWarnings(stray []strayWord, commands []*cobra.Command) []string {
	var lines []string
	for i, word := range stray {
		if i == maxStray {
			return append(lines, fmt.Sprintf("warning: %d more words belong to no flag", len(stray)-i))
		}
		if word.text != "" { // a variable of a shell that was not set
			lines = append(lines, fmt.Sprintf("warning: %q belongs to no flag, and is passed over: %s", word.text, strayAdvice(word, commands)))
		}
	}
	return lines
}

// strayAdvice says what a word was probably meant for: a subcommand, or the first of the guesses that fits.
func strayAdvice(stray strayWord, commands []*cobra.Command) string {
	word := stray.text
	var names []string
	for _, c := range commands {
		names = append(names, c.Name())
	}
	name := settings.Nearest(word, names)
	if name != word && isMode(word) { // stats is no slip for slabs
		name = ""
	}
	switch name {
	case word:
		return fmt.Sprintf("to mean gocached %s it must be the first word", name)
	case "":
	default:
		return fmt.Sprintf("did you mean gocached %s? There are: %s", name, strings.Join(names, ", "))
	}
	for _, g := range guesses {
		if g.fits(word) && !(stray.behindValue && isNumber(word)) {
			return strings.Replace(g.advice, "WORD", word, 1)
		}
	}
	return "gocached --help lists the flags"
}

// guesses are what words without a flag are meant for, most likely.
var guesses = []struct {
	fits   func(word string) bool
	advice string
}{
	{isMode, "did you mean gocached tool ADDRESS WORD?"},
	{meansServing, "gocached serves without a subcommand"},
	{isExtended, "did you mean -o WORD?"},
	{isLongName, "did you mean --WORD?"},
	{isNumber, "did you mean -p WORD?"},
	{isPath, "did you mean -s WORD?"},
	{isAddress, "did you mean -l WORD?"},
}

func isPath(word string) bool   { return strings.Contains(word, "/") }
func isNumber(word string) bool { _, err := strconv.Atoi(word); return err == nil }

func meansServing(word string) bool {
	return slices.Contains([]string{"serve", "server", "start", "run"}, word)
}

func isExtended(word string) bool {
	key, _, _ := strings.Cut(word, "=")
	return slices.ContainsFunc(optionsOf(engineNames()...), func(o engine.Option) bool { return o.Key == key })
}

func isLongName(word string) bool {
	name, _, _ := strings.Cut(word, "=")
	return slices.ContainsFunc(settings.Table(), func(r settings.Setting) bool { return r.IsFlag() && r.Long == name })
}

func isAddress(word string) bool {
	_, _, err := net.SplitHostPort(word)
	return err == nil || net.ParseIP(word) != nil
}
