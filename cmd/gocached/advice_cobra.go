package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gocached/server/settings"
)

// What is said of the subcommands' arguments, instead of cobra's words: what was understood, and what to type.

// flagFault words an error about a flag of a subcommand.
func flagFault(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		advice := longAdvice(unknown.GetSpecifiedName(), names)
		if !strings.HasPrefix(advice, "did you") {
			advice = cmd.CommandPath() + " --help lists all there are"
		}
		return fmt.Errorf("%w: %s", err, advice)
	case errors.As(err, &wrong):
		if kind, ok := kinds[wrong.GetFlag().Value.Type()]; ok {
			return fmt.Errorf("--%s needs %s, not %q", wrong.GetFlag().Name, kind, wrong.GetValue())
		}
	}
	return err
}

// kinds says what the flags of a type take. Types of our own say it themselves.
var kinds = map[string]string{
	"int": "a whole number", "float64": "a number", "duration": "a time, such as 5s or 200ms", "bool": "true or false",
}

// onlySubcommands refuses a word that names none of a command's subcommands.
func onlySubcommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	if like := settings.Nearest(args[0], names); like != "" {
		return fmt.Errorf("%q is no subcommand: did you mean %s %s?", args[0], cmd.CommandPath(), like)
	}
	return fmt.Errorf("%q is no subcommand: there are %s", args[0], strings.Join(names, ", "))
}

// onlyHelped refuses to explain what is no subcommand.
func onlyHelped(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || isSubcommand(cmd.Root(), args[0]) {
		return nil
	}
	return onlySubcommands(cmd.Root(), args)
}

// onlyShells refuses a word that names no shell there is a script for.
func onlyShells(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return fmt.Errorf("there is no script for %q: the shells are %s", args[0], strings.Join(names, ", "))
}

// noWords refuses whatever follows a command that takes flags alone.
func noWords(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%q is too much: %s takes no words", args[0], cmd.CommandPath())
}

// noAddresses refuses words without a flag, which are most likely servers.
func noAddresses(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	name := "NAME="
	if strings.Contains(args[0], "=") {
		name = ""
	}
	return fmt.Errorf("%q belongs to no flag: a server is given as --server %s%[1]s", args[0], name)
}
