package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"gocached/server"
)

// subcommands returns what gocached can do besides serving. The first argument names one; it reads the rest itself.
func subcommands() []*cobra.Command {
	return []*cobra.Command{toolCommand(), benchCommand()}
}

// run does what the arguments ask for and returns the exit status.
func (p *program) run(args []string) int {
	commands := subcommands()
	named := len(args) > 0 && slices.ContainsFunc(commands, func(c *cobra.Command) bool {
		return c.Name() == args[0] || c.HasAlias(args[0])
	})
	if !named {
		var err error
		var stray []string
		if args, stray, err = readArguments(args); err != nil {
			fmt.Fprintf(p.stderr, "%s: %v\nIllegal argument \"?\"\n", p.name, err)
			return server.ExitFault
		}
		p.warnings = strayWarnings(stray, commands)
	}
	root := p.root(commands)
	root.SetArgs(args)
	return p.report(root.Execute())
}

// root returns the command that serves, with the subcommands below it.
func (p *program) root(commands []*cobra.Command) *cobra.Command {
	settings := server.DefaultSettings()
	root := &cobra.Command{
		Use:           "gocached",
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if print := action(cmd.Flags()); print != nil {
				print(p.stdout)
				return nil
			}
			return p.serve(settings)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	addFlags(root.Flags(), settings, server.Table())
	usual := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if cmd != root {
			usual(cmd, args)
			return
		}
		printHelp(p.stdout)
	})
	root.AddCommand(commands...)
	return root
}

// action returns what -h, -i or -V print, or nil if the flags ask for none of them.
func action(flags interface{ Changed(string) bool }) func(io.Writer) {
	for _, a := range []struct {
		flag  string
		print func(io.Writer)
	}{{"help", printHelp}, {"license", printLicence}, {"version", printVersion}} {
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
	status := server.ExitFault
	var faults server.Faults
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
