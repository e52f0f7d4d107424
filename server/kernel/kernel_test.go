package kernel

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// pair returns two sockets that are connected with each other, and do not wait.
func pair(t *testing.T) (a, b int) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(ends[0]); unix.Close(ends[1]) })
	return ends[0], ends[1]
}

// TestTransfers: bytes go as they are given, in one piece or many; what would wait, and the end, say so.
func TestTransfers(t *testing.T) {
	var k Kernel = System{}
	a, b := pair(t)
	if n, err := k.Receive(b, make([]byte, 10)); n != 0 || err != unix.EAGAIN {
		t.Errorf("of nothing: %d bytes, %v", n, err)
	}
	if n, err := k.Send(a, []byte("one ")); n != 4 || err != nil {
		t.Errorf("sends %d bytes, %v", n, err)
	}
	v := Vector(nil).Add([]byte("two")).Add(nil).Add([]byte(" three"))
	if len(v) != 2 || v.Len() != 9 {
		t.Errorf("%d pieces of %d bytes", len(v), v.Len())
	}
	if n, err := k.SendVector(a, v); n != 9 || err != nil {
		t.Errorf("sends %d bytes, %v", n, err)
	}
	if n := k.Outstanding(a); n == 0 {
		t.Error("nothing is outstanding")
	}
	first, second := make([]byte, 6), make([]byte, 6)
	if n, err := k.ReceiveVector(b, Vector(nil).Add(first).Add(second)); n != 12 || err != nil {
		t.Errorf("receives %d bytes, %v", n, err)
	}
	if got := string(first) + string(second); got != "one two thre" {
		t.Errorf("receives %q", got)
	}
	if err := k.Shut(a); err != nil {
		t.Fatal(err)
	}
	rest := make([]byte, 10)
	n, err := k.Receive(b, rest)
	end, endErr := k.Receive(b, rest[n:])
	if string(rest[:n]) != "e" || err != nil || end != 0 || endErr != nil {
		t.Errorf("receives %q, %v, then %d, %v", rest[:n], err, end, endErr)
	}
	if n, err := k.Send(a, []byte("x")); n != 0 || err != unix.EPIPE { // and no signal
		t.Errorf("after the end: %d, %v", n, err)
	}
}

// TestBatch makes calls of every kind together, and one by one: the results are the same, each its own.
func TestBatch(t *testing.T) {
	for name, off := range map[string]bool{"rings": false, "one by one": true} {
		t.Run(name, func(t *testing.T) {
			rings := Rings{Off: off, Refused: func(err error) { t.Skip(err) }}
			k := rings.Open()
			t.Cleanup(func() {
				if err := rings.Close(); err != nil {
					t.Error(err)
				}
			})
			if want := map[bool]string{false: "on", true: "off"}[off]; rings.State() != want {
				t.Errorf("is %s, want %s", rings.State(), want)
			}
			var batch Batch
			for range 3 { // its room is used again
				exchange(t, k, &batch, off)
			}
		})
	}
}

// exchange sends something over some pairs of sockets, and receives it, with a batch for each.
func exchange(t *testing.T, k Kernel, batch *Batch, off bool) {
	const pairs = 40
	var far [pairs]int
	var want [pairs]string
	for i := range far {
		near, other := pair(t)
		far[i], want[i] = other, fmt.Sprint("call ", i)
		from := len(batch.Pieces)
		call := Call{FD: near, Bytes: []byte(want[i])}
		if i%2 == 1 {
			batch.Pieces = batch.Pieces.Add(call.Bytes[:1]).Add(call.Bytes[1:])
			call = Call{FD: near, Vector: batch.Pieces[from:]}
		}
		batch.Add(call, len(want[i]))
		if batch.Len() != i+1 || batch.Full(pairs) != (i+1 == pairs) {
			t.Errorf("%d calls: full %v", batch.Len(), batch.Full(pairs))
		}
	}
	if n := batch.Make(k); n > 0 == off {
		t.Errorf("%d calls were made together", n)
	}
	for i, c := range batch.Calls() {
		if c.N != len(want[i]) || c.Err != nil {
			t.Errorf("call %d: %d, %v", i, c.N, c.Err)
		}
	}
	batch.Forget()
	for _, fd := range far {
		batch.Add(Call{FD: fd, Receive: true, Bytes: make([]byte, 20)}, 20)
	}
	batch.Add(Call{FD: far[0], Receive: true, Bytes: make([]byte, 20)}, 20)
	batch.Make(k)
	for i, c := range batch.Calls()[:pairs] {
		if got := string(c.Bytes[:c.N]); got != want[i] || c.Err != nil {
			t.Errorf("call %d: %q, %v", i, got, c.Err)
		}
	}
	if c := batch.Calls()[pairs]; c.N != 0 || c.Err != unix.EAGAIN {
		t.Errorf("the call too many: %d, %v", c.N, c.Err)
	}
	batch.Forget()
	if piece := batch.Pieces[:1][0]; piece.Base != nil {
		t.Error("a piece keeps alive what it points to")
	}
	if batch.Len() != 0 || len(batch.Pieces) != 0 || batch.Make(k) != 0 {
		t.Error("something is left")
	}
}

// TestBatchIsFullOfBytes: much to move is a reason to make the calls, however few they are.
func TestBatchIsFullOfBytes(t *testing.T) {
	var batch Batch
	batch.Add(Call{}, batchBytes-1)
	if batch.Full(10) {
		t.Error("is full too soon")
	}
	batch.Add(Call{}, 1)
	if !batch.Full(10) {
		t.Error("is not full")
	}
	if batch.Forget(); batch.Full(10) {
		t.Error("is full though it is empty")
	}
}

// TestPolls: what an epoll instance is told to wait for is found.
func TestPolls(t *testing.T) {
	var k Kernel = System{}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(epoll)
	a, b := pair(t)
	if err := k.Control(epoll, unix.EPOLL_CTL_ADD, b, unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(b)}); err != nil {
		t.Fatal(err)
	}
	events := make([]unix.EpollEvent, 4)
	if n := k.Poll(epoll, events); n != 0 {
		t.Errorf("%d events of nothing", n)
	}
	if _, err := k.Send(a, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if n := k.Wait(epoll, events); n != 1 || events[0] != (unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(b)}) {
		t.Errorf("%d events, %+v", n, events[0])
	}
	if n := k.Poll(epoll, events); n != 1 {
		t.Errorf("%d events", n)
	}
}

// TestTaken: of a unix socket it is guessed how much the other side has taken.
func TestTaken(t *testing.T) {
	a, _ := pair(t)
	if n := (System{}).Taken(a); n != takenUnknown {
		t.Errorf("has taken %d bytes", n)
	}
}

// TestTransfersAllocateNothing, for they are on the hot path.
func TestTransfersAllocateNothing(t *testing.T) {
	var k Kernel = System{}
	a, b := pair(t)
	text, room := []byte("some text"), make([]byte, 20)
	var batch Batch
	n := testing.AllocsPerRun(100, func() {
		_, _ = k.Send(a, text)
		_, _ = k.Receive(b, room)
		_, _ = k.Receive(b, room) // EAGAIN
		batch.Pieces = batch.Pieces.Add(text)
		batch.Add(Call{FD: a, Vector: batch.Pieces}, len(text))
		batch.Add(Call{FD: b, Receive: true, Bytes: room}, 0)
		batch.Make(k)
		if c := batch.Calls()[1]; !bytes.Equal(room[:c.N], text) {
			t.Errorf("receives %q", room[:c.N])
		}
		batch.Forget()
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
