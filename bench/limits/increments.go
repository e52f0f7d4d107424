package main

import (
	"fmt"
	"strconv"
	"strings"
)

// increments lets clients increment the same counters, many in a write. The answers that one client sees must rise, and
// in the end each counter must stand at what was added to it.
func increments(t *trial) ([]float64, error) {
	const clients, counters, batch = 16, 4, 125
	each := t.scale(10_000_000, 200_000) / clients / counters
	srv, c, err := t.open()
	if err != nil {
		return nil, err
	}
	for k := range counters {
		c.set(fmt.Sprint("counter", k), []byte("0"))
	}
	wrongs := make([]int, clients)
	err = together(clients, func(i int) error {
		key := fmt.Sprint("counter", i%counters)
		var err error
		wrongs[i], err = incrementOften(srv, key, each*counters, batch)
		return err
	})
	if err != nil {
		return nil, err
	}
	wrong := 0
	for k := range counters {
		total, _ := strconv.Atoi(strings.TrimSpace(string(c.get(fmt.Sprint("counter", k)))))
		wrong += max(total-each*clients, each*clients-total)
	}
	for _, n := range wrongs {
		wrong += n
	}
	return []float64{float64(wrong)}, c.err
}

// incrementOften increments a counter and counts the answers that do not rise.
func incrementOften(srv *server, key string, times, batch int) (wrong int, err error) {
	c, err := srv.dial()
	if err != nil {
		return 0, err
	}
	defer c.Close()
	request := "incr " + key + " 1\r\n"
	many := []byte(strings.Repeat(request, batch))
	for last := 0; times > 0 && c.err == nil; times -= batch {
		n := min(batch, times)
		c.send(many[:n*len(request)])
		for range n {
			value, err := strconv.Atoi(string(c.line()))
			if err != nil || value <= last {
				wrong++
			}
			last = value
		}
	}
	return wrong, c.err
}
