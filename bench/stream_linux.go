package bench

import (
	"syscall"

	"gocached/uring"
)

// stream is a wire over TCP or a unix socket: all requests of a batch are written in one piece, and answers come in order.
type stream struct {
	socket
	poll   *poller
	calls  *batcher
	number int // of the connection, for the poller
	out    []byte
	unsent []byte // what of out the socket would not take yet
	in     []byte
	done   int // requests answered
	heard  int // bytes that were received behind in and not looked at, or -1 if there was nothing
}

func newStream(s socket, t *thread, number int, b *batch) *stream {
	answer := b.shape.Depth * b.shape.Multi * (b.shape.most + 64)
	return &stream{socket: s, poll: t.poll, calls: t.calls, number: number, in: make([]byte, 0, min(answer+4096, 1<<20))}
}

// send has the batch sent with those of other connections.
func (s *stream) send(b *batch) error {
	s.out, s.in, s.done = s.out[:0], s.in[:0], 0
	for n := range b.requests {
		s.out = b.appendRequest(s.out, n)
	}
	s.unsent = s.out
	s.calls.add(s, uring.Call{Bytes: s.out})
	return nil
}

// listen has answers received with those of other connections, for ready to look at.
func (s *stream) listen() {
	if cap(s.in)-len(s.in) < 4096 {
		s.in = append(make([]byte, 0, 2*cap(s.in)+4096), s.in...)
	}
	s.calls.add(s, uring.Call{Receive: true, Bytes: s.in[len(s.in):cap(s.in)]})
}

// single makes a call by itself.
func single(c *uring.Call) {
	if c.Receive {
		c.N, c.Err = syscall.Read(c.FD, c.Bytes)
	} else {
		c.N, c.Err = syscall.Write(c.FD, c.Bytes)
	}
	if c.Err == syscall.EINTR {
		c.Err = syscall.EAGAIN
	}
}

// made is told what became of a call: an error, how many bytes, or -1 if nothing was there to receive.
func (s *stream) made(c *uring.Call) error {
	switch {
	case c.Err != nil:
		return c.Err
	case c.Receive:
		s.heard = c.N
		return nil
	}
	s.unsent = s.unsent[c.N:]
	if len(s.unsent) == 0 {
		return nil
	}
	return s.poll.watch(s.fd, s.number, true)
}

// ready takes what was received since listen.
func (s *stream) ready(b *batch, events uint32) (done bool, err error) {
	if len(s.unsent) > 0 {
		if err := s.sendMore(); err != nil {
			return false, err
		}
	}
	return s.take(b)
}

// sendMore goes on where the socket had no room. Answers are read meanwhile, or both sides would wait for each other.
func (s *stream) sendMore() error {
	n, err := s.write(s.unsent)
	s.unsent = s.unsent[n:]
	if err != nil || len(s.unsent) > 0 {
		return err
	}
	return s.poll.watch(s.fd, s.number, false)
}

// take takes the answers that are there in full.
func (s *stream) take(b *batch) (done bool, err error) {
	switch {
	case s.heard < 0:
		return false, nil
	case s.heard == 0:
		return false, errHangup
	}
	s.in = s.in[:len(s.in)+s.heard]
	rest := s.in
	for s.done < len(b.requests) {
		after, err := b.take(s.done, rest)
		if err == errTorn {
			s.in = s.in[:copy(s.in, rest)]
			return false, nil
		}
		if err != nil {
			return false, err
		}
		rest = after
		s.done++
	}
	if len(rest) > 0 {
		return false, errStream(rest, "nothing")
	}
	return true, nil
}

// lose does not happen: a stream loses nothing, it breaks.
func (s *stream) lose(*batch) {}
