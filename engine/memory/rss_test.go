//go:build linux && !race

package memory

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"gocached/engine/enginetest"
)

// TestResident pushes 900 MiB through a cache of 64: the process may grow by little more than the limit.
func TestResident(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 900 MiB")
	}
	e, h := start(t, nil)
	before := resident(h)
	value := []byte(strings.Repeat("v", 4000))
	key := make([]byte, 0, 32)
	for pushed := 0; pushed < 900<<20; {
		n := 10 + pushed%3990
		put(e, benchKey(key[:0], pushed), value[:n])
		pushed += n
	}
	after := resident(h)
	t.Logf("resident before %d KiB, after %d KiB", before>>10, after>>10)
	if grown := after - before; grown > 71<<20 {
		t.Errorf("the process grew by %d MiB", grown>>20)
	}
}

// resident returns how many bytes of the process are in memory, without the up to 4 MiB that Go's collector leaves lying around.
func resident(h *enginetest.Harness) int64 {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		h.Skip(err)
	}
	var size, pages int64
	fmt.Sscan(string(text), &size, &pages)
	return pages * int64(os.Getpagesize())
}

// TestCutLimit: a limit beyond what refs can name is cut, and the operator is told once.
func TestCutLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("reserves 128 GiB of addresses")
	}
	for limit, want := range map[int64]int{1 << 30: 0, 512 << 30: 1} {
		s, told := enginetest.Settings(t), 0
		s.MemoryLimit, s.ChunkMin = limit, 1
		s.Warn = func(msg string) {
			told++
			if !strings.Contains(msg, "of 524288 MB") {
				t.Error(msg)
			}
		}
		e := New()
		if err := e.Initialize(s); err != nil {
			t.Fatal(err)
		}
		if err := e.Shutdown(t.Context()); err != nil || told != want {
			t.Errorf("-m %d: %d warnings, want %d; %v", limit>>20, told, want, err)
		}
	}
}
