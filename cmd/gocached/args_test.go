package main

import (
	"slices"
	"strings"
	"testing"

	"gocached/server"
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
		got, err := normalise(strings.Fields(c.args), server.Table())
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, %v, want %s", c.args, got, err, c.want)
		}
	}
	got, err := normalise([]string{"-D", "", "-s", "a b"}, server.Table())
	if want := []string{"--prefix-delimiter=", "--unix-socket=a b"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestNormaliseErrors(t *testing.T) {
	for args, want := range map[string]string{
		"-Z":           "invalid option -- 'Z'",
		"-vZ":          "invalid option -- 'Z'",
		"-dp":          "option requires an argument -- 'p'",
		"-m":           "option requires an argument -- 'm'",
		"--port":       "option '--port' requires an argument",
		"--daemon=yes": "option '--daemon' doesn't allow an argument",
		"--nonsense":   "unrecognized option '--nonsense'",
		"--l":          "option '--l' is ambiguous; possibilities: '--listen' '--lock-memory' '--license' '--listen-backlog'",
		"-Z -h":        "invalid option -- 'Z'",
	} {
		if got, err := normalise(strings.Fields(args), server.Table()); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, %v, want %s", args, got, err, want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("-dm 64 -vv")
	f.Add("--port=5 -l a --")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := normalise(strings.Split(text, " "), server.Table())
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
	for _, row := range server.Table() {
		if row.Letter == 0 || row.Action() {
			continue
		}
		settings := server.DefaultSettings()
		words := []string{"-" + string(row.Letter)}
		if row.Arg != "" {
			words = append(words, "7")
		}
		args, err := normalise(words, server.Table())
		if err != nil {
			t.Errorf("-%c: %v", row.Letter, err)
			continue
		}
		root := (&program{}).root(nil)
		root.ResetFlags()
		addFlags(root.Flags(), settings, server.Table())
		if err := root.ParseFlags(args); err != nil {
			t.Errorf("-%c: %v", row.Letter, err)
		}
		if !settings.Given(row.Letter) {
			t.Errorf("-%c did not reach the settings", row.Letter)
		}
	}
}
