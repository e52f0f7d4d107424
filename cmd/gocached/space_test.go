package main

import (
	"testing"

	"golang.org/x/sys/unix"

	"gocached/lru"
)

// TestSpaceForGhosts: what is reserved for ghosts is counted.
func TestSpaceForGhosts(t *testing.T) {
	const classes = 400
	for _, limit := range []int64{1 << 20, 64 << 20, 4 << 30} {
		m, err := lru.NewGhostMemory(limit, classes)
		if err != nil {
			t.Fatal(err)
		}
		counted := limit/ghostShare + tableSpace
		if n := m.Reserved(); n > counted || n < limit/ghostShare {
			t.Errorf("%d bytes for items: %d are reserved for ghosts, %d are counted", limit, n, counted)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestHugeSpaceLimit: a limit that is larger than any machine is none, also one that a signed number does not hold.
func TestHugeSpaceLimit(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &before); err != nil || before.Cur != unix.RLIM_INFINITY {
		t.Skip("it is limited already")
	}
	defer func() { _ = unix.Setrlimit(unix.RLIMIT_AS, &before) }()
	for _, most := range []uint64{1 << 62, 1 << 63, 1<<64 - 4096} {
		if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: most, Max: before.Max}); err != nil {
			t.Fatal(err)
		}
		if err := checkSpace(64<<20, 1<<20, 20); err != nil {
			t.Errorf("limit %d: %v", most, err)
		}
	}
}
