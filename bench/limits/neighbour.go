package main

import (
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// neighbours measures how long a client waits for its answers while two others keep the only thread busy: the median of
// the p99 of five turns. All of them are on one machine, so that the figure holds their own waits for a processor too.
func neighbours(t *trial) ([]float64, error) {
	srv, polite, err := t.open("-t", "1")
	if err != nil {
		return nil, err
	}
	polite.set("k", []byte("v"))
	var stop atomic.Bool
	hogs := make(chan error, 2)
	for range cap(hogs) {
		c, err := srv.dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		go func() { hogs <- hog(c, &stop) }()
	}
	turn := time.Duration(t.scale(3000, 500)) * time.Millisecond
	var turns []time.Duration
	for range 5 {
		turns = append(turns, slowest(polite, turn))
	}
	stop.Store(true)
	for range cap(hogs) {
		if err := <-hogs; err != nil {
			return nil, err
		}
	}
	return []float64{median(turns).Seconds() * 1000}, polite.err
}

// hog sends 2 MB of gets, reads the answers while it does, and begins again.
func hog(c *client, stop *atomic.Bool) error {
	const request, answer = "get k\r\n", "VALUE k 0 1\r\nv\r\nEND\r\n"
	const times = 2 << 20 / len(request)
	requests := []byte(strings.Repeat(request, times))
	for !stop.Load() {
		sent := make(chan error, 1)
		go func() {
			_, err := c.Write(requests)
			sent <- err
		}()
		if _, err := io.CopyN(io.Discard, c, int64(times*len(answer))); err != nil {
			return err
		}
		if err := <-sent; err != nil {
			return err
		}
	}
	return nil
}

// slowest asks one thing at a time and returns the p99 of the waits.
func slowest(c *client, turn time.Duration) time.Duration {
	var waits []time.Duration
	for start := time.Now(); time.Since(start) < turn && c.err == nil; {
		asked := time.Now()
		c.send([]byte("get k\r\n"))
		c.expect("VALUE k 0 1")
		c.expect("v")
		c.expect("END")
		waits = append(waits, time.Since(asked))
	}
	slices.Sort(waits)
	return waits[len(waits)*99/100]
}
