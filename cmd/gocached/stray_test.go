package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gocached/server/settings"
)

// TestStrayWords checks that words without a meaning stay without one, as with memcached, and that a warning tells what
// each was probably meant for.
func TestStrayWords(t *testing.T) {
	commands := (&program{}).root().Commands()
	const there = "There are: bench, completion, help, slabs, tool, version"
	for words, want := range map[string][]string{
		"word":                 {`"word" %: gocached --help lists the flags`},
		"-k bnech -v":          {`"bnech" %: did you mean gocached bench? ` + there},
		"-v tool 127.0.0.1":    {`"tool" %: to mean gocached tool it must be the first word`, `"127.0.0.1" %: did you mean -l 127.0.0.1?`},
		"-v version":           {`"version" %: to mean gocached version it must be the first word`},
		"-v -- tolo":           {`"tolo" %: did you mean gocached tool? ` + there},
		"serve":                {`"serve" %: gocached serves without a subcommand`},
		"stats":                {`"stats" %: did you mean gocached tool ADDRESS stats?`},
		"localhost:11211":      {`"localhost:11211" %: did you mean -l localhost:11211?`},
		"::1":                  {`"::1" %: did you mean -l ::1?`},
		"11211":                {`"11211" %: did you mean -p 11211?`},
		"/run/cache.sock":      {`"/run/cache.sock" %: did you mean -s /run/cache.sock?`},
		"port=5":               {`"port=5" %: did you mean --port=5?`},
		"idle_timeout=5":       {`"idle_timeout=5" %: did you mean -o idle_timeout=5?`},
		"-m 64 64":             {`"64" %: gocached --help lists the flags`},
		"-p -U 0":              {`"0" %: gocached --help lists the flags`},
		"--port 5 6":           {`"6" %: gocached --help lists the flags`},
		"-m 64 ::1":            {`"::1" %: did you mean -l ::1?`},
		"-m 64 -d 5":           {`"5" %: did you mean -p 5?`},
		"-s tool -P bench":     nil, // arguments
		"-h tol":               nil,
		"a2 b2 c2 d2 e2 f2 g2": {`"a2"`, `"b2"`, `"c2"`, `"d2"`, `"e2"`, "2 more words belong to no flag"},
	} {
		n := normaliser{args: strings.Fields(words), table: settings.Table()}
		if err := n.read(); err != nil {
			t.Fatal(err)
		}
		got := strayWarnings(n.stray, commands)
		for i, line := range want {
			line = "warning: " + strings.Replace(line, "%", "belongs to no flag, and is passed over", 1)
			if i >= len(got) || !strings.HasPrefix(got[i], line) {
				t.Errorf("%s: %q, want %q", words, got, line)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %q", words, got)
		}
	}
	if got := strayWarnings([]strayWord{{}}, commands); got != nil {
		t.Errorf("a variable that is not set: %q", got)
	}
}

// TestStrayWordServes: a warning on stderr, once, and a server all the same; as root without -u the warning comes first.
func TestStrayWordServes(t *testing.T) {
	r := startBinary(t, "bnech")
	if got := ask(t, "tcp", fmt.Sprintf("127.0.0.1:%d", r.port), "version"); got != "VERSION 1.4.5" {
		t.Errorf("version: %q", got)
	}
	exit := r.end(t, os.Interrupt)
	if got := r.stderr.String(); exit != 0 || strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, `warning: "bnech" belongs to no flag`) {
		t.Errorf("exit status %d, stderr %q", exit, got)
	}
	needRoot(t)
	got := runBinary(t, "serve")
	if lines := strings.Split(got.stderr, "\n"); got.exit != 64 || len(lines) != 3 || !strings.HasPrefix(lines[0], `warning: "serve"`) {
		t.Errorf("%+v", got)
	}
}
