package main

import (
	"errors"
	"strings"
	"testing"

	"gocached/server"
)

// FuzzCommandLine reads any command line, one argument a line, as run does up to the start of the server. Nothing
// panics, and what comes out is one of three: an error with an exit status of those for wrong usage, something to print,
// or settings that are valid. What valid means is FuzzSettings' business, in package server.
func FuzzCommandLine(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, "\n")
		words, err := normalise(args, server.Table())
		if err != nil {
			if err.Error() == "" {
				t.Errorf("%q: an error without words", args)
			}
			return // run reports it with status 1
		}
		settings := server.DefaultSettings()
		root := (&program{}).root()
		root.ResetFlags()
		addFlags(root.Flags(), settings, server.Table())
		if err := root.ParseFlags(words); err != nil || root.Flags().NArg() != 0 {
			t.Fatalf("%q became %q: %v", args, words, err)
		}
		if action(root.Flags()) != nil {
			return
		}
		settings.Complete()
		var faults server.Faults
		switch err := settings.Validate(); {
		case err == nil:
			if settings.Threads < 1 || settings.ItemMax < 1 || settings.Factor <= 1 {
				t.Errorf("%q: %+v", args, settings)
			}
		case !errors.As(err, &faults) || faults.Exit() != server.ExitFault && faults.Exit() != server.ExitUsage:
			t.Errorf("%q: %v", args, err)
		}
	})
}
