package server

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"gocached/server/settings"
	"gocached/uring"
)

// TestCallsTogether has many clients speak at the same time, and looks whether their calls were made together: not if
// -o no_io_uring forbids it, or the system does. The answers are the same.
func TestCallsTogether(t *testing.T) {
	for _, forbid := range []bool{false, true} {
		t.Run(fmt.Sprintf("forbid=%v", forbid), func(t *testing.T) {
			ring, err := uring.New()
			if err == nil {
				ring.Close()
			}
			want := !forbid && err == nil
			ts := start(t, func(s *settings.Settings) { s.Threads, s.NoIOUring = 1, forbid })
			clients := ts.dialMany(16)
			big := strings.Repeat("b", 50_000)
			for round := 0; round < 200 && (round < 20 || want && ts.batched(t) == 0); round++ {
				for i, c := range clients {
					c.send(fmt.Sprintf("set %d 0 0 5\r\nround\r\nset big%d 0 0 %d\r\n%s\r\n", i, i, len(big), big))
				}
				for i, c := range clients {
					c.expect("STORED\r\nSTORED\r\n")
					c.send(fmt.Sprintf("get %d big%d\r\n", i, i))
				}
				for i, c := range clients {
					c.expect(fmt.Sprintf("VALUE %d 0 5\r\nround\r\nVALUE big%d 0 %d\r\n%s\r\nEND\r\n", i, i, len(big), big))
				}
			}
			if n := ts.batched(t); n > 0 != want {
				t.Errorf("%d calls were made together; forbidden %v, io_uring: %v", n, forbid, err)
			}
		})
	}
}

// batched is how many calls were made together.
func (ts *testServer) batched(t *testing.T) int {
	n, err := strconv.Atoi(ts.dial().stat("gocached", "batched_calls"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
