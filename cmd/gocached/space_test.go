package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

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
