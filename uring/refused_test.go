package uring

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

// alone makes a call by itself.
func alone(c *Call) {
	if c.Receive {
		c.N, _, c.Err = unix.Recvfrom(c.FD, c.Bytes, unix.MSG_DONTWAIT)
		return
	}
	c.N, c.Err = unix.SendmsgN(c.FD, c.Bytes, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
}

// bar has the kernel refuse to be entered for the ring, and returns what lets it in again. The ring's descriptor stands for
// something else meanwhile.
func bar(t *testing.T, r *Ring) (open func()) {
	t.Helper()
	fd := r.fd
	r.fd = -1
	open = func() { r.fd = fd }
	t.Cleanup(open) // before the ring is closed
	return open
}

// exchange sends a byte and receives it, and returns how many of the two calls went through the ring.
func exchange(t *testing.T, r *Ring) int {
	t.Helper()
	a, b := pairs(t, 1)
	got := make([]byte, 1)
	calls := []Call{{FD: a[0], Bytes: []byte("x")}, {FD: b[0], Receive: true, Bytes: got}}
	n := Make(r, calls, alone)
	if calls[0].N != 1 || calls[1].N != 1 || got[0] != 'x' || calls[0].Err != nil || calls[1].Err != nil {
		t.Fatalf("%+v, received %q", calls, got)
	}
	return n
}

// TestGivenUp: every call is made, whether the kernel takes it through the ring or not. After some refusals in a row the
// ring is given up for good, and its owner hears of it once; a few are forgotten with the next success.
func TestGivenUp(t *testing.T) {
	r := newRing(t)
	var lost []error
	r.Lost = func(err error) { lost = append(lost, err) }
	for range 3 {
		open := bar(t, r)
		for range maxRefused - 1 {
			if n := exchange(t, r); n != 0 {
				t.Fatalf("%d calls through a ring that cannot be entered", n)
			}
		}
		if open(); exchange(t, r) != 2 {
			t.Fatal("the ring is given up too early")
		}
	}
	open := bar(t, r)
	for range 3 * maxRefused {
		exchange(t, r)
	}
	if len(lost) != 1 || !errors.Is(lost[0], unix.EBADF) {
		t.Errorf("told %v, want EBADF once", lost)
	}
	if open(); exchange(t, r) != 0 {
		t.Error("a ring that was given up is used")
	}
}

// TestTry: a ring that can be made and not entered is none.
func TestTry(t *testing.T) {
	r := newRing(t)
	open := bar(t, r)
	if err := r.try(); !errors.Is(err, unix.EBADF) {
		t.Errorf("not entered: %v", err)
	}
	open()
	for range 2 {
		if err := r.try(); err != nil {
			t.Error(err)
		}
	}
}
