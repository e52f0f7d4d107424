package uring

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// newRing returns a ring, or ends the test where the kernel gives none.
func newRing(t testing.TB) *Ring {
	t.Helper()
	r, err := New()
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) {
		t.Skipf("no io_uring here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// pairs returns the two ends of n connections.
func pairs(t testing.TB, n int) (a, b []int) {
	t.Helper()
	for range n {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		a, b = append(a, fds[0]), append(b, fds[1])
	}
	t.Cleanup(func() {
		for i := range a {
			unix.Close(a[i])
			unix.Close(b[i])
		}
	})
	return a, b
}

// do makes all the calls.
func do(t testing.TB, r *Ring, calls []Call) {
	t.Helper()
	if n := r.Do(calls); n != len(calls) {
		t.Fatalf("%d of %d calls were made", n, len(calls))
	}
}

func TestSendAndReceive(t *testing.T) {
	r := newRing(t)
	for _, n := range []int{1, 2, MaxCalls - 1, MaxCalls, MaxCalls + 1, 3*MaxCalls + 5} {
		a, b := pairs(t, n)
		sends, receives := make([]Call, n), make([]Call, n)
		for i := range n {
			sends[i] = Call{FD: a[i], Bytes: fmt.Appendf(nil, "number %d of %d", i, n)}
			receives[i] = Call{FD: b[i], Receive: true, Bytes: make([]byte, 100)}
		}
		do(t, r, sends)
		do(t, r, receives)
		for i := range n {
			if sends[i].Err != nil || sends[i].N != len(sends[i].Bytes) {
				t.Fatalf("send %d of %d: %d bytes, %v", i, n, sends[i].N, sends[i].Err)
			}
			if got := receives[i].Bytes[:receives[i].N]; receives[i].Err != nil || !bytes.Equal(got, sends[i].Bytes) {
				t.Fatalf("receive %d of %d: %q, %v", i, n, got, receives[i].Err)
			}
		}
	}
}

// TestCallsFailAlone has calls of every outcome in one batch.
func TestCallsFailAlone(t *testing.T) {
	r := newRing(t)
	a, b := pairs(t, 4)
	full := make([]byte, 1<<22)
	unix.Shutdown(b[2], unix.SHUT_WR)
	unix.Shutdown(a[3], unix.SHUT_RD)
	unix.Shutdown(b[3], unix.SHUT_RD)
	calls := []Call{
		{FD: a[0], Receive: true, Bytes: make([]byte, 10)}, // nothing has come
		{FD: 1 << 20, Bytes: []byte("x")},                  // no such descriptor
		{FD: a[1], Bytes: full},                            // more than the socket takes
		{FD: a[2], Receive: true, Bytes: make([]byte, 10)}, // the other side has ended
		{FD: a[3], Bytes: []byte("nobody listens")},
		{FD: a[0], Bytes: []byte("fine")},
	}
	do(t, r, calls)
	for i, want := range []error{unix.EAGAIN, unix.EBADF, nil, nil, unix.EPIPE, nil} {
		if calls[i].Err != want {
			t.Errorf("call %d: %v, want %v", i, calls[i].Err, want)
		}
	}
	if n := calls[2].N; n <= 0 || n >= len(full) {
		t.Errorf("a full socket took %d bytes", n)
	}
	if calls[3].N != 0 || calls[5].N != 4 {
		t.Errorf("end of input: %d bytes; sent %d of 4", calls[3].N, calls[5].N)
	}
	do(t, r, calls[2:3])
	if calls[2].Err != unix.EAGAIN || calls[2].N != 0 {
		t.Errorf("a socket that was full took %d bytes: %v", calls[2].N, calls[2].Err)
	}
}

// TestBlockingSocket shows that no call waits, even on a socket of which nobody has said so.
func TestBlockingSocket(t *testing.T) {
	r := newRing(t)
	a, _ := pairs(t, 1)
	if flags, _ := unix.FcntlInt(uintptr(a[0]), unix.F_GETFL, 0); flags&unix.O_NONBLOCK != 0 {
		t.Fatal("the socket does not block")
	}
	calls := []Call{{FD: a[0], Receive: true, Bytes: make([]byte, 1)}}
	do(t, r, calls)
	if calls[0].Err != unix.EAGAIN {
		t.Error(calls[0].Err)
	}
}

func TestNoAllocations(t *testing.T) {
	r := newRing(t)
	a, b := pairs(t, 8)
	calls := make([]Call, 16)
	for i := range a {
		calls[i] = Call{FD: a[i], Bytes: []byte("hello")}
		calls[8+i] = Call{FD: b[i], Receive: true, Bytes: make([]byte, 5)}
	}
	if n := testing.AllocsPerRun(100, func() { r.Do(calls) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkPairs sends and receives on some connections, by a ring and one by one.
func BenchmarkPairs(b *testing.B) {
	for _, n := range []int{1, 2, 4, 8, 32} {
		sends, receives := tcpCalls(b, n)
		b.Run(fmt.Sprintf("ring/%d", n), func(b *testing.B) {
			r := newRing(b)
			for range b.N {
				r.Do(sends)
				r.Do(receives)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N*n), "ns/pair")
		})
		b.Run(fmt.Sprintf("single/%d", n), func(b *testing.B) {
			for range b.N {
				for i := range sends {
					single(unix.SYS_SENDTO, &sends[i], unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
				}
				for i := range receives {
					single(unix.SYS_RECVFROM, &receives[i], unix.MSG_DONTWAIT)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N*n), "ns/pair")
		})
	}
}

// tcpCalls returns calls that send 100 bytes over n connections and receive them at the other end.
func tcpCalls(b *testing.B, n int) (sends, receives []Call) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	for range n {
		client, err := net.Dial("tcp4", listener.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		served, err := listener.Accept()
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { client.Close(); served.Close() })
		sends = append(sends, Call{FD: descriptor(b, client), Bytes: make([]byte, 100)})
		receives = append(receives, Call{FD: descriptor(b, served), Receive: true, Bytes: make([]byte, 100)})
	}
	return sends, receives
}

func descriptor(b *testing.B, c net.Conn) (fd int) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		b.Fatal(err)
	}
	if err := raw.Control(func(d uintptr) { fd = int(d) }); err != nil {
		b.Fatal(err)
	}
	return fd
}

// single makes a call by itself, as a server without a ring does.
func single(trap uintptr, c *Call, flags uintptr) {
	n, _, _ := unix.RawSyscall6(trap, uintptr(c.FD), uintptr(unsafe.Pointer(&c.Bytes[0])), uintptr(len(c.Bytes)), flags, 0, 0)
	c.N = int(n)
}
