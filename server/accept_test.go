package server

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestNoDelay: TCP connections send at once, though gnet is not asked to see to it.
func TestNoDelay(t *testing.T) {
	ts := start(t, nil)
	ts.dial().ask("get k\r\n", "END\r\n")
	ts.loopsMu.Lock()
	loops := ts.loops
	ts.loopsMu.Unlock()
	found := 0
	for _, l := range loops {
		values := make(chan int, 8)
		err := l.rim.Execute(func() {
			defer close(values)
			for _, c := range l.conns {
				if c == nil {
					continue
				}
				value, err := unix.GetsockoptInt(c.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
				if err != nil {
					value = -1
				}
				values <- value
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for value := range values {
			if found++; value <= 0 {
				t.Errorf("TCP_NODELAY is %d", value)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d connections, want 1", found)
	}
}
