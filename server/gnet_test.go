package server

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"gocached/internal/eventually"
)

// TestNoWorkerPool: gnet's pool of workers, which wakes the process twice a second for nothing, is gone once a server runs.
func TestNoWorkerPool(t *testing.T) {
	start(t, nil)
	stacks := make([]byte, 4<<20)
	text := ""
	eventually.True(t, "the end of the pool's goroutines", func() bool {
		text = string(stacks[:runtime.Stack(stacks, true)])
		return !strings.Contains(text, "/ants/")
	}, func() string { return text })
}

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
		err := l.ev.Execute(context.Background(), gnet.RunnableFunc(func(context.Context) error {
			defer close(values)
			for _, c := range l.polling.conns {
				if c == nil {
					continue
				}
				value, err := unix.GetsockoptInt(c.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
				if err != nil {
					value = -1
				}
				values <- value
			}
			return nil
		}))
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
