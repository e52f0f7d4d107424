package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"tool", "bench"}
	for word, want := range map[string]string{
		"bnech": "bench", "bench": "bench", "benhc": "bench", "benches": "bench", "Tool": "tool", "tol": "tool", "tools": "tool", "to": "",
		"bech": "bench", "": "", "t": "", "ok": "", "64": "", "memcached": "", "start": "", "benchmark": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"abc", "abc", 0}, {"ab", "ba", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestStrayWords checks that words without a meaning stay without one, as with memcached, and that a warning tells who
// misspelt a subcommand what he got instead.
func TestStrayWords(t *testing.T) {
	for _, c := range []struct{ words, warning string }{
		{"word", ""},
		{"-k bnech -v", `warning: "bnech" is no subcommand, and is passed over: did you mean gocached bench? There are: tool, bench`},
		{"-v tool 127.0.0.1", `warning: "tool" comes too late to mean gocached tool, and is passed over: a subcommand is the first word`},
		{"-v -- tolo", `warning: "tolo" is no subcommand, and is passed over: did you mean gocached tool? There are: tool, bench`},
		{"-s tool -P bench", ""}, // arguments
		{"-h tol", ""},
	} {
		_, stray, err := readArguments(strings.Fields(c.words))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strayWarnings(stray, subcommands()), "\n"); got != c.warning {
			t.Errorf("%s: %q, want %q", c.words, got, c.warning)
		}
	}
}

// TestStrayWordServes: a warning on stderr, once, and a server all the same.
func TestStrayWordServes(t *testing.T) {
	r := startBinary(t, "bnech")
	if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", r.port), "version"); got != "VERSION 1.4.5" {
		t.Errorf("version: %q", got)
	}
	exit := r.end(t, os.Interrupt)
	if got := r.stderr.String(); exit != 0 || strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, `warning: "bnech" is no`) {
		t.Errorf("exit status %d, stderr %q", exit, got)
	}
	if slices.Contains(strings.Fields(r.stderr.String()), "tool,") == false {
		t.Errorf("the subcommands are not named: %q", r.stderr.String())
	}
}
