package main

import (
	"bytes"
	"strconv"
	"sync/atomic"
	"time"
)

// steadyReaders lets clients ask for many long values and read slowly, but steadily, at three rates, each on a server of its
// own. After a while they read the rest as fast as they can. It returns how many values did not arrive whole.
func steadyReaders(t *trial) ([]float64, error) {
	var missing atomic.Int64
	rates := []int{20_000, 64_000, 256_000}
	err := together(len(rates), func(i int) error {
		srv, err := t.start("-m", "16", "-t", "1")
		if err != nil {
			return err
		}
		lost, err := readSteadily(srv, rates[i], time.Duration(t.scale(90, 15))*time.Second)
		missing.Add(lost)
		return err
	})
	return []float64{float64(missing.Load())}, err
}

const (
	steadyClients = 40
	steadyValues  = 30 // that each asks for
	steadyKeys    = 12 // of which all fit into the memory
	steadySize    = 1_000_000
)

func readSteadily(srv *server, rate int, while time.Duration) (missing int64, err error) {
	c, err := srv.dial()
	if err != nil {
		return 0, err
	}
	defer c.Close()
	for i := range steadyKeys {
		c.set(steadyKey(i), pool[i:][:steadySize])
	}
	if c.err != nil {
		return 0, c.err
	}
	var whole atomic.Int64
	until := time.Now().Add(while)
	err = together(steadyClients, func(i int) error {
		c, err := srv.dial()
		if err != nil {
			return err
		}
		defer c.Close()
		c.in = newPaced(c.Conn, rate, until)
		var requests []byte
		for n := range steadyValues {
			requests = append(requests, "get "+steadyKey(i+n)+"\r\n"...)
		}
		c.send(requests)
		for n := range steadyValues {
			if !bytes.Equal(c.value(steadyKey(i+n)), pool[(i+n)%steadyKeys:][:steadySize]) {
				break
			}
			if c.expect("END"); c.err == nil {
				whole.Add(1)
			}
		}
		return nil // who is cut off has not got his values, which is what counts
	})
	return steadyClients*steadyValues - whole.Load(), err
}

func steadyKey(i int) string { return "steady" + strconv.Itoa(i%steadyKeys) }
