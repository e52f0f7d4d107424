package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSlabsFaults: whatever is wrong with the words, it is said in one line, and the exit status is 1.
func TestSlabsFaults(t *testing.T) {
	for words, want := range map[string]string{
		"a b":                         `"b" is too much: gocached slabs asks one server at a time`,
		"11211":                       `"11211" is a number, not a server: did you mean 127.0.0.1:11211?`,
		"/etc/passwd":                 `"/etc/passwd" is a file, not a server: did you mean --histogram /etc/passwd?`,
		"localhost:1 -f 2":            "--slab-growth-factor goes without an address: a server says itself how it was started",
		"localhost:1 --histogram x":   "--histogram goes without an address: a server says itself how it was started",
		"localhost:1":                 "localhost:1: nothing listens there",
		"--histogram /nowhere":        "--histogram: open /nowhere: no such file or directory",
		"--histogram /dev/zero":       "/dev/zero: that is no stats sizes: it has a line without end",
		"--vintage 3":                 `"3" is no version of memcached's: they go from 1.1 to 1.6, such as 1.4.5`,
		"--bits 5":                    "words of 5 bits: there are 32 and 64",
		"-f 1":                        "Factor must be greater than 1",
		"-f 0":                        `invalid argument "0" for "-f, --slab-growth-factor" flag: it takes a number above 1`,
		"-f x":                        `invalid argument "x" for "-f, --slab-growth-factor" flag: it takes a number above 1`,
		"-n 0":                        `invalid argument "0" for "-n, --slab-min-size" flag: it takes a number of bytes, such as 500, 64k or 1m`,
		"-I 5q":                       `invalid argument "5q" for "-I, --max-item-size" flag: it takes a number of bytes, such as 500, 64k or 1m`,
		"-I 99999999999k":             `invalid argument "99999999999k" for "-I, --max-item-size" flag: it takes a number of bytes, such as 500, 64k or 1m`,
		"--slab-sizes 1--2":           `invalid argument "1--2" for "--slab-sizes" flag: it takes a number of bytes, such as 500, 64k or 1m`,
		"--slab-sizes 100-200":        "memcached 1.4.5 has no slab_sizes: that came with 1.4.27",
		"-f 1.1 --vintage 1.1":        "memcached 1.1 has neither -f nor -n: its classes are the powers of two",
		"--user alice localhost:1":    "--user needs a password: in the environment under GOCACHED_PASSWORD, or by --password-file",
		"--vintage 1.6 -I 600k":       "-I (item_size_max: 614400) must be evenly divisible by slab_chunk_max (bytes: 524288)",
		"--vintage 1.6 --foo":         "unknown flag: --foo: gocached slabs --help lists all there are",
		"--vintage 1.6 --slab-size 1": "unknown flag: --slab-size: did you mean --slab-sizes?",
	} {
		if got := runBinary(t, append([]string{"slabs"}, strings.Fields(words)...)...); (got != outcome{1, "", want + "\n"}) {
			t.Errorf("%s: got %+v, want %q", words, got, want)
		}
	}
}

// TestSlabsLogsIn: a server with -S is asked in binary, under a name.
func TestSlabsLogsIn(t *testing.T) {
	writeUsers(t)
	r := startBinary(t, "-S")
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := runBinary(t, "slabs", r.address(), "--user", "alice", "--password-file", file)
	if got.exit != 0 || !strings.HasPrefix(got.stdout, "gocached ") || !strings.Contains(got.stdout, ": 0 items\n") {
		t.Errorf("%+v", got)
	}
}
