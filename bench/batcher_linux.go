package bench

import (
	"golang.org/x/sys/unix"

	"gocached/uring"
)

// batcher collects the calls of a thread and makes many of them with one system call where the kernel allows it: a
// generator whose calls cost as much as the server's would keep the server waiting, and measure itself.
type batcher struct {
	ring    *uring.Ring // or nil
	calls   []uring.Call
	streams []*stream // whose they are
}

// newBatcher returns one without a ring if none can be had.
func newBatcher() *batcher {
	ring, err := uring.New()
	if err != nil {
		ring = nil
	}
	return &batcher{ring: ring}
}

// howCalls says how the calls will be made.
func howCalls() string {
	t := newBatcher()
	defer t.close()
	if t.ring == nil {
		return "singly"
	}
	return "together"
}

func (t *batcher) close() {
	if t.ring != nil {
		_ = t.ring.Close()
	}
}

func (t *batcher) add(s *stream, call uring.Call) {
	call.FD = s.fd
	t.calls, t.streams = append(t.calls, call), append(t.streams, s)
}

// make makes the calls and tells the streams what became of them. It returns the first error that a stream makes of it.
func (t *batcher) make() (err error) {
	uring.Make(t.ring, t.calls, single)
	for i := range t.calls {
		call := &t.calls[i]
		if call.Err == unix.EAGAIN {
			call.N, call.Err = 0, nil
			if call.Receive {
				call.N = -1
			}
		}
		if fault := t.streams[i].made(call); fault != nil && err == nil {
			err = fault
		}
	}
	clear(t.calls)
	clear(t.streams)
	t.calls, t.streams = t.calls[:0], t.streams[:0]
	return err
}
