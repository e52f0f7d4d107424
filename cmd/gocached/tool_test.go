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
	} {
		addresses, mode, err := splitMode(c.args)
		if err != nil || mode != c.mode || !slices.Equal(addresses, c.addresses) {
			t.Errorf("%v: %v, %q, %v", c.args, addresses, mode, err)
		}
	}
	for _, args := range [][]string{{}, {"stats"}} {
		if _, _, err := splitMode(args); err == nil {
			t.Errorf("%v names no server and is taken", args)
		}
	}
	want := `"stast" is no mode: did you mean stats? If it is a server, give its port too: stast:11211`
	if _, _, err := splitMode([]string{"a", "stast"}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
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
