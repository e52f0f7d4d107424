package main

import (
	"errors"
	"strings"
	"testing"

	"gocached/server/settings"
)

// FuzzCommandLine reads any command line, one argument a line, as run does up to the start of the server. Nothing
// panics, and what comes out is one of three: an error with an exit status of those for wrong usage, something to print,
// or settings that are valid. What valid means is FuzzSettings' business, in package server.
func FuzzCommandLine(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, "\n")
		words, err := normalise(args, settings.Table())
		if err != nil {
			if err.Error() == "" {
				t.Errorf("%q: an error without words", args)
			}
			return // run reports it with status 1
		}
		st := settings.Default(engineInfos()...)
		root := (&program{}).root()
		root.ResetFlags()
		addFlags(root.Flags(), st, settings.Table())
		if err := root.ParseFlags(words); err != nil || root.Flags().NArg() != 0 {
			t.Fatalf("%q became %q: %v", args, words, err)
		}
		if action(root.Flags(), st) != nil {
			return
		}
		st.Complete()
		var faults settings.Faults
		switch err := st.Validate(); {
		case err == nil:
			if st.Threads < 1 || st.ItemMax < 1 || st.Factor <= 1 {
				t.Errorf("%q: %+v", args, st)
			}
		case !errors.As(err, &faults) || faults.Exit() != settings.ExitFault && faults.Exit() != settings.ExitUsage:
			t.Errorf("%q: %v", args, err)
		}
	})
}
