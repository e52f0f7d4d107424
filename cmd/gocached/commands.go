package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gocached/server/settings"
)

// subcommands returns what gocached can do besides serving. The first argument names one; it reads the rest itself.
func (p *program) subcommands() []*cobra.Command {
	return []*cobra.Command{toolCommand(), slabsCommand(), benchCommand(), p.versionCommand()}
}

// run does what the arguments ask for and returns the exit status.
func (p *program) run(args []string) int {
	root := p.root()
	if len(args) == 0 || !isSubcommand(root, args[0]) {
		words, err := p.readArguments(args, root)
		if err != nil {
			p.warn(p.warnings)
			fmt.Fprintf(p.stderr, "%s: %v\n", p.name, err)
			return settings.ExitFault
		}
		args = words
	}
	root.SetArgs(args)
	return p.report(root.Execute())
}

// readArguments brings the arguments of a server into cobra's form, and notes what is odd about them.
func (p *program) readArguments(args []string, root *cobra.Command) ([]string, error) {
	n := normaliser{args: args, table: settings.Table(), newer: asksFor1645(args)}
	err := n.read()
	p.warnings = append(n.hints, strayWarnings(n.stray, root.Commands())...)
	return n.out, err
}

// asksFor1645 says whether arguments ask for the 1.6 mode, before they are read: that decides which letters are flags.
func asksFor1645(args []string) bool {
	return slices.ContainsFunc(args, func(word string) bool { return strings.Contains(word, "compat=1.6") })
}

// isSubcommand reports whether a word names one of the root's commands, or is what its scripts for shells ask by.
func isSubcommand(root *cobra.Command, word string) bool {
	return word == cobra.ShellCompRequestCmd || word == cobra.ShellCompNoDescRequestCmd ||
		slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == word || c.HasAlias(word) })
}

// root returns the command that serves, with the subcommands below it.
func (p *program) root() *cobra.Command {
	st := settings.Default(engineInfos()...)
	root := &cobra.Command{
		Use:           "gocached",
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if print := action(cmd.Flags(), st); print != nil {
				print(p.stdout)
				return nil
			}
			return p.serve(st)
		},
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	addFlags(root.Flags(), st, settings.Table())
	addCompletions(root, st)
	usual := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if cmd != root {
			usual(cmd, args)
			return
		}
		printHelp(p.stdout, st.Compat)
	})
	root.SetFlagErrorFunc(flagFault)
	root.AddCommand(p.subcommands()...)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	amend(root)
	return root
}

// amend gives the commands that cobra adds sentences that fit into the help, and errors for words that mean nothing to them.
func amend(root *cobra.Command) {
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.Short = "Print a script by which a shell completes flags"
			c.Args = onlyShells
			c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
			for _, shell := range c.Commands() {
				shell.Args = noWords
			}
		case "help":
			c.Short = "Explain a subcommand"
			c.Args = onlyHelped
		}
	}
}

// action returns what -h, -i or -V print, or nil if the flags ask for none of them.
func action(flags interface{ Changed(string) bool }, st *settings.Settings) func(io.Writer) {
	help := func(w io.Writer) { printHelp(w, st.Compat) }
	for _, a := range []struct {
		flag  string
		print func(io.Writer)
	}{{"help", help}, {"license", printLicence}, {"version", printVersion}} {
		if flags.Changed(a.flag) {
			return a.print
		}
	}
	return nil
}

// exitError is an error with the exit status that goes with it.
type exitError struct {
	status int
	err    error // nil if the operator has been told already
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// exit makes an error with an exit status out of a text.
func exit(status int, format string, args ...any) error {
	return &exitError{status, fmt.Errorf(format, args...)}
}

// report tells the operator of an error and returns the exit status.
func (p *program) report(err error) int {
	if err == nil {
		return 0
	}
	status := settings.ExitFault
	var faults settings.Faults
	var exit *exitError
	switch {
	case errors.As(err, &exit):
		status = exit.status
		if exit.err == nil {
			return status
		}
	case errors.As(err, &faults):
		status = faults.Exit()
	}
	fmt.Fprintln(p.stderr, err)
	return status
}
