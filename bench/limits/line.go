package main

import (
	"fmt"
	"strings"
	"time"
)

// longLine sends a get line of so many bytes, of keys that are not there. gocached must answer it with END. Others may
// hang up.
func longLine(t *trial, size int) ([]float64, error) {
	srv, c, err := t.open("-m", "64")
	if err != nil {
		return nil, err
	}
	if answer := c.ask("get one two three"); answer != "END" {
		return nil, c.missing("END", answer)
	}
	grown, err := srv.growth(func() error {
		err := sendLine(c, size)
		if err != nil && !t.target.ours {
			t.note("%v", err)
			return nil
		}
		return err
	})
	return []float64{mebi(grown)}, err
}

func sendLine(c *client, size int) error {
	const keys = 1000
	part := []byte(strings.Repeat(fmt.Sprintf(" %0*d", 99, 1), keys)) // 100 bytes each
	c.send([]byte("get"))
	for sent := 3; sent < size; sent += len(part) {
		c.send(part[:min(len(part), size-sent)])
	}
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if answer := c.ask(""); answer != "END" {
		c.fail("%q answers the line", answer)
	}
	return c.err
}
