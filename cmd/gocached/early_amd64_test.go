package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// On other systems than amd64 Go's own traces come first.

// megabytes is a limit.
func megabytes(n uint64) uint64 { return n << 20 }

// TestLimitedStarts: whatever the system limits, a start that cannot be ends with one sentence and status 71.
func TestLimitedStarts(t *testing.T) {
	const untouched = "most of which are never touched; "
	for _, c := range []struct {
		resource int
		most     uint64
		flags    string
		want     string
	}{
		{unix.RLIMIT_AS, megabytes(400), "", earlyLimits[0].text},
		{unix.RLIMIT_AS, megabytes(1000), "", earlyLimits[0].text},
		{unix.RLIMIT_AS, megabytes(1450), "", "the address space is limited to 1450 MB (ulimit -v): with -m 64, 1732 MB are needed, " +
			untouched + "lift the limit\n"},
		{unix.RLIMIT_AS, megabytes(1800), "-m 1024", "the address space is limited to 1800 MB (ulimit -v): with -m 1024, 2741 MB are needed, " +
			untouched + "give -m 129 or less, or lift the limit\n"},
		{unix.RLIMIT_DATA, megabytes(60), "", earlyLimits[1].text},
		{unix.RLIMIT_DATA, megabytes(150), "", "the data segment is limited to 150 MB (ulimit -d): with -m 64, 428 MB are needed, " +
			untouched + "lift the limit\n"},
		{unix.RLIMIT_NPROC, 4, "", earlyLimits[3].text},
		{unix.RLIMIT_NPROC, 18, "", fmt.Sprintf("the server needs up to 20 threads, and of the 18 that user %d may have (ulimit -u) ", stranger)},
		{unix.RLIMIT_NPROC, 30, "-t 16", fmt.Sprintf("the server needs up to 44 threads, and of the 30 that user %d may have (ulimit -u) ", stranger)},
		{unix.RLIMIT_NOFILE, 6, "-c 0", earlyLimits[2].text},
		{unix.RLIMIT_NOFILE, 20, "-c 0", "failed to raise the limit on open files to 76 for -c 0: the system allows 20 (ulimit -Hn); " +
			"raise that limit, or start as root\n"},
		{unix.RLIMIT_NOFILE, 500, "", "failed to raise the limit on open files to 1100 for -c 1024: the system allows 500 (ulimit -Hn); " +
			"give -c 424 or less, or raise that limit, or start as root\n"},
	} {
		if os.Geteuid() != 0 && strings.Contains(c.want, fmt.Sprint(stranger)) {
			continue
		}
		for _, daemon := range []string{"", "-d"} {
			args := strings.Fields("-l 127.0.0.1 -p -1 " + c.flags + " " + daemon)
			got := finish(limited(c.resource, c.most, false, args...))
			if got.exit != 71 || !strings.HasPrefix(got.stderr, c.want) || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("limit %d of %d, %v: exit %d, %.600q\nwant %q", c.resource, c.most, args, got.exit, got.stderr, c.want)
			}
		}
	}
}

// TestEarlyLimits: with as much as is asked for the program gets to main, time after time, and its figures are those that
// the texts name.
func TestEarlyLimits(t *testing.T) {
	for _, l := range earlyLimits {
		figure := fmt.Sprintf(" the %d ", l.least)
		if l.resource == unix.RLIMIT_AS || l.resource == unix.RLIMIT_DATA {
			figure = fmt.Sprintf(" the %d MB ", l.least>>20)
		}
		if !strings.Contains(l.text, figure) || !strings.HasSuffix(l.text, "\n") {
			t.Errorf("%q does not say%s", l.text, figure)
		}
		for range 5 {
			if got := finish(limited(int(l.resource), l.least, false, "-V")); got.exit != 0 {
				t.Errorf("limit %d of %d: exit %d, %.600q", l.resource, l.least, got.exit, got.stderr)
			}
		}
	}
	if got := finish(limited(unix.RLIMIT_NPROC, 4, true, "-V")); os.Geteuid() == 0 && got.exit != 0 {
		t.Errorf("root may have any number of threads: exit %d, %.600q", got.exit, got.stderr)
	}
}

// TestEarlyMemLimit: what the runtime cannot read in GOMEMLIMIT is told in one sentence, what it can read is passed on.
func TestEarlyMemLimit(t *testing.T) {
	for value, good := range map[string]bool{
		"": true, "off": true, "100000000": true, "100B": true, "100KiB": true, "64MiB": true, "1GiB": true, "1TiB": true, "0": true,
		"9223372036854775807": true, "9223372036854775807B": true, "8388607TiB": true, "9007199254740991KiB": true,
		"9223372036854775808": false, "9999999999999999999": false, "8388608TiB": false, "9007199254740992KiB": false,
		"rubbish": false, "1g": false, "64MB": false, "64M": false, "64Mi": false, "64MiBx": false, "B": false, "-1": false,
		"offf": false, "of": false, "12345678901234567890": false, " 5": false, "5 ": false, "MiB": false,
	} {
		t.Setenv("GOMEMLIMIT", value)
		t.Setenv("GOMEMLIMI", "rubbish") // another variable
		want := outcome{1, "", earlyMemLimit}
		got := runBinary(t, "-V")
		if good {
			want = outcome{0, got.stdout, ""}
		}
		if got != want || good && !strings.HasPrefix(got.stdout, "gocached ") {
			t.Errorf("GOMEMLIMIT=%q: exit %d, %.600q", value, got.exit, got.stderr)
		}
	}
}

// TestLimitedServes: with what is asked for a server starts and works.
func TestLimitedServes(t *testing.T) {
	for resource, most := range map[int]uint64{unix.RLIMIT_AS: megabytes(1732), unix.RLIMIT_DATA: megabytes(428), unix.RLIMIT_NPROC: 24} {
		dir := t.TempDir()
		os.Chmod(dir, 0o777)
		os.Chmod(filepath.Dir(dir), 0o755)
		ports := filepath.Join(dir, "ports")
		cmd := limited(resource, most, false, "-l", "127.0.0.1", "-p", "-1")
		cmd.Env = append(os.Environ(), "MEMCACHED_PORT_FILENAME="+ports)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill() })
		c := connect(t, "tcp", fmt.Sprintf("127.0.0.1:%d", readPort(t, ports)))
		value := strings.Repeat("x", 100_000)
		for i := range 1000 {
			c.ask(fmt.Sprintf("set key%d 0 0 %d\r\n%s\r\n", i, len(value), value), "STORED\r\n")
		}
		endCleanly(t, cmd)
	}
}
