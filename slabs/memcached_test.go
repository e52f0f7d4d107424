package slabs

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gocached/internal/eventually"
	"gocached/tool"
)

// TestInstalledMemcached: the memcached in PATH takes the sizes that are proposed, and then needs as many pages for the same
// items as was foretold.
func TestInstalledMemcached(t *testing.T) {
	program, err := exec.LookPath("memcached")
	if err != nil {
		t.Skip("NOT CHECKED against a real memcached, since there is none in PATH: install one")
	}
	before := fill(t, startMemcached(t, program, "-o", "track_sizes"))
	proposed := regexp.MustCompile(`Better for these items: (-o slab_sizes=[\d-]+)\n`).FindStringSubmatch(before)
	if proposed == nil {
		t.Fatalf("nothing proposed:\n%s", before)
	}
	after := fill(t, startMemcached(t, program, append(strings.Fields(proposed[1]), "-o", "track_sizes")...))
	foretold := regexp.MustCompile(`would take (\d+) MiB instead of (\d+) MiB`).FindStringSubmatch(before)
	taken := regexp.MustCompile(`% of (\d+) MiB`)
	was, is := taken.FindStringSubmatch(before), taken.FindStringSubmatch(after)
	if foretold == nil || was == nil || is == nil || !strings.Contains(after, "The classes fit") {
		t.Fatalf("before:\n%s\nafter:\n%s", before, after)
	}
	within(t, "now", foretold[2], was[1])
	within(t, "then", foretold[1], is[1])
}

// within holds a figure against what was foretold, which counts two or three half pages more.
func within(t *testing.T, what, foretold, taken string) {
	var a, b int
	fmt.Sscan(foretold, &a)
	fmt.Sscan(taken, &b)
	if a < b || a > b+3 {
		t.Errorf("%s: %d MiB foretold, %d MiB taken", what, a, b)
	}
}

// startMemcached starts one with these flags and returns the path of its socket.
func startMemcached(t *testing.T, program string, flags ...string) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "slabs") // t.TempDir is closed to the user that memcached becomes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(dir, "socket")
	flags = append(flags, "-m", "100", "-t", "1", "-U", "0", "-s", socket)
	if os.Getuid() == 0 {
		flags = append(flags, "-u", "nobody")
	}
	cmd := exec.CommandContext(t.Context(), program, flags...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return socket
}

// fill stores items of a few sizes, one of them so large that memcached 1.6 cuts it, and returns the report.
func fill(t *testing.T, socket string) string {
	t.Helper()
	var c net.Conn
	eventually.True(t, "a memcached that listens", func() bool {
		var err error
		c, err = net.Dial("unix", socket)
		return err == nil
	})
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	w := bufio.NewWriter(c)
	for i := range 30 {
		for _, size := range []int{20, 20, 20, 310, 310, 70_000, 70_000, 70_000, 5_000, 600_000} {
			for j := range 1 + 4_000/size {
				fmt.Fprintf(w, "set key_%06d_%06d_%06d 0 0 %d noreply\r\n%0*d\r\n", i, size, j, size, size, 0)
			}
		}
	}
	fmt.Fprint(w, "version\r\n")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.HasPrefix(line, "VERSION") {
		t.Fatalf("%q, %v", line, err)
	}
	var out bytes.Buffer
	if err := PrintServer(&out, socket, tool.Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
