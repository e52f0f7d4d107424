package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gocached/tool"
)

func TestSplitMode(t *testing.T) {
	for _, c := range []struct {
		args, addresses []string
		mode            string
	}{
		{[]string{"host:1"}, []string{"host:1"}, ""},
		{[]string{"host:1", "stats"}, []string{"host:1"}, "stats"},
		{[]string{"a", "b", "dump"}, []string{"a", "b"}, "dump"},
		{[]string{"stats:11211", "stats"}, []string{"stats:11211"}, "stats"},
		{[]string{"stat"}, []string{"stat"}, ""}, // a server's name
		{[]string{"a", "stat:11211"}, []string{"a", "stat:11211"}, ""},
		{[]string{"a", "10.0.0.5"}, []string{"a", "10.0.0.5"}, ""},
		{[]string{"a", "known"}, []string{"a", "known"}, ""},
		{[]string{"items", "stats"}, []string{"items"}, "stats"},
		{[]string{"stats", "a", "b"}, []string{"a", "b"}, "stats"},
		{[]string{"stats", "known"}, []string{"known"}, "stats"},
		{[]string{"stats", "dump"}, []string{"stats"}, "dump"},
	} {
		addresses, mode, err := splitMode(c.args, func(name string) bool { return name == "known" })
		if err != nil || mode != c.mode || !slices.Equal(addresses, c.addresses) {
			t.Errorf("%v: %v, %q, %v", c.args, addresses, mode, err)
		}
	}
	for words, want := range map[string]string{
		"":          "which server? Give its address, as in: gocached tool 127.0.0.1:11211 stats",
		"stats":     "which server? Give its address, as in: gocached tool 127.0.0.1:11211 stats",
		"a stast":   `"stast" is no mode: did you mean stats? If it is a server, give its port too: stast:11211`,
		"stast a.b": `"stast" is no mode: did you mean stats? If it is a server, give its port too: stast:11211`,
		"a items":   `"items" is no mode, and no host of that name is known; the modes are ` + strings.Join(modeNames(), ", "),
		"27100":     `"27100" is a number, not a server: did you mean 127.0.0.1:27100?`,
		"a 27100":   `"27100" is a number, not a server: did you mean 127.0.0.1:27100?`,
	} {
		if _, _, err := splitMode(strings.Fields(words), func(string) bool { return false }); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", words, err, want)
		}
	}
	if !isHost("localhost") || isHost("no-such-host.invalid") {
		t.Error("hosts are not told apart")
	}
}

func TestToolHelpListsEveryMode(t *testing.T) {
	var out bytes.Buffer
	cmd := toolCommand()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"--help"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, m := range tool.Modes {
		if !strings.Contains(out.String(), m.Name+" ") || !strings.Contains(out.String(), m.Help) {
			t.Errorf("the help does not list %s:\n%s", m.Name, out.String())
		}
	}
}
