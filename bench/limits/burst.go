package main

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"time"
)

// storeBursts lets clients store long values at the same time, more than there is room for while they come: each sends
// the beginning of its value, waits, and goes on. It returns how many sets were refused with each memory.
func storeBursts(t *trial) (figures []float64, err error) {
	for _, b := range []burst{
		{60, 1_000_000, []string{"-m", "64"}},
		{24, 5_000_000, []string{"-m", "200", "-I", "5m"}},
		{6, 3_000_000, []string{"-m", "20", "-I", "10m"}},
	} {
		refused, err := b.store(t)
		if err != nil {
			return nil, err
		}
		figures = append(figures, refused)
	}
	return figures, nil
}

// burst is so many clients with values of a size.
type burst struct {
	clients, size int
	flags         []string
}

func (b *burst) store(t *trial) (refused float64, err error) {
	const sets, first, pause = 4, 100_000, 300 * time.Millisecond
	srv, err := t.start(b.flags...)
	if err != nil {
		return 0, err
	}
	defer srv.kill()
	var failed atomic.Int64
	value := bytes.Repeat(pool[:1_000_000], b.size/1_000_000)
	err = together(b.clients, func(i int) error {
		c, err := srv.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		for n := range sets {
			set := appendSet(nil, fmt.Sprintf("burst%d-%d", i, n), value)
			c.send(set[:first])
			time.Sleep(pause)
			c.send(set[first:])
			if line := string(c.line()); line != "STORED" {
				failed.Add(1)
			}
		}
		return c.err
	})
	return float64(failed.Load()), err
}
