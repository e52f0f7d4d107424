package main

import (
	"fmt"
	"strconv"
	"sync/atomic"
)

// casSteps lets clients count one counter up by gets and cas. A cas that was stored is a step, and no two of them may
// lead to the same number: so the counter ends at their sum.
func casSteps(t *trial) ([]float64, error) {
	const clients = 16
	goal := int64(t.scale(100_000, 10_000))
	srv, c, err := t.open()
	if err != nil {
		return nil, err
	}
	c.set("counter", []byte("0"))
	var steps atomic.Int64
	err = together(clients, func(int) error {
		c, err := srv.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		for c.err == nil && steps.Load() < goal {
			if c.step("counter") {
				steps.Add(1)
			}
		}
		return c.err
	})
	if err != nil {
		return nil, err
	}
	total, _ := strconv.ParseInt(string(c.get("counter")), 10, 64)
	return []float64{float64(max(total-steps.Load(), steps.Load()-total))}, c.err
}

// step tries to count up once, and reports whether it did.
func (c *client) step(key string) bool {
	head := c.ask("gets " + key)
	var size, cas uint64
	if _, err := fmt.Sscanf(head, "VALUE "+key+" 0 %d %d", &size, &cas); err != nil {
		c.fail("%q answers gets", head)
	}
	n, _ := strconv.Atoi(string(c.line()))
	c.expect("END")
	next := strconv.Itoa(n + 1)
	switch answer := c.ask(fmt.Sprintf("cas %s 0 0 %d %d\r\n%s", key, len(next), cas, next)); answer {
	case "STORED":
		return true
	case "EXISTS":
	default:
		if c.err == nil {
			c.fail("%q answers cas", answer)
		}
	}
	return false
}
