package oplog

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// syncBuffer is a writer that a test may read while it is written to.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestLogWritesLinesInOrder(t *testing.T) {
	var out syncBuffer
	log := New(&out)
	var want strings.Builder
	for i := range 1000 {
		log.Printf("line %d", i)
		fmt.Fprintf(&want, "line %d\n", i)
	}
	if n, err := log.Write([]byte("two\nmore\n")); n != 9 || err != nil {
		t.Errorf("Write = %d, %v", n, err)
	}
	log.Printf("its own end\n")
	want.WriteString("two\nmore\nits own end\n")
	log.Close()
	if out.String() != want.String() {
		t.Errorf("wrote %q, want %q", out.String(), want.String())
	}
	if log.Dropped() != 0 {
		t.Errorf("dropped %d lines", log.Dropped())
	}
}

func TestLogCutsLongLines(t *testing.T) {
	var out syncBuffer
	log := New(&out)
	log.Printf("%s", strings.Repeat("x", 10*logLine))
	log.Close()
	if got, want := out.String(), strings.Repeat("x", logLine)+"\n"; got != want {
		t.Errorf("wrote %d bytes, want %d", len(got), len(want))
	}
}

// TestLogStuckWriter shows that a reader who does not read costs a bounded amount of memory and no waiting.
func TestLogStuckWriter(t *testing.T) {
	r, w := io.Pipe() // a write waits until somebody reads
	defer r.Close()
	log := New(w)
	const lines = 10000
	for range lines {
		log.Printf("%s", strings.Repeat("x", 99))
	}
	log.mu.Lock()
	waiting := len(log.pending)
	log.mu.Unlock()
	if waiting > logPending {
		t.Errorf("%d bytes wait, bound is %d", waiting, logPending)
	}
	// What the writer took in one piece may be as large as what may wait.
	if least := uint64(lines - 2*logPending/100 - 1); log.Dropped() < least {
		t.Errorf("dropped %d lines of %d, want at least %d", log.Dropped(), lines, least)
	}
	start := time.Now()
	log.Close()
	if d := time.Since(start); d > 10*logCloseWait {
		t.Errorf("Close took %v with a stuck writer", d)
	}
	before := log.Dropped()
	log.Printf("late")
	if log.Dropped() != before+1 {
		t.Error("a line after Close is not counted as dropped")
	}
}

// brokenWriter fails always.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestLogBrokenWriter(t *testing.T) {
	log := New(brokenWriter{})
	for range 5 {
		log.Printf("lost")
	}
	log.Close()
	log.Close()
	if log.Dropped() != 5 {
		t.Errorf("dropped %d lines, want 5", log.Dropped())
	}
}

func TestLogLevel(t *testing.T) {
	log := New(io.Discard)
	defer log.Close()
	if log.Level() != 0 {
		t.Errorf("level %d at the start", log.Level())
	}
	log.SetLevel(3)
	if log.Level() != 3 {
		t.Errorf("level %d, want 3", log.Level())
	}
}

func TestLogConcurrent(t *testing.T) {
	var out syncBuffer
	log := New(&out)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				log.Printf("a line")
			}
		})
	}
	group.Wait()
	log.Close()
	if got := strings.Count(out.String(), "a line\n"); uint64(got)+log.Dropped() != 800 {
		t.Errorf("%d lines written and %d dropped, want 800 together", got, log.Dropped())
	}
}
