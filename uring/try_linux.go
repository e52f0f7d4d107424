package uring

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// try sends and receives a few bytes within the process, in each of the four ways that there are. Where a ring can be made
// it is still not said that it may be entered, and a kernel that only resembles Linux may know no sends.
func (r *Ring) try() error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("socketpair: %w", err)
	}
	defer unix.Close(ends[0])
	defer unix.Close(ends[1])
	const text = "try"
	sent, got := []byte(text), make([]byte, 2*len(text))
	calls := []Call{
		{FD: ends[0], Bytes: sent},
		{FD: ends[0], Vector: whole(sent)},
		{FD: ends[1], Receive: true, Bytes: got[:len(text)]},
		{FD: ends[1], Receive: true, Vector: whole(got[len(text):])},
	}
	if n := r.some(calls); n < len(calls) {
		if n == 0 {
			return r.refusal()
		}
		return fmt.Errorf("io_uring takes %d of %d calls", n, len(calls))
	}
	for _, c := range calls {
		if c.Err != nil {
			return fmt.Errorf("io_uring: %w", c.Err)
		}
	}
	if string(got) != text+text {
		return fmt.Errorf("io_uring: sent %q, received %q", text+text, got)
	}
	return nil
}

// whole returns b as a vector of one piece.
func whole(b []byte) []unix.Iovec {
	v := unix.Iovec{Base: unsafe.SliceData(b)}
	v.SetLen(len(b))
	return []unix.Iovec{v}
}
