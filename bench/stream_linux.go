package bench

// stream is a wire over TCP or a unix socket: all requests of a batch are written in one piece, and answers come in order.
type stream struct {
	socket
	poll   *poller
	number int // of the connection, for the poller
	out    []byte
	unsent []byte // what of out the socket would not take yet
	in     []byte
	done   int // requests answered
}

func newStream(s socket, poll *poller, number int, b *batch) *stream {
	answer := b.shape.Depth * b.shape.Multi * (b.shape.most + 64)
	return &stream{socket: s, poll: poll, number: number, in: make([]byte, 0, min(answer+4096, 1<<20))}
}

func (s *stream) send(b *batch) error {
	s.out, s.in, s.done = s.out[:0], s.in[:0], 0
	for n := range b.requests {
		s.out = b.appendRequest(s.out, n)
	}
	n, err := s.write(s.out)
	s.unsent = s.out[n:]
	if err != nil || len(s.unsent) == 0 {
		return err
	}
	return s.poll.watch(s.fd, s.number, true)
}

func (s *stream) ready(b *batch, events uint32) (done bool, err error) {
	if len(s.unsent) > 0 {
		if err := s.sendMore(); err != nil {
			return false, err
		}
	}
	return s.receive(b)
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

// receive reads once, and takes the answers that are there in full.
func (s *stream) receive(b *batch) (done bool, err error) {
	if cap(s.in)-len(s.in) < 4096 {
		s.in = append(make([]byte, 0, 2*cap(s.in)+4096), s.in...)
	}
	n, again, err := s.read(s.in[len(s.in):cap(s.in)])
	switch {
	case err != nil || again:
		return false, err
	case n == 0:
		return false, errHangup
	}
	s.in = s.in[:len(s.in)+n]
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
