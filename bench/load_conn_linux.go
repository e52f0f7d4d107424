package bench

import (
	"errors"
	"syscall"
	"time"
)

// loadConn is one connection of a generator: the batch under way and what of its answer is there.
type loadConn struct {
	shape   *shape
	fd      int
	random  uint64
	out     []byte
	unsent  []byte // what of out the socket would not take yet
	in      []byte
	batch   []int // keys of each request; 0 is a set
	keys    []int // of all requests
	done    int   // requests answered
	used    int   // keys of those
	misses  int
	refused int
	sent    time.Time
}

func newLoadConn(s *shape, fd int, seed uint64) *loadConn {
	answer := s.Depth * s.Multi * (s.Value + 64)
	return &loadConn{shape: s, fd: fd, random: seed, in: make([]byte, 0, min(answer+4096, 1<<20))}
}

// send makes a batch and sends it.
func (c *loadConn) send(now time.Time) error {
	c.out, c.in = c.out[:0], c.in[:0]
	c.batch, c.keys = c.batch[:0], c.keys[:0]
	c.done, c.used, c.misses, c.refused = 0, 0, 0, 0
	for range c.shape.Depth {
		if int(next(&c.random)%100) >= c.shape.Gets {
			i := c.pick()
			c.out = c.shape.appendSet(c.out, i)
			c.batch = append(c.batch, 0)
			continue
		}
		from := len(c.keys)
		for range c.shape.Multi {
			c.pick()
		}
		c.out = c.shape.appendGet(c.out, c.keys[from:])
		c.batch = append(c.batch, c.shape.Multi)
	}
	c.sent, c.unsent = now, c.out
	return c.write()
}

// pick adds any of the keys to the batch.
func (c *loadConn) pick() int {
	i := int(next(&c.random) % uint64(c.shape.Keys))
	c.keys = append(c.keys, i)
	return i
}

// write sends the batch. Where the socket does not take it in one go, the server's answers must be read meanwhile, or
// both sides would wait for each other.
func (c *loadConn) write() error {
	for len(c.unsent) > 0 {
		n, err := syscall.Write(c.fd, c.unsent)
		if err == syscall.EINTR {
			continue
		}
		if err == syscall.EAGAIN {
			return c.waitWrite()
		}
		if err != nil {
			return err
		}
		c.unsent = c.unsent[n:]
	}
	return nil
}

// waitWrite goes on until the socket has taken everything, and reads in between. The last thing it does is a write: the
// answer to that wakes the poll.
func (c *loadConn) waitWrite() error {
	for {
		if err := c.read(); err != nil {
			return err
		}
		time.Sleep(20 * time.Microsecond)
		n, err := syscall.Write(c.fd, c.unsent)
		if err != nil && err != syscall.EAGAIN && err != syscall.EINTR {
			return err
		}
		c.unsent = c.unsent[max(n, 0):]
		if len(c.unsent) == 0 {
			return nil
		}
	}
}

// read takes what has arrived.
func (c *loadConn) read() error {
	if cap(c.in)-len(c.in) < 4096 {
		grown := make([]byte, len(c.in), 2*cap(c.in)+4096)
		copy(grown, c.in)
		c.in = grown
	}
	n, err := syscall.Read(c.fd, c.in[len(c.in):cap(c.in)])
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return nil
	case err != nil:
		return err
	case n == 0:
		return errors.New("the server hangs up")
	}
	c.in = c.in[:len(c.in)+n]
	return nil
}

// receive reads what has arrived, checks it, and reports whether the batch is answered in full.
func (c *loadConn) receive() (done bool, err error) {
	if err := c.read(); err != nil {
		return false, err
	}
	rest := c.in
	for c.done < len(c.batch) {
		n := c.batch[c.done]
		var after []byte
		var misses int
		if n == 0 {
			n = 1
			var refused bool
			if after, refused, err = takeStored(rest); refused {
				c.refused++
			}
		} else {
			after, misses, err = c.shape.takeHits(rest, c.keys[c.used:c.used+n])
		}
		if err == errTorn {
			c.in = c.in[:copy(c.in, rest)]
			return false, nil
		}
		if err != nil {
			return false, err
		}
		rest = after
		c.misses += misses
		c.used += n
		c.done++
	}
	if len(rest) > 0 {
		return false, wrong(rest, "nothing")
	}
	return true, nil
}
