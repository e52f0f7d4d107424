//go:build !race

package slab

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

// mapping is what the system says of the mapping that begins at an address (/proc/self/smaps).
type mapping struct {
	huge  int // KiB in huge pages
	flags string
}

func mappingOf(t *testing.T, m *Memory) (found mapping) {
	t.Helper()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from <= uintptr(m.Start) && uintptr(m.Start) < to
		}
		if !inside {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "AnonHugePages:"); ok {
			fmt.Sscan(rest, &found.huge)
		}
		if rest, ok := strings.CutPrefix(line, "VmFlags:"); ok {
			found.flags = rest + " "
		}
	}
	return found
}

// fallbacks is how often the system wanted to give a huge page and had none.
func fallbacks() string {
	text, _ := os.ReadFile("/proc/vmstat")
	_, rest, _ := strings.Cut(string(text), "\nthp_fault_fallback ")
	n, _, _ := strings.Cut(rest, "\n")
	return n
}

// TestHugePages: the memory for items is in huge pages wherever the system has them, and is backed ahead of its use.
func TestHugePages(t *testing.T) {
	before := fallbacks()
	a, none, err := NewArena(Config{Limit: 64 << 20, PageSize: PageSize, ChunkSmall: 96, ChunkLarge: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if none != nil {
		t.Skip(none)
	}
	var c Class
	c.Init(1, 1<<20, 16, PageSize)
	for range 9 { // 9 MiB, the first from a boundary on
		c.AddPage(a)
		*(*byte)(a.At(c.Alloc(a))) = 1
	}
	a.ahead.work.Wait()
	m := mappingOf(t, a.memory)
	if !strings.Contains(m.flags, " hg ") {
		t.Errorf("huge pages are not asked for: %q", m.flags)
	}
	if want := (9<<20 + aheadBytes) >> 10; m.huge < want && fallbacks() == before {
		t.Errorf("%d KiB are in huge pages, want %d", m.huge, want)
	}
}
