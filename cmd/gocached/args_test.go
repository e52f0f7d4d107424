package main

import (
	"slices"
	"strings"
	"testing"

	"gocached/server/settings"
)

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", ""},
		{"-m64 -vv", "--memory-limit=64 --verbose --verbose"},
		{"-dm 64", "--daemon --memory-limit=64"},
		{"-dm64", "--daemon --memory-limit=64"},
		{"-p -1 -U -1", "--port=-1 --udp-port=-1"},
		{"-p-1", "--port=-1"},
		{"-l 127.0.0.1 -l ::1", "--listen=127.0.0.1 --listen=::1"},
		{"-s -d", "--unix-socket=-d"}, // the argument, whatever it looks like
		{"-m=5", "--memory-limit==5"}, // as getopt: the sign belongs to the argument
		{"word -d other -k", "--daemon --lock-memory"},
		{"-d -- -k", "--daemon"},
		{"-d - -k", "--daemon --lock-memory"},
		{"-p --", "--port=--"},
		{"--port=5 --port 6", "--port=5 --port=6"},
		{"--port= -d", "--port= --daemon"},
		{"--mem 5", "--memory-limit=5"},
		{"--dae", "--daemon"},
		{"--max-item-size=2m -C", "--max-item-size=2m --disable-cas"},
		{"-t 0 -h -Z", "--help"},
		{"-vh", "--help"},
		{"-V", "--version"},
		{"-di", "--license"},
	} {
		got, err := normalise(strings.Fields(c.args), settings.Table())
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, %v, want %s", c.args, got, err, c.want)
		}
	}
	got, err := normalise([]string{"-D", "", "-s", "a b"}, settings.Table())
	if want := []string{"--prefix-delimiter=", "--unix-socket=a b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

// TestNormaliseErrors: getopt's words, memcached's line below them, and what was probably meant.
func TestNormaliseErrors(t *testing.T) {
	const all = "gocached --help lists all there are"
	for _, c := range []struct{ args, complaint, advice string }{
		{"-Z", "invalid option -- 'Z'", ""},
		{"-vZ", "invalid option -- 'Z'", ""},
		{"-T 4", "invalid option -- 'T'", "did you mean -t, --threads?"},
		{"-dp", "option requires an argument -- 'p'", ""},
		{"-m", "option requires an argument -- 'm'", ""},
		{"--port", "option '--port' requires an argument", ""},
		{"--daemon=yes", "option '--daemon' doesn't allow an argument", ""},
		{"--nonsense", "unrecognized option '--nonsense'", all},
		{"--prt=5", "unrecognized option '--prt'", "did you mean --port?"},
		{"--memroy-limit 64", "unrecognized option '--memroy-limit'", "did you mean --memory-limit?"},
		{"--item-size=2m", "unrecognized option '--item-size'", "did you mean --max-item-size?"},
		{"--l", "option '--l' is ambiguous; possibilities: '--listen' '--lock-memory' '--license' '--listen-backlog'", ""},
		{"-Z -h", "invalid option -- 'Z'", ""},
	} {
		got, err := normalise(strings.Fields(c.args), settings.Table())
		want := c.complaint + "\nIllegal argument \"?\""
		if c.advice != "" {
			want += "\n -- " + c.advice
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s:\ngot  %v, %v\nwant %s", c.args, got, err, want)
		}
	}
}

// TestOneDash: a long name behind one dash is read as getopt reads it, with a warning.
func TestOneDash(t *testing.T) {
	for words, want := range map[string]string{
		"-port=5":       "warning: -port=5 is read as -p and what is glued to it: did you mean --port?",
		"-memory 64":    "warning: -memory is read as -m and what is glued to it: did you mean --memory-limit?",
		"-listen":       "warning: -listen is read as -l and what is glued to it: did you mean --listen?",
		"-verbose":      "warning: -verbose is read as -v and what is glued to it: did you mean --verbose?",
		"-p5 -vvv -m64": "",
		"-user -h":      "", // what is printed instead needs no warning
	} {
		n := normaliser{args: strings.Fields(words), table: settings.Table()}
		_ = n.read()
		if got := strings.Join(n.hints, "\n"); got != want {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("-dm 64 -vv")
	f.Add("--port=5 -l a --")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := normalise(strings.Split(text, " "), settings.Table())
		if err != nil {
			return
		}
		for _, word := range got {
			if !strings.HasPrefix(word, "--") || len(word) < 4 {
				t.Errorf("%q: got %q", text, got)
			}
		}
	})
}

// TestFlags checks that every flag of the table arrives in the settings by way of cobra.
func TestFlags(t *testing.T) {
	for _, row := range settings.Table() {
		if !row.IsFlag() || row.Action() {
			continue
		}
		st := settings.Default()
		words := []string{row.Name()}
		if row.Newer {
			words = []string{"-o", "compat=1.6", row.Name()}
		}
		if row.Arg != "" {
			words = append(words, "7")
		}
		args, err := normalise(words, settings.Table())
		if err != nil {
			t.Errorf("%s: %v", row.Name(), err)
			continue
		}
		root := (&program{}).root()
		root.ResetFlags()
		addFlags(root.Flags(), st, settings.Table())
		if err := root.ParseFlags(args); err != nil {
			t.Errorf("%s: %v", row.Name(), err)
		}
		if !st.Given(row.Long) {
			t.Errorf("%s did not reach the settings", row.Name())
		}
	}
}

// normalise returns the arguments as the normaliser leaves them.
func normalise(args []string, table []settings.Setting) ([]string, error) {
	n := normaliser{args: args, table: table, newer: asksFor1645(args)}
	err := n.read()
	return n.out, err
}
