package main

import (
	"bytes"
	"fmt"
	"strconv"
)

// halfSent lets clients announce values that together are thirty times the memory, and stop in the middle. Others go on
// storing small values; and when the clients are gone, so is what they held.
func halfSent(t *trial) ([]float64, error) {
	const size = 1_000_000
	clients := t.scale(2000, 300)
	small := t.scale(10_000, 10_000)
	srv, err := t.start("-m", "64", "-c", "3000")
	if err != nil {
		return nil, err
	}
	var all []*client
	for i := range clients {
		c, err := srv.dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		c.reset()
		c.send(append(fmt.Appendf(nil, "set half%d 0 0 %d\r\n", i, size), pool[:size/2]...))
		if c.err != nil {
			return nil, c.err
		}
		all = append(all, c)
	}
	if err := srv.quiet(); err != nil {
		return nil, err
	}
	c, err := srv.dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	refused := c.storeAll(small, func(i int) (string, []byte) { return "small" + strconv.Itoa(i), pool[i:][:100] })
	for _, rude := range all {
		_ = rude.Close()
	}
	if err := srv.quiet(); err != nil {
		return nil, err
	}
	const large = 40
	missing := c.storeAll(large, func(i int) (string, []byte) { return "large" + strconv.Itoa(i), pool[i:][:size] })
	for i := range large - missing {
		if !bytes.Equal(c.get("large"+strconv.Itoa(i)), pool[i:][:size]) {
			missing++
		}
	}
	return []float64{float64(refused), float64(missing)}, c.err
}
