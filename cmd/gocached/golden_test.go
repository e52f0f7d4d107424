package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gocached/internal/golden"
)

// goldenGroups are the recordings that the program must pass today.
var goldenGroups = []string{"text", "size", "stats", "startup", "binary", "sasl", "udp", "modern", "meta"}

// TestGolden plays recorded conversations with memcached 1.4.5, and with 1.6.45 where gocached answers as that does, against
// the program as it is built, flags and all.
func TestGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and starts the program for each case")
	}
	program := buildProgram(t)
	golden.Run(t, golden.Config{
		Start:   golden.Binary(program),
		Program: program,
		Groups:  goldenGroups,
		Without: golden.Later,
	})
}

// TestGoldenModernStart plays the command lines that were recorded from memcached 1.6.45 in the 1.6 mode.
func TestGoldenModernStart(t *testing.T) {
	dir, err := golden.Dir()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := golden.Load(dir, true, "meta")
	if err != nil {
		t.Fatal(err)
	}
	program := buildProgram(t)
	for _, c := range cases {
		if c.Transport != "argv" {
			continue
		}
		c.Argv = append([]string{"-o", "compat=1.6"}, c.Argv...)
		if err := golden.PlayArgv(c, program); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// buildProgram builds the program, or takes the one that GOCACHED_BINARY names.
func buildProgram(t *testing.T) string {
	t.Helper()
	if program := os.Getenv("GOCACHED_BINARY"); program != "" {
		return program
	}
	program := filepath.Join(t.TempDir(), "gocached")
	build := exec.Command("go", "build", "-o", program, ".")
	var said bytes.Buffer
	build.Stdout, build.Stderr = &said, &said
	if err := build.Run(); err != nil {
		t.Fatalf("go build: %v\n%s", err, said.String())
	}
	return program
}
