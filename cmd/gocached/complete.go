package main

import (
	"strings"

	"github.com/spf13/cobra"

	"gocached/engine"
	"gocached/server/settings"
	"gocached/tool"
)

// What the scripts of gocached completion offer beside the names of flags: their values, as far as they are words or files.

// complete gives a flag its completions.
func complete(cmd *cobra.Command, flag string, by cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic(err) // there is no such flag, or it has some
	}
}

// addCompletions gives the server's flags theirs. s is what the words before say.
func addCompletions(root *cobra.Command, s *settings.Settings) {
	for _, row := range settings.Table() {
		switch {
		case row.Arg == "" || row.Arg == "file" || row.Absent:
		case row.Long == "extended":
			complete(root, row.Long, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
				return completeOption(optionsOf(s.Engine), typed), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
			})
		case row.Long == "engine":
			complete(root, row.Long, cobra.FixedCompletions(engineNames(), cobra.ShellCompDirectiveNoFileComp))
		default:
			complete(root, row.Long, cobra.FixedCompletions(row.Names, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}

// completeOption completes the last part of -o's argument: a key, or the value of one, if its values are words.
func completeOption(options []engine.Option, typed string) (offers []string) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	part := typed[len(before):]
	for _, o := range options {
		words := o.Kind.Names
		if !strings.HasPrefix(part, o.Key+"=") {
			words = []string{""}
		}
		for _, word := range words {
			offer := o.Key
			if o.Kind.Arg != "" {
				offer += "=" + word
			}
			if strings.HasPrefix(offer, part) {
				offers = append(offers, before+offer+"\t"+o.Help)
			}
		}
	}
	return offers
}

// completeMode offers the modes of gocached tool, in the place of the first word or behind the servers. Files, which unix
// sockets are, are offered where no mode fits.
func completeMode(_ *cobra.Command, args []string, typed string) (offers []string, _ cobra.ShellCompDirective) {
	for _, word := range args {
		if isMode(word) {
			return nil, cobra.ShellCompDirectiveDefault
		}
	}
	for _, m := range tool.Modes {
		if strings.HasPrefix(m.Name, typed) {
			offers = append(offers, m.Name+"\t"+m.Help)
		}
	}
	return offers, cobra.ShellCompDirectiveDefault
}
