package table

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestInstalledMemcached compares tables with those that the memcached in PATH prints under -vv.
func TestInstalledMemcached(t *testing.T) {
	program, err := exec.LookPath("memcached")
	if err != nil {
		t.Skip("NOT CHECKED against a real memcached, since there is none in PATH: install one")
	}
	out, err := exec.Command(program, "-V").Output()
	v, err2 := Find(strings.TrimPrefix(strings.TrimSpace(string(out)), "memcached "))
	if err != nil || err2 != nil {
		t.Fatalf("%s -V: %q, %v, %v", program, out, err, err2)
	}
	for _, c := range []struct {
		words string
		flags Flags
	}{
		{"", Flags{}},
		{"-C", Flags{}},
		{"-f 2", Flags{Factor: 2}},
		{"-f 2 -n 80", Flags{Factor: 2, ChunkMin: 80}},
		{"-f 1.01", Flags{Factor: 1.01}},
		{"-f 1.08 -n 5", Flags{Factor: 1.08, ChunkMin: 5}},
		{"-n 1000", Flags{ChunkMin: 1000}},
		{"-n 600000", Flags{ChunkMin: 600000}},
		{"-I 2m", Flags{ItemMax: 2 << 20}},
		{"-I 512k", Flags{ItemMax: 512 << 10}},
		{"-o slab_chunk_max=16384", Flags{ChunkMax: 16384}},
		{"-o slab_sizes=100-200-1000-5000", Flags{Sizes: []int{100, 200, 1000, 5000}}},
	} {
		if len(c.flags.Sizes) > 0 && !v.TakesSizes() || c.flags.ChunkMax > 0 && !v.Chains() {
			continue
		}
		table, err := v.Table(c.flags)
		if err != nil {
			t.Fatalf("%s: %v", c.words, err)
		}
		if got := printed(t, program, strings.Fields(c.words), len(table.Classes)); got != listed(table) {
			t.Errorf("%s: memcached %v prints\n%swe\n%s", c.words, v, got, listed(table))
		}
	}
}

// listed writes a table as memcached prints it.
func listed(table Table) string {
	var b strings.Builder
	for _, c := range table.Classes {
		fmt.Fprintf(&b, "slab class %3d: chunk size %9d perslab %7d\n", c.ID, c.Size, c.PerPage)
	}
	return b.String()
}

// printed returns the table that memcached prints, and one line more than there should be, if there is one.
func printed(t *testing.T, program string, words []string, want int) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "table") // t.TempDir is closed to the user that memcached becomes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	words = append(words, "-vv", "-t", "1", "-U", "0", "-s", filepath.Join(dir, "socket"))
	if os.Getuid() == 0 {
		words = append(words, "-u", "nobody")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, words...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	lines := bufio.NewScanner(pipe)
	for n := 0; lines.Scan() && !strings.HasPrefix(lines.Text(), "<"); n++ {
		b.WriteString(lines.Text() + "\n")
		if n > want {
			break
		}
	}
	cancel()
	cmd.Wait()
	return b.String()
}
