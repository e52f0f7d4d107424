package bench

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// filler stores every key before the first turn.
type filler struct {
	batch
	conn net.Conn
	in   []byte
	have int // bytes in it
}

// fill stores every key. What a full server refuses is not counted. notice is told how many keys have been sent.
func fill(t Target, s *shape, n *notes, notice func(keys int)) error {
	conn, err := t.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	f := &filler{conn: conn, in: make([]byte, 1<<20), batch: batch{shape: s, codec: newCodec(s, n)}}
	store, most := f.storeStream, max(1, 256<<10/(s.most+64))
	if t.Network() == "udp" {
		store, most = f.storeDatagrams, 16
	}
	for from := 0; from < s.Keys; from += most {
		to := min(from+most, s.Keys)
		if err := store(from, to); err != nil {
			return fmt.Errorf("filling it: %w", err)
		}
		notice(to)
	}
	return nil
}

// load makes a batch of the sets of some keys.
func (f *filler) load(from, to int) {
	f.requests, f.keys, f.open = f.requests[:0], f.keys[:0], to-from
	for i := from; i < to; i++ {
		f.requests = append(f.requests, asked{from: len(f.keys), to: len(f.keys) + 1, set: true})
		f.keys = append(f.keys, i)
	}
}

// storeStream sends sets in one piece. The answers, which are small, wait in the socket meanwhile.
func (f *filler) storeStream(from, to int) error {
	f.load(from, to)
	var out []byte
	for n := range f.requests {
		out = f.appendRequest(out, n)
	}
	f.conn.SetDeadline(time.Now().Add(f.shape.timeout()))
	if _, err := f.conn.Write(out); err != nil {
		return err
	}
	f.have = 0
	for n := range f.requests {
		if err := f.answered(n); err != nil {
			return err
		}
	}
	return nil
}

// answered reads until the answer to request number n is there.
func (f *filler) answered(n int) error {
	for {
		rest, err := f.take(n, f.in[:f.have])
		if err == nil {
			f.have = copy(f.in, rest)
			return nil
		}
		if err != errTorn {
			return err
		}
		got, err := f.conn.Read(f.in[f.have:])
		f.have += got
		if err != nil {
			return readFault(err)
		}
	}
}

// storeDatagrams sends each set in a datagram, and again what gets no answer.
func (f *filler) storeDatagrams(from, to int) error {
	f.load(from, to)
	done := make([]bool, len(f.requests))
	for range 20 {
		for n := range f.requests {
			if done[n] {
				continue
			}
			out := f.appendRequest(appendFrame(nil, uint16(from+n)), n)
			if _, err := f.conn.Write(out); err != nil {
				return err
			}
		}
		err := f.collect(from, done)
		if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return errors.New("no answer by datagram")
}

// collect reads datagrams until every set is answered.
func (f *filler) collect(from int, done []bool) error {
	f.conn.SetReadDeadline(time.Now().Add(f.shape.lostAfter()))
	for f.open > 0 {
		got, err := f.conn.Read(f.in)
		if err != nil {
			return err
		}
		id, ok := frameID(f.in[:got])
		n := int(id - uint16(from))
		if !ok || n >= len(done) || done[n] {
			continue
		}
		if _, err := f.take(n, f.in[frameSize:got]); err != nil {
			return err
		}
		done[n] = true
	}
	return nil
}

// readFault says in words why no more can be read.
func readFault(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("no answer in time")
	case err == io.EOF:
		return errHangup
	}
	return err
}

var errHangup = errors.New("the server hangs up")
