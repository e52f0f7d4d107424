package main

import (
	"bytes"
	"fmt"
	"io"
)

// hugeValues stores values of 100 MB from several clients at once, looks at each, and lets all of them ask and not read.
// The values themselves do not count.
func hugeValues(t *trial) ([]float64, error) {
	const size = 100_000_000
	clients := t.scale(4, 1)
	srv, err := t.start("-m", "1024", "-I", "128m")
	if err != nil {
		return nil, err
	}
	value := bytes.Repeat(pool[:1_000_000], size/1_000_000)
	stored, err := srv.growth(func() error {
		return together(clients, func(i int) error {
			c, err := srv.dial()
			if err != nil {
				return err
			}
			defer c.Close()
			c.set(fmt.Sprint("huge", i), value)
			return c.err
		})
	})
	if err != nil {
		return nil, err
	}
	read, err := srv.growth(func() error { return readHuge(srv, clients, value) })
	return []float64{mebi(stored - int64(clients)*size), mebi(read)}, err
}

// readHuge lets clients ask, and read when all have asked.
func readHuge(srv *server, clients int, value []byte) error {
	all := make([]*client, clients)
	for i := range all {
		c, err := srv.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		all[i] = c
		c.send(fmt.Appendf(nil, "get huge%d\r\n", i))
	}
	if err := srv.quiet(); err != nil {
		return err
	}
	return together(clients, func(i int) error {
		c := all[i]
		c.expect(fmt.Sprintf("VALUE huge%d 0 %d", i, len(value)))
		in := make([]byte, 1_000_000)
		for rest := value; len(rest) > 0 && c.err == nil; rest = rest[len(in):] {
			if _, c.err = io.ReadFull(c.reader(), in); c.err == nil && !bytes.Equal(in, rest[:len(in)]) {
				c.fail("a wrong byte, %d before the end", len(rest))
			}
		}
		c.expect("")
		c.expect("END")
		return c.err
	})
}
