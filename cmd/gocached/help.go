package main

import (
	_ "embed"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"gocached/compat"
	"gocached/engine"
	"gocached/server"
	"gocached/server/settings"
)

// licence is a copy of the project's LICENSE, which a test compares.
//
//go:embed LICENSE
var licence string

// The layout of the help, as memcached 1.4.5 has it: flags on the left, sentences from column 14 on.
const (
	helpIndent = 14
	helpWidth  = 79
)

// printVersion prints what -V asks for: the version, and what the program was built from and by.
func printVersion(w io.Writer) {
	fmt.Fprintf(w, "gocached %s\ncommit %s\n%s %s/%s\n", server.Release, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// builtFrom is the commit, with -dirty behind it if something was changed since. make build sets it.
var builtFrom string

// commit returns the commit that the program was built from, as make or else the go command noted it.
func commit() string {
	noted := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			noted[s.Key] = s.Value
		}
	}
	hash, changed := strings.CutSuffix(builtFrom, "-dirty")
	if hash == "" {
		hash, changed = noted["vcs.revision"], noted["vcs.modified"] == "true"
	}
	switch {
	case hash == "":
		return "unknown"
	case changed:
		return hash + " and changes since"
	}
	return hash
}

// versionCommand returns "gocached version".
func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, as -V does",
		Args:  noWords,
		Run:   func(*cobra.Command, []string) { printVersion(p.stdout) },
	}
}

// printLicence prints what -i asks for.
func printLicence(w io.Writer) { fmt.Fprintf(w, "gocached %s\n\n%s", server.Release, licence) }

// printHelp prints what -h asks for. Clients and test suites look for words in it, so it names nothing that is not
// there. It begins with the memcached that is followed: helpers of test suites look there for the word memcached and a version
// at the start of a line.
func printHelp(w io.Writer, mode compat.Mode) {
	fmt.Fprintf(w, "memcached %s compatible: gocached %s\n", mode.Version(), server.Release)
	for _, row := range settings.Table() {
		if !row.IsFlag() || row.Absent {
			continue
		}
		printHelpLine(w, usage(&row), row.Help)
		for _, level := range row.Levels {
			printHelpLine(w, level.Flag, level.Help)
		}
	}
	printOptions(w, settings.ExtendedTable(), "")
	for _, info := range engineInfos() {
		printOptions(w, info.Options, "with -E "+info.Name+": ")
	}
	printLongNames(w)
	fmt.Fprintln(w, "\nBesides serving:")
	for _, c := range (&program{}).root().Commands() {
		fmt.Fprintf(w, "  gocached %-12s %s\n", c.Name(), c.Short)
	}
}

// usage returns a flag as the help writes it, with what stands for its argument.
func usage(row *settings.Setting) string {
	switch {
	case row.Arg == "":
		return row.Name()
	case row.Letter == 0:
		return row.Name() + "=<" + row.Arg + ">"
	}
	return row.Name() + " <" + row.Arg + ">"
}

// printOptions prints keys of -o, and under which condition they are there.
func printOptions(w io.Writer, options []engine.Option, condition string) {
	for _, o := range options {
		left := "-o " + o.Key
		if o.Kind.Arg != "" {
			left += "=<" + o.Kind.Arg + ">"
		}
		printHelpLine(w, left, condition+o.Help)
	}
}

// printHelpLine prints one flag and its sentence, broken into lines.
func printHelpLine(w io.Writer, left, text string) {
	indent := strings.Repeat(" ", helpIndent)
	if len(left) >= helpIndent {
		fmt.Fprintln(w, left)
		left = ""
	}
	for _, line := range wrap(text, helpWidth-helpIndent) {
		fmt.Fprintf(w, "%-*s%s\n", len(indent), left, line)
		left = ""
	}
}

// printLongNames prints the long names of all flags that have a letter.
func printLongNames(w io.Writer) {
	var names []string
	for _, row := range settings.Table() {
		if row.Letter != 0 && !row.Absent {
			names = append(names, row.Name()+" --"+row.Long)
		}
	}
	fmt.Fprintln(w, "\nEach letter has a long name too:")
	for len(names) > 0 {
		row := names[:min(3, len(names))]
		names = names[len(row):]
		line := ""
		for _, name := range row {
			line += fmt.Sprintf("  %-24s", name)
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// wrap breaks a text at blanks into lines of at most width bytes.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
