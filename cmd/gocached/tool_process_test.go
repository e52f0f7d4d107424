package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestToolLogsIn: a server with -S says what it wants to who comes without a login, and serves who has one, whose password
// stands in the environment or in a file.
func TestToolLogsIn(t *testing.T) {
	writeUsers(t)
	r := startBinary(t, "-S")
	got := runBinary(t, "tool", r.address(), "stats")
	if got.exit != 1 || got.stdout != "" || !strings.Contains(got.stderr, "--user") || !strings.Contains(got.stderr, "SCRAM-SHA-512") {
		t.Errorf("without a login: %+v", got)
	}
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("secret\nmore\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got = runBinary(t, "tool", r.address(), "stats", "--user", "alice", "--password-file", file)
	if got.exit != 0 || !strings.Contains(got.stdout, "curr_items") {
		t.Errorf("with a file: %+v", got)
	}
	for password, exit := range map[string]int{"secret": 0, "guess": 1, "": 1} {
		t.Setenv("GOCACHED_PASSWORD", password)
		got = runBinary(t, "tool", r.address(), "settings", "--user=alice", "--mechanism=PLAIN")
		if got.exit != exit || exit == 0 && !strings.Contains(got.stdout, "auth_enabled_sasl") || strings.Contains(got.stderr, "guess") {
			t.Errorf("with %q: %+v", password, got)
		}
	}
	if got = runBinary(t, "tool", r.address(), "--password-file", file); got.exit != 1 || !strings.Contains(got.stderr, "goes with --user") {
		t.Errorf("a password without a name: %+v", got)
	}
}

// TestToolDumpTells: a dump holds all items and ends with status 0, or says how many are missing and ends with status 1. What
// was dumped can be fed to a server.
func TestToolDumpTells(t *testing.T) {
	r := startBinary(t)
	c := connect(t, "tcp", r.address())
	store := func(from, to int) {
		var b strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&b, "set key%05d 0 0 5 noreply\r\n%05d\r\n", i, i)
		}
		c.ask(b.String()+"version\r\n", "VERSION 1.4.5\r\n")
	}
	store(0, 100)
	got := runBinary(t, "tool", r.address(), "dump")
	if got.exit != 0 || got.stderr != "100 of 100 items\n" || strings.Count(got.stdout, "add key") != 100 {
		t.Errorf("exit %d, %s", got.exit, got.stderr)
	}
	other := connect(t, "tcp", startBinary(t).address())
	other.ask(got.stdout, strings.Repeat("STORED\r\n", 100))
	other.ask("get key00042\r\n", "VALUE key00042 0 5\r\n00042\r\nEND\r\n")
	const many = 70_000
	store(100, many)
	got = runBinary(t, "tool", r.address(), "dump")
	n, exit, want := strings.Count(got.stdout, "add key"), 0, ""
	if n < many {
		exit, want = 1, fmt.Sprintf("%d items are missing", many-n)
	}
	if got.exit != exit || !strings.HasPrefix(got.stderr, fmt.Sprintf("%d of %d items\n", n, many)) || !strings.Contains(got.stderr, want) {
		t.Errorf("exit %d, %d items: %s", got.exit, n, got.stderr)
	}
}
